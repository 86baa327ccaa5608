"""What an SMSC brings is kept before it is answered: reports on our messages, and what people write."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from smpp_line import Kept, letters, line, send
from smpp_peer import ANSWER, DELIVER, UNBIND, SmppPeer, brought, receipt, tag

from gateways.contract import Inbound, Outcome, Receipt
from gateways.smpp.ear import MOST

DATA = 0x103
KEPT = (ANSWER | DELIVER, 0)
LATER = (ANSWER | DELIVER, 0x64)


@pytest.fixture
async def peer() -> AsyncIterator[SmppPeer]:
    async with SmppPeer() as played:
        yield played


async def test_a_report_names_what_was_accepted(peer: SmppPeer) -> None:
    """The name in the report is the one that the answer gave."""
    kept = Kept()
    async with line(peer, kept) as gateway:
        (accepted,) = (await send(gateway, *letters(1))).values()
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, receipt("m1")) == KEPT
    (told,) = kept.words
    assert isinstance(told, Receipt)
    assert accepted.names == (told.provider_ref,) == (accepted.provider_ref,)
    assert told.outcome is Outcome.DELIVERED


async def test_a_report_is_answered_only_when_it_is_kept(peer: SmppPeer) -> None:
    """As long as the store hesitates the SMSC waits; then it hears that all is well."""
    kept = Kept()
    kept.open.clear()
    async with line(peer, kept):
        (session,) = await peer.bound()
        asking = asyncio.create_task(session.ask(DELIVER, receipt("1")))
        await kept.asked.wait()
        assert not asking.done()
        kept.open.set()
        assert await asking == KEPT


async def test_a_report_that_cannot_be_kept_is_asked_for_again(peer: SmppPeer) -> None:
    """Neither store nor spool takes it: the SMSC is told to bring it later, and then it is kept."""
    kept = Kept()
    kept.away = True
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, receipt("1")) == LATER
        kept.away = False
        assert await session.ask(DELIVER, receipt("1")) == KEPT
    assert len(kept.words) == 1


async def test_a_report_may_come_as_data(peer: SmppPeer) -> None:
    """By data_sm, whose words are all parameters: kept, and answered as such; one that is torn is refused for good."""
    kept = Kept()
    head = b"\0\x01\x0133639980001\0\x03\x0036111\0"
    report = head + b"\x04\0\0" + tag(0x001E, b"7\0") + tag(0x0427, b"\x05")
    written = head + b"\0\0\0" + tag(0x0424, b"STOP")
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(DATA, report) == (ANSWER | DATA, 0)
        assert await session.ask(DATA, written) == (ANSWER | DATA, 0)
        assert await session.ask(DATA, b"\0\1") == (ANSWER | DATA, 0x65)
    told, said = kept.words
    assert isinstance(told, Receipt)
    assert (told.provider_ref, told.outcome) == ("7", Outcome.FAILED)
    assert said == Inbound("+33639980001", "36111", "STOP")


async def test_nobody_to_keep_a_report_is_no_reason_to_thank_for_it(peer: SmppPeer) -> None:
    """A gateway that was made for a trial only leaves the reports to the daemon."""
    async with line(peer):
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, receipt("1")) == LATER


async def test_what_cannot_be_read_is_not_brought_again_and_again(peer: SmppPeer) -> None:
    """A torn body is refused for good; a state that says nothing is thanked for. Neither is kept."""
    kept = Kept()
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, b"\0\1") == (ANSWER | DELIVER, 0x65)
        assert await session.ask(DELIVER, receipt("1", "UNKNOWN")) == KEPT
        assert await session.ask(DELIVER, receipt("2")) == KEPT
    assert [each.provider_ref for each in kept.words] == ["2"]


@pytest.mark.parametrize(
    ("text", "coding", "said"),
    [
        (b"STOP", 0, "STOP"),
        (b"arr\x04ter \x1be", 0, "arrèter €"),
        ("Arrêt".encode("utf-16-be"), 8, "Arrêt"),
        ("Arrêt".encode("latin-1"), 3, "Arrêt"),
    ],
)
async def test_what_a_person_writes_is_handed_over(
    peer: SmppPeer, text: bytes, coding: int, said: str
) -> None:
    """Who wrote, in E.164, to which number, and what, whichever alphabet it came in."""
    kept = Kept()
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, brought(text, coding=coding)) == KEPT
    assert kept.words == [Inbound("+33639980001", "36111", said)]


@pytest.mark.parametrize(
    ("sender", "ton", "known"),
    [
        ("33639980001", 0, "+33639980001"),
        ("0639980001", 2, "0639980001"),
        ("0639980001", 0, "0639980001"),
        ("36111", 3, "36111"),
        ("36111", 0, "36111"),
        ("BANQUE", 5, "BANQUE"),
        ("", 1, ""),
    ],
)
async def test_who_wrote_is_known_as_people_write_it(
    peer: SmppPeer, sender: str, ton: int, known: str
) -> None:
    """An international number gets its plus, also where the SMSC says nothing of its type; nothing else does."""
    kept = Kept()
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(DELIVER, brought(b"STOP", sender=sender, ton=ton)) == KEPT
    assert kept.words == [Inbound(known, "36111", "STOP")]


async def test_a_header_before_a_person_s_words_is_no_word(peer: SmppPeer) -> None:
    """A segment of a long SMS is read without the octets that number it."""
    kept = Kept()
    async with line(peer, kept):
        (session,) = await peer.bound()
        body = brought(b"\x05\x00\x03\x2a\x02\x01STOP", esm_class=0x40)
        assert await session.ask(DELIVER, body) == KEPT
    assert kept.words == [Inbound("+33639980001", "36111", "STOP")]


async def test_a_flood_of_reports_waits_where_it_comes_from(peer: SmppPeer) -> None:
    """Three times as many as are taken at once, the store being slow: all are kept in the end, each answered once."""
    kept = Kept()
    kept.open.clear()
    async with line(peer, kept):
        (session,) = await peer.bound()
        asking = [asyncio.create_task(session.ask(DELIVER, receipt(str(n)))) for n in range(3 * MOST)]
        await kept.asked.wait()
        kept.open.set()
        assert {await each for each in asking} == {KEPT}
    assert sorted(int(each.provider_ref) for each in kept.words) == list(range(3 * MOST))


async def test_a_report_that_is_being_kept_is_answered_before_we_leave(peer: SmppPeer) -> None:
    """A gateway that closes keeps what was brought and says so; else it would come twice."""
    kept = Kept()
    kept.open.clear()
    async with line(peer, kept) as gateway:
        (session,) = await peer.bound()
        asking = asyncio.create_task(session.ask(DELIVER, receipt("1")))
        await kept.asked.wait()
        closing = asyncio.create_task(gateway.close())
        kept.open.set()
        assert await asking == KEPT
        await closing


async def test_a_report_whose_bind_has_gone_is_kept_all_the_same(peer: SmppPeer) -> None:
    """The connection breaks while the store is at it: the report is not lost, and the SMSC may bring it twice."""
    kept = Kept()
    kept.open.clear()
    async with line(peer, kept):
        (session,) = await peer.bound()
        asking = asyncio.create_task(session.ask(DELIVER, receipt("1")))
        await kept.asked.wait()
        session.hang_up()
        kept.open.set()
        (again,) = await peer.bound()
        assert await again.ask(DELIVER, receipt("1")) == KEPT
        asking.cancel()
    assert [each.provider_ref for each in kept.words] == ["1", "1"]


async def test_reports_come_on_after_an_unbind(peer: SmppPeer) -> None:
    """The SMSC unbinds, and brings the rest on the bind that follows."""
    kept = Kept()
    async with line(peer, kept):
        (session,) = await peer.bound()
        assert await session.ask(UNBIND) == (ANSWER | UNBIND, 0)
        (again,) = await peer.bound()
        assert again is not session
        assert await again.ask(DELIVER, receipt("1")) == KEPT
