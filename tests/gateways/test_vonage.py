"""Calls by Vonage: what is ordered, what whoever picks up hears, and what the calls that come back say."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import jwt
import pytest
from aiohttp import web
from peers import LENT, NOW_MS, Case, letter
from vonage_peer import APPLICATION, SECRET, VonagePeer, private_key

from gateways.contract import (
    Callback,
    Gateway,
    OptionError,
    Outcome,
    Question,
    Receipt,
    Speech,
    Surroundings,
    Telephone,
    Trouble,
)
from gateways.http import Answer
from gateways.loader import load
from gateways.tongues import quoted
from gateways.vonage.verdict import judge

HOME = "https://alertes.foret.example"
KEY = "Ab3-xYz_901"
URL = f"{HOME}/rappels/voix/{KEY}"
PROMPT = "Pour confirmer, tapez 1. Pour réécouter, tapez 2."
TEXT = "Crue : montez à l’étage.\nÉvitez le quai."
NOTHING = [Receipt("", Outcome.UNKNOWN)]


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("30", 30.0),
        ("0", 1.0),
        ("86400", 3600.0),
        ("nan", 5.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 5.0),
        (None, 5.0),
    ],
)
def test_it_is_called_less_often_for_as_long_as_it_asks_within_an_hour(
    asked: str | None, wait_s: float
) -> None:
    """A second at least, an hour at most; five seconds where it says nothing that can be read."""
    headers = {} if asked is None else {"Retry-After": asked}
    told = judge("ref", Answer(429, headers, b"{}"))
    assert (told.outcome, told.trouble, told.retry_after_s) == (Outcome.THROTTLED, Trouble.QUOTA, wait_s)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_order_that_a_server_lost_may_have_been_heard(status: int) -> None:
    """What is behind a proxy may have the order: nobody can tell, and it is not placed again at once."""
    told = judge("ref", Answer(status, {}, b"<html>"))
    assert (told.outcome, told.trouble) == (Outcome.UNKNOWN, Trouble.PROVIDER)


@pytest.fixture
async def peer() -> AsyncIterator[VonagePeer]:
    async with VonagePeer() as played:
        yield played


def gateway(peer: VonagePeer, home: str = HOME, **changes: Any) -> Gateway:
    surroundings = Surroundings(**(LENT | {"public_url": home}))
    return load("voix", "vonage", peer.options(5.0) | changes, surroundings)


def word(body: bytes, secret: str = SECRET, **changes: Any) -> str:
    """Vonage's, for a body."""
    claims = {
        "iat": NOW_MS // 1000,
        "jti": "1",
        "iss": "Vonage",
        "application_id": APPLICATION,
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }
    return jwt.encode(claims | changes, secret, algorithm="HS256")


def call(said: Mapping[str, Any], url: str = URL, signed: str | None = None) -> Callback:
    body = json.dumps({"uuid": "call-7"} | said).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {signed or word(body)}"}
    return Callback("POST", url, headers, body)


def read(peer: VonagePeer, said: Mapping[str, Any], url: str = URL) -> list[Any]:
    return list(gateway(peer).read_callback(call(said, url)))


async def order(peer: VonagePeer, home: str = HOME, options: Any = None, **changes: Any) -> Any:
    """The receipt of one call, and its order."""
    message = letter(await peer.play(Case.ACCEPT), **({"reference": KEY, "prompt": PROMPT} | changes))
    made = gateway(peer, home, **(options or {}))
    await made.open()
    try:
        (receipt,) = [each async for each in made.send([message])]
    finally:
        await made.close()
    return receipt, peer.orders[-1]


def talks(ncco: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in ncco if each["action"] == "talk"]


async def test_a_call_is_ordered_with_its_words(peer: VonagePeer) -> None:
    """Numbers without their +, where it reports, and the message with its keys: nobody here need be there."""
    receipt, made = await order(peer)
    assert (receipt.outcome, receipt.provider_ref) == (Outcome.ACCEPTED, "call-1")
    assert made["to"] == [{"type": "phone", "number": peer.taken[0].lstrip("+")}]
    assert made["from"] == {"type": "phone", "number": "33939039999"}
    assert (made["event_url"], made["ringing_timer"]) == ([f"{URL}?locale=fr"], 30)
    assert made["advanced_machine_detection"]["mode"] == "detect_beep"
    assert talks(made["ncco"]) == [TEXT, PROMPT, TEXT]
    (listen,) = [each for each in made["ncco"] if each["action"] == "input"]
    assert (listen["eventUrl"], listen["dtmf"]["maxDigits"]) == ([f"{URL}?place=&locale=fr"], 1)
    assert [each.get("bargeIn") for each in made["ncco"]] == [True, True, None, False]


async def test_without_a_way_back_the_message_is_said_twice(peer: VonagePeer) -> None:
    """No address that Vonage can reach, or no secret to know it by: no key to press, no report."""
    for home, options in (("http://127.0.0.1:8080", {}), (HOME, {"signature_secret": None})):
        _, made = await order(peer, home, options)
        assert talks(made["ncco"]) == [TEXT, TEXT]
        assert not {"event_url", "advanced_machine_detection"} & set(made)
        assert not gateway(peer, home, **options).capabilities.receipts


async def test_long_words_are_said_in_pieces_and_marks_are_not_obeyed(peer: VonagePeer) -> None:
    """A piece has at most 1,500 characters; what would be read as a command is left out."""
    _, made = await order(peer, text="<speak>Montez à l'étage. " + "Coupez le courant. " * 200)
    said = talks(made["ncco"])
    assert max(map(len, said)) <= 1_500
    assert "<" not in "".join(said)
    assert "".join(said).count("Coupez le courant.") == 400


@pytest.mark.parametrize(("locale", "tag"), [("de-CH", "de-DE"), ("en", "en-GB"), ("oc", "fr-FR")])
async def test_each_language_has_its_voice(peer: VonagePeer, locale: str, tag: str) -> None:
    """By the reader's language, of whatever country; French stands in."""
    _, made = await order(peer, locale=locale)
    assert {each["language"] for each in made["ncco"] if each["action"] == "talk"} == {tag}


async def test_what_is_quoted_has_the_voice_of_its_language(peer: VonagePeer) -> None:
    """A German call says the station's own words with a French voice."""
    _, made = await order(peer, text=f"Originaltext: {quoted('Montez.', 'fr')}", locale="de")
    says = [(each["text"], each["language"]) for each in made["ncco"] if each["action"] == "talk"]
    assert says[:2] == [("Originaltext:", "de-DE"), ("Montez.", "fr-FR")]


@pytest.mark.parametrize(
    ("status", "said", "outcome", "trouble"),
    [
        (401, {}, Outcome.RETRY, Trouble.CREDENTIALS),
        (402, {}, Outcome.RETRY, Trouble.CREDIT),
        (400, {"invalid_parameters": [{"name": "from.number"}]}, Outcome.RETRY, Trouble.SENDER),
        (400, {"invalid_parameters": "mumble"}, Outcome.FAILED, None),
        (502, {}, Outcome.UNKNOWN, Trouble.PROVIDER),
    ],
)
async def test_a_refused_order_is_told_apart(
    peer: VonagePeer, status: int, said: Any, outcome: Outcome, trouble: Trouble | None
) -> None:
    """Each fault of the account's wants another hand; a proxy's word leaves the order in doubt."""
    peer.answers["+33639980001"] = web.json_response(said, status=status)
    receipt, _ = await order(peer)
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        ({"status": "ringing"}, Outcome.ACCEPTED, "ringing"),
        ({"status": "answered"}, Outcome.ACCEPTED, "answered"),
        ({"status": "completed"}, Outcome.DELIVERED, "completed"),
        ({"status": "busy"}, Outcome.RETRY, "busy"),
        ({"status": "unanswered"}, Outcome.RETRY, "unanswered"),
        ({"status": "timeout"}, Outcome.RETRY, "timeout"),
        ({"status": "failed", "detail": "cannot_route"}, Outcome.FAILED, "cannot_route"),
        ({"status": "failed", "detail": "number_out_of_service"}, Outcome.REFUSED, "number_out_of_service"),
        ({"status": "failed", "detail": "carrier_timeout"}, Outcome.RETRY, "carrier_timeout"),
        ({"status": "rejected"}, Outcome.FAILED, "rejected"),
        ({"status": "cancelled"}, Outcome.FAILED, "cancelled"),
        ({"status": "of tomorrow"}, Outcome.UNKNOWN, "of tomorrow"),
    ],
)
def test_an_event_is_a_receipt(peer: VonagePeer, said: Any, outcome: Outcome, code: str) -> None:
    """Whoever picked up has it, who did not is called again, and only a number out of service is dead."""
    (receipt,) = read(peer, said, f"{URL}?locale=fr")
    assert (receipt.reference, receipt.outcome, receipt.code) == (KEY, outcome, code)
    assert receipt.provider_ref == "call-7"


def test_a_pressed_key_is_a_question(peer: VonagePeer) -> None:
    """With whose call it is and where it stands; no key in time lets the call go on as it was told."""
    url = f"{URL}?place=2&locale=de"
    pressed = {"dtmf": {"digits": "1", "timed_out": False}}
    expected = Question(reference=KEY, key="1", place="2", locale="de", provider_ref="call-7")
    assert read(peer, pressed, url) == [expected]
    assert read(peer, {"dtmf": {"digits": "", "timed_out": True}}, url) == NOTHING


def test_a_machine_is_told_at_its_beep(peer: VonagePeer) -> None:
    """Not while it greets, and a person is left alone."""
    url = f"{URL}?locale=fr"
    expected = Question(reference=KEY, locale="fr", machine=True, provider_ref="call-7")
    assert read(peer, {"status": "machine", "sub_state": "beep_start"}, url) == [expected]
    assert read(peer, {"status": "machine"}, url) == NOTHING
    assert read(peer, {"status": "human"}, url) == NOTHING


def test_a_call_to_us_asks_with_the_number_that_is_shown(peer: VonagePeer) -> None:
    """None where it is withheld; its events ask nothing."""
    url = f"{HOME}/rappels/voix"
    assert read(peer, {"from": "33639980001", "to": "x"}, url)[0].caller == "+33639980001"
    assert read(peer, {"from": "anonymous", "to": "x"}, url)[0].caller == ""
    pressed = {"from": "33639980001", "dtmf": {"digits": "9"}}
    assert read(peer, pressed, f"{url}/?place=1&locale=fr")[0].key == "9"
    assert read(peer, {"from": "33639980001", "status": "completed"}, url) == NOTHING


def test_a_forged_call_gives_nothing(peer: VonagePeer) -> None:
    """Another secret, application or body, an old word, no date, no algorithm, a key of ours, or none at all."""
    said = {"status": "answered"}
    good = call(said)
    other = [
        word(good.body, secret="somebody else's secret, which is long too"),
        word(good.body, application_id="11111111-1111-2222-3333-444444444444"),
        word(b"{}"),
        word(good.body, iat=NOW_MS // 1000 - 301),
        word(good.body, iat="today"),
        jwt.encode({"payload_hash": hashlib.sha256(good.body).hexdigest()}, None, algorithm="none"),  # type: ignore[arg-type]
        jwt.encode({"payload_hash": hashlib.sha256(good.body).hexdigest()}, private_key(), algorithm="RS256"),
        "é.é.é",
        "",
    ]
    made = gateway(peer)
    assert made.read_callback(good)
    for signed in other:
        forged = Callback("POST", URL, {"authorization": f"Bearer {signed}"}, good.body)
        assert list(made.read_callback(forged)) == []
    assert list(made.read_callback(Callback("GET", URL, dict(good.headers), b""))) == []
    assert list(made.read_callback(Callback("POST", URL, {}, good.body))) == []
    assert list(gateway(peer, signature_secret=None).read_callback(good)) == []


async def test_what_is_said_next_is_ncco(peer: VonagePeer) -> None:
    """With keys it listens, and gives the place back; without, and to a machine, it says so many times, and ends."""
    made = gateway(peer)
    assert isinstance(made, Telephone)
    question = Question(reference=KEY, key="2", place="1", locale="fr", provider_ref="call-7")
    reply = await made.reply(question, Speech("Montez.", "fr", PROMPT, "12", "2"))
    ncco = json.loads(reply.body)
    assert (reply.content_type, talks(ncco)) == ("application/json", ["Montez.", PROMPT])
    assert ncco[-1]["eventUrl"] == [f"{URL}?place=2&locale=fr"]
    reply = await made.reply(Question(reference=KEY, machine=True), Speech("Montez.", "fr", times=2))
    assert [each["action"] for each in json.loads(reply.body)] == ["talk", "talk"]


def test_a_key_that_is_none_is_refused_where_it_is_configured(peer: VonagePeer) -> None:
    """Missing, or of another kind; the error shows the file and nothing of what is in it."""
    with pytest.raises(OptionError, match=r"private_key_file: .* cannot be read"):
        gateway(peer, private_key_file="/nowhere/vonage.key")
    peer.key_file.write_text("a password")
    with pytest.raises(OptionError, match=r"private_key_file: .* holds no RSA key") as told:
        gateway(peer)
    assert "a password" not in str(told.value)
