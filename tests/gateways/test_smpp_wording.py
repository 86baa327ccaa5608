"""How a text leaves by SMPP: the alphabet, the segments, the addresses, the validity, as the standard's tables say."""

from collections.abc import AsyncIterator
from fnmatch import fnmatch
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers import letter
from smpp_line import Kept, line, send
from smpp_peer import SmppPeer, Submitted

from gateways.smpp.wording import Wording, from_gsm7, gsm7
from gateways.text import BASIC, EXTENSION, measure

IN_GSM7 = BASIC.replace("\x1b", "") + "".join(EXTENSION)
TO = "+33640000000"
VALID_S = 3 * 86_400 + 3_750  # three days, an hour, two and a half minutes


@pytest.fixture
async def peer() -> AsyncIterator[SmppPeer]:
    async with SmppPeer() as played:
        yield played


async def submitted(peer: SmppPeer, text: str, **options: Any) -> list[Submitted]:
    """What the SMSC read of one message."""
    async with line(peer, Kept(), **options) as gateway:
        await send(gateway, letter(TO, text=text, expires_in_s=VALID_S))
    return peer.submitted


async def test_a_short_text_is_one_pdu(peer: SmppPeer) -> None:
    """GSM-7 unpacked under data_coding 0, an escape before the euro; addresses by their types; a receipt is asked for."""
    (told,) = await submitted(peer, "Été : 10€ @")
    assert told.text == b"\x1ft\x05 : 10\x1be \x00"
    assert (told.coding, told.esm_class, told.registered) == (0, 0, 1)
    assert told.source == (5, 0, "MAIRIE")
    assert told.to == (1, 1, TO[1:])


async def test_a_text_beyond_gsm7_is_ucs2(peer: SmppPeer) -> None:
    """A circumflex is not in the alphabet: data_coding 8, big endian."""
    (told,) = await submitted(peer, "Tempête 😀")
    assert (told.coding, told.text) == (8, "Tempête 😀".encode("utf-16-be"))


@pytest.mark.parametrize(("sign", "each", "coding", "encoding"), [("A", 153, 0, "latin-1"), ("ê", 67, 8, "utf-16-be")])  # fmt: skip
async def test_a_long_text_is_cut_with_headers(
    peer: SmppPeer, sign: str, each: int, coding: int, encoding: str
) -> None:
    """Each segment says of which message, of how many, and which it is; together they are the text."""
    text = sign * (2 * each + 1)
    told = await submitted(peer, text)
    assert [part.text[:3] for part in told] == [b"\x05\x00\x03"] * 3
    assert [tuple(part.text[4:6]) for part in told] == [(3, 1), (3, 2), (3, 3)]
    assert len({part.text[3] for part in told}) == 1
    assert {part.esm_class for part in told} == {0x40}
    assert {part.coding for part in told} == {coding}
    assert "".join(part.text[6:].decode(encoding) for part in told) == text
    assert max(len(part.text) for part in told) <= (159 if coding == 0 else 140)


async def test_long_messages_to_one_number_bear_different_references(peer: SmppPeer) -> None:
    """Two long messages at once are not put together into one by the telephone."""
    async with line(peer) as gateway:
        await send(gateway, letter(TO, text="A" * 200), letter("+33640000100", text="B" * 200))
    assert len({part.text[3] for part in peer.submitted}) == 2


async def test_a_long_text_may_leave_as_a_payload(peer: SmppPeer) -> None:
    """Where the SMSC cuts itself, the whole text is one PDU, in message_payload; a short one stays where it was."""
    (told,) = await submitted(peer, "A" * 400, long_messages="payload")
    assert (told.text, told.esm_class, told.tags) == (b"", 0, {0x0424: b"A" * 400})
    peer.submitted.clear()
    (told,) = await submitted(peer, "A", long_messages="payload")
    assert (told.text, told.tags) == (b"A", {})


async def test_an_smsc_may_expect_latin_1(peer: SmppPeer) -> None:
    """Then what Latin-1 can hold leaves so, with its data_coding, and a euro takes UCS-2."""
    (told,) = await submitted(peer, "Été", alphabet="latin1")
    assert (told.coding, told.text) == (3, "Été".encode("latin-1"))
    peer.submitted.clear()
    (told,) = await submitted(peer, "10 €", alphabet="latin1")
    assert told.coding == 8


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("+33612345678", (1, 1, "33612345678")),
        ("36111", (3, 0, "36111")),
        ("MAIRIE", (5, 0, "MAIRIE")),
        ("", (0, 0, "")),
    ],
)
async def test_the_sender_s_type_follows_from_how_it_is_written(
    peer: SmppPeer, sender: str, address: tuple[int, int, str]
) -> None:
    """A number, a short one, a name, and none: the SMSC is told which."""
    (told,) = await submitted(peer, "A", sender=sender)
    assert told.source == address


async def test_types_of_numbers_may_be_imposed(peer: SmppPeer) -> None:
    """What an SMSC wants otherwise is said in the table."""
    (told,) = await submitted(peer, "A", sender="36111", sender_ton=0, sender_npi=1, ton=0, npi=0, plus=True)
    assert (told.source, told.to) == ((0, 1, "36111"), (0, 0, TO))


@pytest.mark.parametrize(
    ("validity", "said"), [("relative", "0000030102??000R"), ("absolute", "2601040102??000+")]
)
async def test_what_is_over_is_told_to_the_smsc(peer: SmppPeer, validity: str, said: str) -> None:
    """Three days, an hour, two minutes and some: as a time that is left, or until when in UTC."""
    (told,) = await submitted(peer, "A", validity=validity)
    assert fnmatch(told.validity, said)


async def test_no_receipt_is_asked_for_that_nobody_keeps(peer: SmppPeer) -> None:
    """Without a keeper, or where the table says so, registered_delivery is 0, and nothing is promised."""
    async with line(peer, Kept(), receipts=False) as gateway:
        await send(gateway, letter(TO))
        assert not gateway.capabilities.receipts
    assert peer.submitted[-1].registered == 0


async def test_what_is_no_number_is_not_written(peer: SmppPeer) -> None:
    """An address that is not E.164 fails by itself, and no other with it."""
    async with line(peer) as gateway:
        got = await send(gateway, letter("0612345678"), letter(TO))
    assert [each.outcome.value for each in got.values()] == ["failed", "accepted"]
    assert peer.taken == [TO]


@given(st.text(alphabet=IN_GSM7, max_size=200))
def test_gsm7_comes_back_as_it_went(text: str) -> None:
    """Every character of the alphabet survives both ways, and costs as many octets as septets are counted."""
    octets = gsm7(text)
    assert from_gsm7(octets) == text
    assert len(octets) == measure(text).units
    assert all(octet < 0x80 for octet in octets)


@given(st.text(max_size=1_000).filter(lambda text: text.isprintable()), st.integers(0, 1_000))
def test_no_text_makes_a_pdu_too_long(text: str, reference: int) -> None:
    """However it is written, there are as many PDUs as segments are counted, each within 140 octets on the air."""
    parts = Wording().parts(text, reference)
    assert len(parts) == measure(text).segments
    for part in parts:
        header = 6 if part.esm_class else 0
        septets = part.data_coding == 0
        assert len(part.text) - header <= ((153 if header else 160) if septets else 140 - header)


@given(st.binary(max_size=300))
def test_octets_that_are_no_text_are_read_without_harm(octets: bytes) -> None:
    """Whatever an SMSC sends as GSM-7 is some text."""
    assert isinstance(from_gsm7(octets), str)
