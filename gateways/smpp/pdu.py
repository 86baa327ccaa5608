"""SMPP 3.4 on the wire: as much of it as an ESME needs. Pure: bytes in, values out.

https://smpp.org/SMPP_v3_4_Issue1_2.pdf: headers 3.2, commands 4, parameters 5.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final


class Command(IntEnum):
    """command_id; an answer has the highest bit set."""

    GENERIC_NACK = 0x8000_0000
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    DATA_SM = 0x103
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND_RESP = 0x8000_0006
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    ENQUIRE_LINK_RESP = 0x8000_0015
    DATA_SM_RESP = 0x8000_0103


class Tag(IntEnum):
    """Optional parameters that are read or written."""

    RECEIPTED_MESSAGE_ID = 0x001E
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


ANSWER: Final = 0x8000_0000
HEADER: Final = 16
MOST_BYTES: Final = 72 * 1024
"""The largest PDU there is: a message_payload of 64 KiB and what stands around it."""
VERSION: Final = 0x34
UDHI: Final = 0x40
"""esm_class: the text begins with a user data header."""
RECEIPT: Final = 0x04
UNKNOWN, INTERNATIONAL = 0, 1
"""Types of number; an international one is with the country, without the plus."""
_LONG: Final = 10  # digits, more than any short number has
_KINDS: Final = 0x3C  # the bits of esm_class that tell what kind of deliver_sm it is
_REPORTED: Final = re.compile(
    rb"id:\S{1,65} sub:\d+ dlvrd:\d+ submit date:\d{10,14} done date:\d{10,14} stat:[A-Z]{4,16}\b",
    re.IGNORECASE,
)
"""A report as appendix B writes it, which nobody writes by hand: taken for a person's, it would be answered to whom it is about."""
_HEADER: Final = struct.Struct(">IIII")
_TAG: Final = struct.Struct(">HH")
_SUBMIT_TAIL: Final = struct.Struct(">BBBBB")


class Malformed(ValueError):
    """This PDU cannot be read; those after it can."""


class Torn(ValueError):
    """Nothing that follows can be read: what should be a length is none."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One command: `status` is its command_status, `sequence` what its answer bears."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """A deliver_sm. `text` is as it came, in `data_coding`; a user data header, where there is one, stands before it.

    `source` and `destination` are in E.164 with its plus, where they are such numbers.
    """

    source: str
    destination: str
    esm_class: int
    data_coding: int
    text: bytes
    tags: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def is_receipt(self) -> bool:
        """Whether it tells of a message of ours (5.2.12); some say so by the identifier, or by the text, alone."""
        kind = self.esm_class & _KINDS
        told = Tag.RECEIPTED_MESSAGE_ID in self.tags or (kind == 0 and bool(_REPORTED.match(self.text)))
        return kind == RECEIPT or told

    @property
    def is_message(self) -> bool:
        """Whether a person wrote it."""
        return self.esm_class & _KINDS == 0 and not self.is_receipt


@dataclass(frozen=True, slots=True)
class Address:
    """An address with its type of number and numbering plan (5.2.5, 5.2.6)."""

    ton: int
    npi: int
    digits: str

    def written(self) -> bytes:
        return bytes((self.ton, self.npi)) + text_octets(self.digits)


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """A whole PDU."""
    return _HEADER.pack(HEADER + len(body), command, status, sequence) + body


def text_octets(text: str) -> bytes:
    """A C-Octet String: ASCII, ended by a zero."""
    return text.encode("ascii") + b"\0"


def tag(name: int, value: bytes) -> bytes:
    """An optional parameter."""
    return _TAG.pack(name, len(value)) + value


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of a bind_transceiver; without an address range: whatever is meant for this account."""
    words = text_octets(system_id) + text_octets(password) + text_octets(system_type)
    return words + bytes((VERSION, 0, 0)) + b"\0"


def submit_body(
    service_type: str,
    source: bytes,
    destination: bytes,
    esm_class: int,
    validity: str,
    registered: int,
    data_coding: int,
    text: bytes,
    tags: bytes = b"",
) -> bytes:
    """The body of a submit_sm, its fields in the order of the standard; `source` and `destination` as `Address.written` gives them."""
    return b"".join(
        (
            text_octets(service_type),
            source,
            destination,
            bytes((esm_class, 0, 0)),  # protocol_id, priority_flag
            b"\0",  # schedule_delivery_time: at once
            text_octets(validity),
            _SUBMIT_TAIL.pack(registered, 0, data_coding, 0, len(text)),
            text,
            tags,
        )
    )


def text_at(body: bytes, start: int, most: int) -> tuple[str, int]:
    """The C-Octet String at `start`, of up to `most` octets with its zero, and where the next field begins."""
    end = body.find(b"\0", start, start + most)
    if end < 0:
        raise Malformed("a text without an end")
    return body[start:end].decode("latin-1"), end + 1


def message_id(body: bytes) -> str:
    """What a submit_sm_resp calls the message; empty where it does not say (a refusal need not have a body)."""
    try:
        return text_at(body, 0, 66)[0].strip()
    except Malformed:
        return ""


def data(body: bytes) -> Delivered:
    """Read a data_sm (4.7), which some bring reports by: all that it says is in its parameters. Raises `Malformed`."""
    try:
        _, at = text_at(body, 0, 6)
        source, at = _party(body, at)
        destination, at = _party(body, at)
        esm_class, data_coding = body[at], body[at + 2]
    except IndexError:
        raise Malformed("it ends too early") from None
    tags = dict(_tags(body, at + 3))
    return Delivered(source, destination, esm_class, data_coding, tags.get(Tag.MESSAGE_PAYLOAD, b""), tags)


def delivered(body: bytes) -> Delivered:
    """Read a deliver_sm. Raises `Malformed`."""
    try:
        _, at = text_at(body, 0, 6)
        source, at = _party(body, at)
        destination, at = _party(body, at)
        esm_class = body[at]
        _, at = text_at(body, at + 3, 17)
        _, at = text_at(body, at, 17)
        data_coding, length = body[at + 2], body[at + 4]
    except IndexError:
        raise Malformed("it ends too early") from None
    text, at = body[at + 5 : at + 5 + length], at + 5 + length
    if len(body) < at:
        raise Malformed("it ends within its text")
    tags = dict(_tags(body, at))
    said = text or tags.get(Tag.MESSAGE_PAYLOAD, b"")
    return Delivered(source, destination, esm_class, data_coding, said, tags)


def _party(body: bytes, at: int) -> tuple[str, int]:
    """An address as people write it; some SMSCs say of an international number that its type is unknown."""
    ton = body[at]
    digits, after = text_at(body, at + 2, 66)
    international = ton == INTERNATIONAL or (ton == UNKNOWN and len(digits) >= _LONG)
    plain = digits.isdecimal() and digits[0] != "0"
    return (f"+{digits}" if international and plain else digits), after


def _tags(body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(body):
        if len(body) < at + 4:
            raise Malformed("half an optional parameter")
        name, length = _TAG.unpack_from(body, at)
        if len(body) < at + 4 + length:
            raise Malformed("an optional parameter that ends too late")
        yield name, body[at + 4 : at + 4 + length]
        at += 4 + length


class Reader:
    """Bytes as they come, PDUs as they are whole. Holds one PDU at most beyond what it was just given."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """The PDUs that are whole now. Raises `Torn` after those that came before it."""
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        while end - at >= HEADER:
            length, command, status, sequence = _HEADER.unpack_from(data, at)
            if not HEADER <= length <= MOST_BYTES:
                self._rest = b""
                raise Torn(f"a PDU of {length} bytes")
            if end - at < length:
                break
            yield Pdu(command, status, sequence, data[at + HEADER : at + length])
            at += length
        self._rest = data[at:]
