"""Whatever a provider writes where a word is expected: nothing, another type, far too much. Only a bug raises."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import vonage_peer
from peers import LENT, NOW_MS
from twilio.http.response import Response
from twilio_peer import SID, TOKEN

import gateways.fcm.account as fcm_account
import gateways.fcm.verdict as fcm
import gateways.ovh as ovh_gateway
import gateways.ovh.verdict as ovh
import gateways.twilio.verdict as twilio
import gateways.twilio_voice.verdict as twilio_voice
import gateways.vonage.verdict as vonage
from gateways.contract import Callback, Gateway, Receipt, Surroundings
from gateways.http import Answer, Unsent
from gateways.loader import load

WRONG: list[Any] = [
    None, True, 0, -1, 1.5, float("nan"), float("inf"), 10**400, 2**63, "", "x", "\ud800", "a\0b", "٣", "é" * 2_000,
    "9" * 2_000, [], [None], [[]], {}, {"a": 1}, {"digits": [1]}, [{"name": []}],
]  # fmt: skip
STATUSES = (200, 201, 301, 400, 401, 403, 404, 409, 429, 500, 503, 999)
WAITS = (
    "",
    "nan",
    "1e999",
    "-5",
    "²",
    "9" * 5_000,
    "Wed, 99 Oct 99999 07:28:00",
    "Wed, 21 Oct 2099 07:28:00 GMT",
)
FCM_DETAIL = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
HOME = "https://alertes.foret.example"


def documents(*fields: str) -> Iterator[Any]:
    """Each wrong value, as the whole and in each field."""
    yield from WRONG
    yield from ({**dict.fromkeys(fields, "x"), field: value} for field in fields for value in WRONG)


def _ovh(status: int, body: str, wait: str) -> Receipt:
    answer = ovh.read(status, body.encode(), wait)
    ovh_gateway._credit(answer)
    ovh.report("r", answer.said)
    return ovh.judge("r", answer)


def _fcm(status: int, body: str, wait: str) -> Receipt:
    answer = Answer(status, {"Retry-After": wait}, body.encode())
    with suppress(Unsent):
        fcm_account._token(answer)
    details = {"details": [{"@type": FCM_DETAIL, "errorCode": json.loads(body)}]}
    fcm.judge("r", Answer(status, {}, json.dumps({"error": details}).encode()), NOW_MS)
    return fcm.judge("r", answer, NOW_MS)


def _vonage(status: int, body: str, wait: str) -> Receipt:
    return vonage.judge("r", Answer(status, {"Retry-After": wait}, body.encode()))


JUDGES: dict[str, tuple[Callable[[int, str, str], Receipt], tuple[str, ...]]] = {
    "ovh": (_ovh, ("ids", "invalidReceivers", "errorCode", "message", "creditsLeft", "tag", "ptt", "deliveryReceipt")),
    "fcm": (_fcm, ("name", "error", "access_token", "expires_in", "error_description")),
    "twilio": (
        lambda status, body, wait: twilio.judge("r", Response(status, body, {"Retry-After": wait})),
        ("sid", "status", "code", "message", "error_code"),
    ),
    "twilio_voice": (
        lambda status, body, wait: twilio_voice.judge_call("r", Response(status, body, {"Retry-After": wait})),
        ("sid", "status", "code", "message"),
    ),
    "vonage": (_vonage, ("uuid", "status", "detail", "title", "invalid_parameters")),
}  # fmt: skip


@pytest.mark.parametrize("driver", JUDGES)
def test_every_answer_is_a_receipt(driver: str) -> None:
    """Of each status, with each field of each wrong type: one receipt of this message, with a wait that can be waited."""
    judge, fields = JUDGES[driver]
    for status, document in product(STATUSES, documents(*fields)):
        receipt = judge(status, json.dumps(document), "")
        assert receipt.reference == "r"
        assert len(receipt.code) <= 100
    for wait in WAITS:
        assert 1 <= (judge(429, "{}", wait).retry_after_s or 0) <= 3600


def _gateway(driver: str, **options: Any) -> Gateway:
    return load("essai", driver, options, Surroundings(**LENT | {"public_url": HOME}))


def _signed_by_twilio(url: str, said: Any) -> list[Callback]:
    """As a form, where it can be one, and as JSON."""
    calls, body = [], json.dumps(said).encode()
    if isinstance(said, dict) and "\ud800" not in said.values():
        form = {name: str(value) for name, value in said.items()}
        text = url + "".join(name + form[name] for name in sorted(form))
        calls.append(_call(url, "application/x-www-form-urlencoded", text, urlencode(form).encode()))
    hashed = f"{url}{'&' if '?' in url else '?'}bodySHA256={hashlib.sha256(body).hexdigest()}"
    return [*calls, _call(hashed, "application/json", hashed, body)]


def _call(url: str, kind: str, signed: str, body: bytes) -> Callback:
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), "sha1")).decode()
    return Callback("POST", url, {"content-type": kind, "x-twilio-signature": signature}, body)


@pytest.mark.parametrize("driver", ["twilio", "twilio_voice"])
def test_a_call_that_twilio_signed_is_read_whatever_it_says(driver: str) -> None:
    """Every field of every wrong type, at every address that we give: words or nothing, and no error."""
    gateway = _gateway(driver, account_sid=SID, auth_token=TOKEN, sender="+33939039999")
    fields = (
        "MessageStatus", "SmsStatus", "ErrorCode", "MessageSid", "From", "Body", "OptOutType", "CallStatus", "CallSid",
        "Digits", "AnsweredBy", "Direction", "SipResponseCode",
    )  # fmt: skip
    for path in ("", "/Ab3-xYz_901", "/Ab3?place=%FF%00&locale=fr", "/Ab3?amd=1&locale=fr"):
        for said in documents(*fields):
            for callback in _signed_by_twilio(f"{HOME}/rappels/essai{path}", said):
                assert gateway.read_callback(callback)


def test_a_call_that_vonage_signed_is_read_whatever_it_says(tmp_path: Any) -> None:
    """In its body as in its claims."""
    key = tmp_path / "vonage.key"
    serial = vonage_peer
    pem = serial.private_key().private_bytes(
        serial.Encoding.PEM, serial.PrivateFormat.PKCS8, serial.NoEncryption()
    )
    key.write_bytes(pem)
    options = {"application_id": serial.APPLICATION, "private_key_file": str(key), "sender": "+33939039999"}
    gateway = _gateway("vonage", signature_secret=serial.SECRET, **options)

    def call(url: str, body: bytes, **changes: Any) -> Callback:
        claims = {"iat": NOW_MS // 1000, "application_id": serial.APPLICATION}
        claims |= {"payload_hash": hashlib.sha256(body).hexdigest()} | changes
        token = jwt.encode(claims, serial.SECRET, algorithm="HS256")
        return Callback("POST", HOME + url, {"authorization": f"Bearer {token}"}, body)

    for url in ("/rappels/essai", "/rappels/essai/Ab3?locale=fr", "/rappels/essai/Ab3?place=x&locale=fr"):
        for said in documents("status", "uuid", "dtmf", "from", "detail", "sub_state"):
            assert gateway.read_callback(call(url, json.dumps(said).encode()))
    for claim, value in product(("iat", "application_id", "payload_hash", "jti"), WRONG):
        with suppress(TypeError, jwt.PyJWTError):  # what jwt itself will not write
            gateway.read_callback(call("/rappels/essai", b"{}", **{claim: value}))
