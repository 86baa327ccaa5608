"""Calls by Twilio: what is ordered, and what whoever picks up hears."""

from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from peers import Case, letter
from twilio_calls import CALL, HOME, KEY, PROMPT, URL, gateway, read
from twilio_peer import error
from twilio_voice_peer import TwilioVoicePeer

from gateways.contract import Gateway, Outcome, Question, Speech, Telephone
from gateways.tongues import quoted


@pytest.fixture
async def peer() -> AsyncIterator[TwilioVoicePeer]:
    async with TwilioVoicePeer() as played:
        yield played


async def order(peer: TwilioVoicePeer, home: str = HOME, options: Any = None, **changes: Any) -> Any:
    """The receipt of one call, and the fields of its order as lists."""
    message = letter(await peer.play(Case.ACCEPT), **({"reference": KEY, "prompt": PROMPT} | changes))
    made = gateway(home, **(peer.options(5) | (options or {})))
    await made.open()
    try:
        (receipt,) = [each async for each in made.send([message])]
    finally:
        await made.close()
    fields: dict[str, list[str]] = {}
    for key, value in peer.orders[-1] if peer.orders else ():
        fields.setdefault(key, []).append(value)
    return receipt, fields


def parsed(twiml: str | bytes) -> ET.Element:
    return ET.fromstring(twiml)  # noqa: S314 - the driver's own


def heard(twiml: str) -> list[str]:
    """What is said, in order, whether or not a key may be pressed meanwhile."""
    return [say.text or "" for say in parsed(twiml).iter("Say")]


async def test_a_call_is_ordered_with_its_words(peer: TwilioVoicePeer) -> None:
    """Number, caller, how long it rings, where it reports, and the message with its keys: nobody here need be there."""
    receipt, fields = await order(peer)
    assert (receipt.outcome, receipt.provider_ref) == (Outcome.ACCEPTED, f"CA{1:032x}")
    assert (fields["To"], fields["From"], fields["Timeout"]) == ([peer.taken[0]], ["+33939039999"], ["30"])
    assert fields["StatusCallback"] == [URL]
    assert fields["StatusCallbackEvent"] == ["initiated", "answered", "completed"]
    text = "Crue : montez à l’étage.\nÉvitez le quai."
    (twiml,) = fields["Twiml"]
    assert heard(twiml) == [text, PROMPT, text]
    gather = parsed(twiml).find("Gather")
    assert gather is not None
    assert gather.get("action") == f"{URL}?place=&locale=fr"
    assert [say.text for say in gather] == [text, PROMPT]


async def test_machines_are_found_out_while_people_listen_already(peer: TwilioVoicePeer) -> None:
    """Detection runs in the background, to the end of the greeting; it can be left out."""
    _, fields = await order(peer)
    assert (fields["MachineDetection"], fields["AsyncAmd"]) == (["DetectMessageEnd"], ["true"])
    assert fields["AsyncAmdStatusCallback"] == [f"{URL}?amd=1&locale=fr"]
    _, fields = await order(peer, options={"machines": False})
    assert not [key for key in fields if "Amd" in key or "Machine" in key]


@pytest.mark.parametrize(
    ("locale", "tag", "voice"),
    [
        ("fr", "fr-FR", "Polly.Lea-Neural"),
        ("de-CH", "de-DE", "Polly.Vicki-Neural"),
        ("nl_BE", "nl-NL", "Polly.Laura-Neural"),
        ("oc", "fr-FR", "Polly.Lea-Neural"),
        ("en", "en-GB", "Polly.Brian"),
    ],
)
async def test_each_language_has_its_voice(peer: TwilioVoicePeer, locale: str, tag: str, voice: str) -> None:
    """By the reader's language, of whatever country; French stands in, and the account may choose others."""
    _, fields = await order(peer, locale=locale, options={"voices": {"en": "Polly.Brian"}})
    says = list(parsed(fields["Twiml"][0]).iter("Say"))
    assert {(say.get("language"), say.get("voice")) for say in says} == {(tag, voice)}


async def test_what_is_quoted_has_the_voice_of_its_language(peer: TwilioVoicePeer) -> None:
    """A German call says the station's own words with a French voice."""
    _, fields = await order(peer, text=f"Originaltext: {quoted('Montez.', 'fr')}", locale="de")
    says = [(say.text, say.get("language")) for say in parsed(fields["Twiml"][0]).iter("Say")]
    assert says[:2] == [("Originaltext:", "de-DE"), ("Montez.", "fr-FR")]


async def test_words_stay_words(peer: TwilioVoicePeer) -> None:
    """Marks of XML are said, not obeyed; what XML cannot hold at all is left out, and the rest is said."""
    text = 'Fermez <Hangup/> & "tout"\x00\x0b\ud800 ]]> \U0001f30a'
    _, fields = await order(peer, text=text)
    assert heard(fields["Twiml"][0])[0] == 'Fermez <Hangup/> & "tout" ]]> \U0001f30a'


@pytest.mark.parametrize(("length", "times"), [(1_000, 2), (2_500, 1)])
async def test_what_is_long_is_said_as_often_as_an_order_holds(
    peer: TwilioVoicePeer, length: int, times: int
) -> None:
    """An order takes 4,000 characters of TwiML: the repetition goes first, never a word of the message."""
    text = ("Montez. " * length)[:length].strip()
    _, fields = await order(peer, text=text)
    assert len(fields["Twiml"][0]) <= 4_000
    assert heard(fields["Twiml"][0]).count(text) == times


async def test_what_is_too_long_for_an_order_is_fetched_by_the_call(peer: TwilioVoicePeer) -> None:
    """Then the call asks at its beginning, and is told the whole in pieces; without a way back it fails, and says why."""
    text = "Montez à l'étage. " * 400
    _, fields = await order(peer, text=text)
    assert (fields["Url"], "Twiml" in fields) == ([f"{URL}?place=&locale=fr"], False)
    (question,) = read({"CallStatus": "in-progress"}, f"{URL}?place=&locale=fr")
    reply = await telephone(gateway()).reply(question, Speech(text, "fr", PROMPT, "12", "1"))
    said = heard(reply.body.decode())
    assert max(map(len, said)) < 4_096
    assert " ".join(said) == f"{text.strip()} {PROMPT}"
    peer.orders.clear()
    receipt, fields = await order(peer, home="http://127.0.0.1:8080", text=text)
    assert (receipt.outcome, receipt.code, fields) == (Outcome.FAILED, "too_long", {})


async def test_without_a_way_back_the_message_is_said_twice(peer: TwilioVoicePeer) -> None:
    """No key to press, no report; machines are found out before the first word."""
    _, fields = await order(peer, home="http://127.0.0.1:8080")
    assert heard(fields["Twiml"][0]) == ["Crue : montez à l’étage.\nÉvitez le quai."] * 2
    assert "<Gather" not in fields["Twiml"][0]
    assert not [key for key in fields if "Callback" in key]
    assert (fields["MachineDetection"], "AsyncAmd" in fields) == (["DetectMessageEnd"], False)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (21211, Outcome.REFUSED),
        (21214, Outcome.FAILED),
        (21215, Outcome.FAILED),
        (13224, Outcome.FAILED),
        (21210, Outcome.RETRY),
        (10004, Outcome.THROTTLED),
    ],
)
async def test_a_refused_order_is_told_by_the_table(
    peer: TwilioVoicePeer, code: int, outcome: Outcome
) -> None:
    """A wrong number is dead; a number that may not be called, or not now, is not; a caller that may not call is our fault."""
    peer.answers["+33639980001"] = error(400, code)
    receipt, _ = await order(peer)
    assert (receipt.outcome, receipt.code) == (outcome, str(code))


def telephone(made: Gateway) -> Telephone:
    assert isinstance(made, Telephone)
    return made


async def test_what_is_said_next_is_twiml() -> None:
    """With keys it listens, and gives the place back; without, it says so many times, and ends."""
    question = Question(reference=KEY, key="2", place="1", locale="fr", provider_ref=CALL)
    reply = await telephone(gateway()).reply(question, Speech("Montez & fermez", "fr", PROMPT, "12", "2"))
    assert reply.content_type == "application/xml"
    gather = parsed(reply.body).find("Gather")
    assert gather is not None
    assert (gather.get("action"), gather.get("numDigits")) == (f"{URL}?place=2&locale=fr", "1")
    assert heard(reply.body.decode()) == ["Montez & fermez", PROMPT]
    reply = await telephone(gateway()).reply(question, Speech("Au revoir.", "fr"))
    assert heard(reply.body.decode()) == ["Au revoir."]
    assert b"<Gather" not in reply.body


async def test_a_machine_hears_the_message_twice_and_no_keys(peer: TwilioVoicePeer) -> None:
    """The running call is told anew, since Twilio only reports that a machine took it; that it fails harms nobody."""
    made = gateway(**peer.options(5))
    await made.open()
    question = Question(reference=KEY, locale="fr", machine=True, provider_ref=CALL)
    reply = await telephone(made).reply(question, Speech("Montez.", "fr", times=2))
    assert (reply.body, heard(peer.told[CALL])) == (b"", ["Montez.", "Montez."])
    assert "<Gather" not in peer.told[CALL]
    await peer.play(Case.AWAY)
    assert (await telephone(made).reply(question, Speech("Montez.", "fr", times=2))).body == b""
    await made.close()


def test_a_name_cannot_call() -> None:
    """A call is made from a number: a name, or a Messaging Service, is refused where it is configured."""
    for sender in ("MAIRIE", "MG" + "0" * 32, "36111"):
        with pytest.raises(ValueError, match="sender: write a telephone number"):
            gateway(sender=sender)


def test_it_reports_only_where_it_can_be_called_back() -> None:
    """It serves voice alone, and promises receipts where Twilio finds the way."""
    assert gateway().capabilities.receipts
    assert not gateway("http://127.0.0.1:8080").capabilities.receipts
    assert gateway().capabilities.channels == {"voice"}
