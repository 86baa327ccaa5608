"""Twilio's calls: believed when signed with the account's token, and read by the key in their address."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from peers import NOW_MS
from twilio_peer import SID, TOKEN

from gateways.contract import Callback, Gateway, Inbound, Outcome, Receipt, Surroundings
from gateways.loader import load

HOME = "https://alertes.foret.example"
URL = f"{HOME}/rappels/sms/Ab3-xYz_901"
FORM = "application/x-www-form-urlencoded"
DELIVERED = {"AccountSid": SID, "MessageSid": "SM1", "MessageStatus": "delivered", "To": "+33639980001"}
NOTHING = [Receipt("", Outcome.UNKNOWN)]


def gateway(**changes: Any) -> Gateway:
    options = {"account_sid": SID, "auth_token": TOKEN, "sender": "MAIRIE"} | changes
    return load(
        "sms", "twilio", options, Surroundings(now_ms=lambda: NOW_MS, public_url=HOME, callbacks="/rappels/")
    )


def signature(url: str, params: Mapping[str, str], token: str = TOKEN) -> str:
    """As Twilio's page describes it, without its library."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def call(params: Mapping[str, str], *, url: str = URL, signed: str | None = None) -> Callback:
    given = signature(url, params) if signed is None else signed
    headers = {
        "content-type": f"{FORM}; charset=UTF-8",
        "x-twilio-signature": given,
        "host": "elsewhere.example",
    }
    return Callback("POST", url, headers, urlencode(params).encode())


def json_call(body: bytes, *, token: str = TOKEN, announced: bytes | None = None) -> Callback:
    url = f"{URL}?bodySHA256={hashlib.sha256(body if announced is None else announced).hexdigest()}"
    headers = {"content-type": "application/json", "x-twilio-signature": signature(url, {}, token)}
    return Callback("POST", url, headers, body)


def read(callback: Callback, **changes: Any) -> list[Receipt | Inbound]:
    return list(gateway(**changes).read_callback(callback))


def test_a_signature_of_twilios_own_page_is_found_again() -> None:
    """The independent computation gives what Twilio's documentation prints for its example."""
    params = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234"}
    params |= {"From": "+12349013030", "To": "+18005551212"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, params, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("status", "code", "outcome", "kept"),
    [
        ("queued", "", Outcome.ACCEPTED, "queued"),
        ("sending", "", Outcome.ACCEPTED, "sending"),
        ("sent", "", Outcome.ACCEPTED, "sent"),
        ("delivered", "", Outcome.DELIVERED, "delivered"),
        ("read", "", Outcome.SEEN, "read"),
        ("undelivered", "21610", Outcome.STOPPED, "21610"),
        ("failed", "21614", Outcome.REFUSED, "21614"),
        ("undelivered", "30003", Outcome.FAILED, "30003"),
        ("undelivered", "30004", Outcome.FAILED, "30004"),
        ("undelivered", "30005", Outcome.FAILED, "30005"),
        ("undelivered", "30006", Outcome.FAILED, "30006"),
        ("undelivered", "30007", Outcome.FAILED, "30007"),
        ("undelivered", "30008", Outcome.FAILED, "30008"),
        ("failed", "30001", Outcome.FAILED, "30001"),
        ("failed", "30002", Outcome.FAILED, "30002"),
        ("failed", "99999", Outcome.FAILED, "99999"),
        ("failed", "٣", Outcome.FAILED, "failed"),
        ("failed", "", Outcome.FAILED, "failed"),
        ("canceled", "", Outcome.FAILED, "canceled"),
        ("of tomorrow", "", Outcome.UNKNOWN, "of tomorrow"),
    ],
)
def test_a_status_is_a_receipt_of_the_delivery_in_the_address(
    status: str, code: str, outcome: Outcome, kept: str
) -> None:
    """Only a word about the number closes it; what failed late is failed, since nobody would try it again."""
    params = DELIVERED | {"MessageStatus": status} | ({"ErrorCode": code} if code else {})
    (receipt,) = read(call(params))
    assert (receipt.reference, receipt.outcome, receipt.code) == ("Ab3-xYz_901", outcome, kept)
    assert receipt.provider_ref == "SM1"


def test_a_repeated_call_says_the_same_again() -> None:
    """Twilio calls more than once and in any order: each call stands for itself."""
    calls = [call(DELIVERED), call(DELIVERED | {"MessageStatus": "sent"}), call(DELIVERED)]
    said = [read(each)[0].outcome for each in calls]
    assert said == [Outcome.DELIVERED, Outcome.ACCEPTED, Outcome.DELIVERED]


def test_a_json_body_is_verified_by_its_hash() -> None:
    """The second algorithm: the address is signed, and holds the body's SHA-256."""
    (receipt,) = read(json_call(json.dumps(DELIVERED).encode()))
    assert (receipt.reference, receipt.outcome) == ("Ab3-xYz_901", Outcome.DELIVERED)


@pytest.mark.parametrize("body", [b"[1,2]", b"{", b"\xff", b"null"])
def test_a_signed_body_that_says_nothing_is_no_forgery(body: bytes) -> None:
    """It is answered well, or Twilio would bring it again and again."""
    assert read(json_call(body)) == NOTHING


def test_the_other_token_is_believed_during_a_rotation() -> None:
    """Either token may sign; one that is in neither option may not."""
    rotated = call(DELIVERED, signed=signature(URL, DELIVERED, "tomorrow"))
    assert read(rotated) == []
    assert read(rotated, other_auth_token="tomorrow")[0].outcome is Outcome.DELIVERED
    assert read(call(DELIVERED), other_auth_token="tomorrow")[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    ("settings", "secret", "believed"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "shared", True),
        ("algorithm=hmac_sha256", TOKEN, True),
        ("algorithm=HMAC_SHA256", "another's", False),
        ("algorithm=HMAC_SHA512", "shared", False),
        ("", "shared", False),
    ],
)
def test_a_call_signed_with_a_shared_key_is_believed(settings: str, secret: str, believed: bool) -> None:
    """HMAC-SHA256, where the header says so: by the account's SharedKey, of which nobody else knows."""
    text = URL + "".join(name + DELIVERED[name] for name in sorted(DELIVERED))
    signed = base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()
    plain = call(DELIVERED, signed=signed)
    headers = {**plain.headers, "x-twilio-webhooks-signature-settings": settings}
    got = read(Callback("POST", URL, headers, plain.body), shared_key="shared")
    assert [each.outcome for each in got if isinstance(each, Receipt)] == [Outcome.DELIVERED] * believed


def test_twilio_may_sign_the_address_with_its_port() -> None:
    """It signs either form of an https address on the usual port."""
    with_port = signature(URL.replace(".example/", ".example:443/"), DELIVERED)
    assert read(call(DELIVERED, signed=with_port))[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize(
    "forged",
    [
        call(DELIVERED, signed=""),
        call(DELIVERED, signed="é"),
        call(DELIVERED, signed=signature(URL, DELIVERED, "guess")),
        call(DELIVERED, signed=signature(URL, DELIVERED | {"MessageStatus": "sent"})),
        call(DELIVERED, signed=signature(URL.replace("foret", "elsewhere"), DELIVERED)),
        call(DELIVERED, url=URL + "é"),
        call(DELIVERED, url="https://alertes.foret.example:nan/rappels/sms/x"),
        call(DELIVERED | {"AccountSid": "AC" + "1" * 32}),
        json_call(b"{}", token="guess"),
        json_call(json.dumps(DELIVERED).encode(), announced=b"{}"),
        Callback("POST", URL, {"content-type": "application/json", "x-twilio-signature": signature(URL, {})}, b"{}"),
        Callback("POST", URL, {"content-type": FORM}, b"\xff=%ff"),
        Callback("POST", URL, {"content-type": FORM}, b"a=1&" * 5_000),
        Callback("GET", URL, {}, b""),
    ],
)  # fmt: skip
def test_a_forged_call_gives_nothing(forged: Callback) -> None:
    """Another secret, other words, another address, another account, another body, or no signature."""
    assert read(forged) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{HOME}/rappels/sms", DELIVERED),
        (f"{HOME}/rappels/sms/", DELIVERED),
        (f"{HOME}/rappels/sms/a/b", DELIVERED),
        (f"{HOME}/rappels/sms/" + "x" * 65, DELIVERED),
        (f"{HOME}/rappels/autre/Ab3-xYz_901", DELIVERED),
        (URL, {"AccountSid": SID, "From": "+33639980001", "Body": "STOP", "SmsStatus": "received"}),
        (URL, {"AccountSid": SID}),
    ],
)
def test_a_signed_call_about_no_delivery_tells_nothing(url: str, said: dict[str, str]) -> None:
    """An inbound message, or an address that is none of ours, is answered well and moves nothing."""
    assert read(call(said, url=url)) == NOTHING


WRITTEN = {
    "AccountSid": SID,
    "MessageSid": "SM9",
    "SmsStatus": "received",
    "From": "+33639980001",
    "To": "+33639989999",
    "Body": "Arrêt svp",
}


@pytest.mark.parametrize("url", [f"{HOME}/rappels/sms", f"{HOME}/rappels/sms/"])
def test_an_sms_to_us_is_read_whole(url: str) -> None:
    """Who wrote, to which number, what, and Twilio's own key of it."""
    assert read(call(WRITTEN, url=url)) == [Inbound("+33639980001", "+33639989999", "Arrêt svp", "SM9")]


def test_a_stop_that_twilio_keeps_itself_says_so() -> None:
    """Twilio has acted and answered: its word stands for the text, in whatever language that was."""
    said = WRITTEN | {"OptOutType": "STOP", "Body": "Halte"}
    assert read(call(said, url=f"{HOME}/rappels/sms")) == [
        Inbound("+33639980001", "+33639989999", "STOP", "SM9", handled=True)
    ]


def test_a_forged_sms_is_refused() -> None:
    """Whoever can write a form cannot stop somebody else's alerts."""
    assert read(call(WRITTEN, url=f"{HOME}/rappels/sms", signed="bm8=")) == []
    assert read(call(WRITTEN | {"AccountSid": "AC" + "f" * 32}, url=f"{HOME}/rappels/sms")) == []


def test_without_the_auth_token_no_call_is_believed() -> None:
    """An API key signs nothing: not even an empty token does."""
    key = {"auth_token": None, "api_key_sid": "SK" + "1" * 32, "api_key_secret": "s"}
    assert read(call(DELIVERED, signed=signature(URL, DELIVERED, "")), **key) == []
    assert not gateway(**key).capabilities.receipts
