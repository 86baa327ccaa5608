"""Addresses, one canonical form for each, so that a person has one however it was typed."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from alertd.errors import Refused
from alertd.keys import canonical_email
from alertd.model import AddressKind, Channel
from gateways.registration import Registration
from gateways.subscription import Subscription

MOST_CHARS: Final = 2_048
FICTION: Final = re.compile(r"\+33(63998\d{4}|70000\d{4})")
"""Mobile numbers that belong to nobody: 06 39 98 xx xx, which ARCEP keeps for works of fiction (decision 2018-0881),
and 07 00 00 xx xx, which is given to no operator."""

_OVERSEAS: Final = re.compile(r"\+(?:262639|26269[23]|59069[01]|594694|59669[67])\d{6}")
"""Mobile numbers of Mayotte, La Réunion, Guadeloupe, Guyane and Martinique by Arcep's plan (decision 2018-0881). libphonenumber
knows the blocks of ten thousand that had been given out when it was published; who has a number of a newer one is no typing error."""

MOST_PREFIX: Final = 3
LEAST_HIDDEN: Final = 6
"""Digits of a number, country left out, that its range keeps at most, and leaves out at least: Nouvelle-Calédonie has six."""

_DISPLAY: Final = re.compile(r"[A-Za-z0-9._:-]{1,120}")
_TYPES: Final = PhoneNumberType.to_string
_SMS: Final = frozenset({"mobile", "fixed_line_or_mobile"})
_VOICE: Final = _SMS | {"fixed_line", "voip", "personal_number"}


@dataclass(frozen=True, slots=True)
class Phone:
    """What a number is. `e164` is None when it cannot be one; `type` is libphonenumber's word, "mobile".

    `possible`: its length fits; `valid`: its range is in use.
    """

    valid: bool
    possible: bool
    e164: str | None
    type: str

    @property
    def fiction(self) -> bool:
        """Whether it belongs to nobody, by decree."""
        return bool(self.e164 and FICTION.fullmatch(self.e164))


@lru_cache(maxsize=64)
def read_phone(text: str, region: str) -> Phone:
    """Read a number as typed in `region`; numbers with their + need none.

    An overseas number typed nationally is one only in its own region: 0692 12 34 56 with RE, never with FR.
    The last few are remembered: a list's reader and the check that follows ask for the same one.
    """
    try:
        number = phonenumbers.parse(text[:40], region)
    except phonenumbers.NumberParseException:
        return Phone(valid=False, possible=False, e164=None, type="unknown")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _OVERSEAS.fullmatch(e164):
        return Phone(valid=True, possible=True, e164=e164, type="mobile")
    possible = phonenumbers.is_possible_number(number)
    return Phone(
        valid=phonenumbers.is_valid_number(number),
        possible=possible,
        e164=e164 if possible else None,
        type=_TYPES(phonenumbers.number_type(number)).lower(),
    )


def phone_address(text: str, region: str, *, fiction: bool = False) -> tuple[Channel, str]:
    """By which channel a number of a list is reached, and its E.164 form: SMS for a mobile, voice for a fixed line.

    :raises Refused: `phone_invalid`, `phone_fiction`, `phone_costly` (premium, toll-free or shared-cost numbers are nobody's home).
    """
    phone = read_phone(text, region)
    if phone.e164 is not None and fiction and phone.fiction:
        return Channel.SMS, phone.e164
    if phone.fiction and not phone.valid:
        raise Refused(
            "phone_fiction",
            "This number is kept for fiction and reaches nobody: for a trial, set subscribers.fiction_numbers.",
        )
    if phone.e164 is None or not phone.valid:
        raise Refused(
            "phone_invalid", f"This is not a telephone number of {region}, nor one with its + and country."
        )
    if phone.type in _SMS:
        return Channel.SMS, phone.e164
    if phone.type in _VOICE:
        return Channel.VOICE, phone.e164
    raise Refused(
        "phone_costly", "A premium, shared-cost or free number cannot subscribe: give a person's own."
    )


def canonical(channel: Channel, text: str, region: str, *, fiction: bool = False) -> str:
    """The one way to write an address of a channel; `fiction` lets numbers pass that belong to nobody.

    :raises Refused: `phone_invalid`, `phone_fiction`, `phone_costly`, `phone_not_mobile`, `email_invalid`, `address_invalid`.
    """
    if len(text) > MOST_CHARS:
        raise Refused("address_invalid", f"An address has at most {MOST_CHARS} characters.")
    match channel:
        case Channel.SMS | Channel.VOICE:
            return _number(channel, text, region, fiction=fiction)
        case Channel.EMAIL:
            return email_address(text)
        case Channel.PUSH:
            return _push(text.strip())
        case Channel.DISPLAY:
            return _display(text.strip())


def prefix_of(channel: Channel, address: str) -> str:
    """The range that a number in E.164 belongs to, "+33639": its country and at most three digits; else nothing.

    In France such a range was once given to one operator (https://www.arcep.fr, plan de numérotation), which many have left
    with their number since: it says where to look when an operator loses messages, and of whom a million are the same.
    """
    if channel not in {Channel.SMS, Channel.VOICE}:
        return ""
    number = phonenumbers.parse(address)
    national = phonenumbers.national_significant_number(number)
    kept = min(MOST_PREFIX, max(0, len(national) - LEAST_HIDDEN))
    return f"+{number.country_code}{national[:kept]}"


def kind_of(channel: Channel, address: str) -> AddressKind:
    """Of which kind a canonical address is: a phone's registration begins with its own word."""
    registered = channel is Channel.PUSH and address.startswith(("fid:", "token:"))
    return AddressKind.APP if registered else AddressKind.USUAL


def email_address(text: str) -> str:
    """The one way to write an e-mail address; Refused `email_invalid`."""
    try:
        return canonical_email(text)
    except ValueError as error:
        french = "Ce n'est pas une adresse e-mail : nom@domaine.fr"
        raise Refused(
            "email_invalid", "This is not an e-mail address: name@domain.fr", french=french
        ) from error


def _number(channel: Channel, text: str, region: str, *, fiction: bool) -> str:
    kind, e164 = phone_address(text, region, fiction=fiction)
    if channel is Channel.SMS and kind is not Channel.SMS:
        raise Refused("phone_not_mobile", "An SMS needs a mobile number: give this one as voice.")
    return e164


def _push(text: str) -> str:
    """A browser's subscription, in its one form; or a phone's registration: opaque, but never a way into our network."""
    if text.startswith("{"):
        return _subscription(text)
    if text.startswith(("fid:", "token:")) or Registration.fits(text):
        return _registration(text)
    if not text or not text.isprintable() or ("://" in text and not text.startswith("https://")):
        raise Refused("address_invalid", "A push address is what the browser or the phone gave, with https.")
    return text


def _subscription(text: str) -> str:
    try:
        read = Subscription.read(text).check()
    except ValueError as error:
        raise Refused("address_invalid", f"A push address is what the browser gave: {error}.") from error
    return read.canonical()


def _registration(text: str) -> str:
    try:
        return Registration.read(text).canonical()
    except ValueError as error:
        raise Refused("address_invalid", f"A push address is what the phone gave: {error}.") from error


def _display(text: str) -> str:
    if not _DISPLAY.fullmatch(text):
        raise Refused("address_invalid", "A display's address is its name: letters, digits and . _ : -")
    return text
