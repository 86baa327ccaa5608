"""Twilio's calls to us about calls: what became of one, and what one asks for.

They are told apart by the address that we gave: with `place` a call asks what to say, with `amd` Twilio has found out who
picked up (https://www.twilio.com/docs/voice/answering-machine-detection), else it reports a status. A call to our own number
comes without a delivery's key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from gateways.contract import Callback, Question, Receipt
from gateways.telephone import KEYS, asked, shown
from gateways.twilio.callback import NOTHING, Signatures
from gateways.twilio_voice.verdict import reported_call

_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def detecting(callbacks: str, reference: str, locale: str) -> str:
    """The address at which Twilio says who picked up."""
    return f"{callbacks}{quote(reference, safe='')}?{urlencode({'amd': '1', 'locale': locale})}"


def read_call(signatures: Signatures, callback: Callback) -> Sequence[Receipt | Question]:
    """What a call brings, none from a forged one; see `gateways.contract`."""
    said = signatures.verified(callback)
    if said is None:
        return ()
    reference = signatures.reference(callback.url)
    address = asked(callback.url)
    if not reference:
        return (_called(said, address),)
    if "amd" in address:
        return (_picked_up(said, address, reference),)
    if "place" in address:
        return (_question(said, address, reference=reference),)
    return (reported_call(reference, said) if said.get("CallStatus") else NOTHING,)


def _called(said: Mapping[str, Any], address: Mapping[str, str]) -> Receipt | Question:
    """A call to our number, or what we need not know of one: that it is over."""
    reports = "CallbackSource" in said or str(said.get("CallStatus", "")) in _OVER
    if reports or said.get("Direction") != "inbound" or not said.get("CallSid"):
        return NOTHING
    return _question(said, address, caller=shown(str(said.get("From", ""))))


def _picked_up(said: Mapping[str, Any], address: Mapping[str, str], reference: str) -> Receipt | Question:
    """A machine is told anew, from its beep on; a person listens already."""
    if not str(said.get("AnsweredBy", "")).startswith("machine"):
        return NOTHING
    return replace(_question(said, address, reference=reference), machine=True)


def _question(
    said: Mapping[str, Any], address: Mapping[str, str], *, reference: str = "", caller: str = ""
) -> Question:
    key = str(said.get("Digits", ""))
    return Question(
        key=key if key in KEYS else "",
        place=address.get("place", ""),
        locale=address.get("locale", ""),
        provider_ref=_sid(said),
        reference=reference,
        caller=caller,
    )


def _sid(said: Mapping[str, Any]) -> str:
    return str(said.get("CallSid", ""))[:64]
