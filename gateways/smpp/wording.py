"""How a text travels: the alphabet, and the segments of a long one.

GSM-7 travels unpacked, a septet in each octet: SMPP leaves the packing to the SMSC (3GPP TS 23.038, 6.2.1). A long text is
cut where every telephone cuts it, each segment behind a header that numbers it (TS 23.040, 9.2.3.24.1).
"""

import codecs
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from gateways.smpp import pdu
from gateways.text import BASIC, EXTENSION, split

Alphabet = Literal["gsm7", "latin1", "ucs2"]

GSM7, LATIN1, UCS2 = 0, 3, 8
"""data_coding: the SMSC's default alphabet, ISO 8859-1, UCS-2 (5.2.19)."""
MOST_SEGMENTS: Final = 255
ALONE: Final = 160
"""Septets of a text that needs no second segment."""
_ESCAPE: Final = 0x1B
_SEPTETS: Final = {ord(char): chr(place) for place, char in enumerate(BASIC) if place != _ESCAPE} | {
    ord(char): chr(_ESCAPE) + chr(place) for char, place in EXTENSION.items()
}
_BASIC: Final = codecs.charmap_build(BASIC.replace("\x1b", "\ufffe").ljust(256, "\ufffe"))  # no character
_IN_GSM7: Final = re.compile("[" + re.escape(BASIC.replace("\x1b", "") + "".join(EXTENSION)) + "]*")
_CHARACTERS: Final = {place: char for place, char in enumerate(BASIC) if place != _ESCAPE}
_EXTENDED: Final = {place: char for char, place in EXTENSION.items()}


@dataclass(frozen=True, slots=True)
class Part:
    """One PDU's worth of a text: what `submit_sm` says of it."""

    esm_class: int
    data_coding: int
    text: bytes
    tags: bytes = b""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an SMSC expects: the alphabet behind data_coding 0, and whether long texts are cut here or there."""

    alphabet: Alphabet = "gsm7"
    payload: bool = False

    def parts(self, text: str, reference: int) -> list[Part]:
        """The PDUs of a text; `reference` (0 to 255) ties segments together. Raises `ValueError`: too long."""
        coding, encoded = self._coding(text)
        if coding == GSM7 and len(octets := gsm7(text)) <= ALONE:
            return [Part(0, coding, octets)]
        segments = split(text)
        if len(segments) == 1:
            return [Part(0, coding, encoded(text))]
        if len(segments) > MOST_SEGMENTS:
            raise ValueError(f"{len(segments)} segments; a message has at most {MOST_SEGMENTS}")
        if self.payload:
            return [Part(0, coding, b"", pdu.tag(pdu.Tag.MESSAGE_PAYLOAD, encoded(text)))]
        return [
            Part(pdu.UDHI, coding, bytes((5, 0, 3, reference & 0xFF, len(segments), n)) + encoded(segment))
            for n, segment in enumerate(segments, 1)
        ]

    def read(self, message: pdu.Delivered) -> str:
        """What a person wrote; a header before it is left out, what no alphabet knows is shown as such."""
        text = message.text
        if message.esm_class & pdu.UDHI and text:
            text = text[1 + text[0] :]
        if message.data_coding & 0x0C == UCS2:
            return text.decode("utf-16-be", "replace")
        if message.data_coding == LATIN1 or self.alphabet == "latin1":
            return text.decode("latin-1")
        return from_gsm7(text)

    def _coding(self, text: str) -> tuple[int, Callable[[str], bytes]]:
        if self.alphabet == "ucs2" or not _IN_GSM7.fullmatch(text):
            return UCS2, _ucs2
        if self.alphabet == "gsm7":
            return GSM7, gsm7
        return (LATIN1, _latin1) if _is_latin1(text) else (UCS2, _ucs2)


def gsm7(text: str) -> bytes:
    """A text of the GSM alphabet, a septet in each octet; most have no character of the extension."""
    with suppress(UnicodeEncodeError):
        return codecs.charmap_encode(text, "strict", _BASIC)[0]
    return text.translate(_SEPTETS).encode("latin-1")


def from_gsm7(octets: bytes) -> str:
    """What such octets say; an octet that is no septet is shown as one that could not be read."""
    said, escaped = list[str](), False
    for octet in octets:
        if octet == _ESCAPE and not escaped:
            escaped = True
            continue
        # An extension that is not known is read in the default alphabet, says TS 23.038.
        usual = _CHARACTERS.get(octet, "\ufffd")
        said.append(_EXTENDED.get(octet, usual) if escaped else usual)
        escaped = False
    return "".join(said)


def _ucs2(text: str) -> bytes:
    return text.encode("utf-16-be", "replace")


def _latin1(text: str) -> bytes:
    return text.encode("latin-1")


def _is_latin1(text: str) -> bool:
    return all(char <= "\xff" for char in text)
