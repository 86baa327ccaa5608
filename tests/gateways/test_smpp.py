"""SMPP binds: the window is kept, what breaks is made again, and what became of each message is told truly."""

import asyncio
import struct
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from peers import LENT, Case, letter
from smpp_line import Kept, letters, line, send
from smpp_peer import ANSWER, ENQUIRE, UNBIND, SmppPeer

from gateways.contract import OptionError, Outcome, Surroundings, Trouble
from gateways.loader import load

LONG = "Crue de la Meuse. " * 20  # three segments


@pytest.fixture
async def peer() -> AsyncIterator[SmppPeer]:
    async with SmppPeer() as played:
        yield played


async def test_never_more_than_the_window_is_unanswered(peer: SmppPeer) -> None:
    """An SMSC that answers slowly has seven PDUs of ours at most, and in the end all."""
    peer.holds = True
    async with line(peer, window=7) as gateway:
        sending = asyncio.create_task(send(gateway, *letters(40)))
        for unanswered in (7, 7, 7, 7, 7, 5):
            await peer.holding(unanswered)
            peer.let_go(hold=True)
        got = await sending
    assert {receipt.outcome for receipt in got.values()} == {Outcome.ACCEPTED}
    assert peer.most == 7


async def test_a_long_message_keeps_to_the_window_too(peer: SmppPeer) -> None:
    """Three segments through a window of two: the third waits for room, and all bear one reference."""
    peer.holds = True
    async with line(peer, window=2) as gateway:
        sending = asyncio.create_task(send(gateway, letter("+33640000100", text=LONG)))
        await peer.holding(2)
        peer.let_go(hold=True)
        await peer.holding(1)
        peer.let_go()
        got = await sending
    receipt = got["+33640000100"]
    assert (receipt.outcome, receipt.names, peer.most) == (Outcome.ACCEPTED, ("m1", "m2", "m3"), 2)
    assert len({told.text[:5] for told in peer.submitted}) == 1


async def test_every_bind_has_a_window_of_its_own(peer: SmppPeer) -> None:
    """Three binds of five: fifteen are unanswered together, five on each."""
    peer.holds = True
    async with line(peer, binds=3, window=5) as gateway:
        await peer.bound(3)
        sending = asyncio.create_task(send(gateway, *letters(15)))
        await peer.holding(15)
        assert Counter(id(session) for session, _, _ in peer.held).most_common()[-1][1] == 5
        peer.let_go()
        assert len(await sending) == 15


async def test_a_bind_that_drops_is_made_again_while_others_go_on(peer: SmppPeer) -> None:
    """One of two binds breaks with four unanswered: those are unknown, the other bind takes what follows, and two are back."""
    peer.holds = True
    async with line(peer, binds=2, window=4) as gateway:
        await peer.bound(2)
        sending = asyncio.create_task(send(gateway, *letters(8)))
        await peer.holding(8)
        broken = peer.held[0][0]
        broken.hang_up()
        peer.held = [each for each in peer.held if each[0] is not broken]
        peer.let_go()
        got = await sending
        assert Counter(receipt.outcome for receipt in got.values()) == {
            Outcome.UNKNOWN: 4,
            Outcome.ACCEPTED: 4,
        }
        after = await send(gateway, *letters(4))
        assert {receipt.outcome for receipt in after.values()} == {Outcome.ACCEPTED}
        assert len(await peer.bound(2)) == 2
    assert len(peer.logins) == 3


async def test_an_unbind_under_load_hears_out_and_gives_the_rest_back(peer: SmppPeer) -> None:
    """The SMSC unbinds with three unanswered and answers two of them: two accepted, one unknown; the rest goes on after a new bind."""
    peer.holds = True
    async with line(peer, window=3) as gateway:
        (session,) = await peer.bound()
        sending = asyncio.create_task(send(gateway, *letters(5)))
        await peer.holding(3)
        parting = asyncio.create_task(session.ask(UNBIND))
        peer.held.pop()
        peer.let_go()
        assert (await parting) == (ANSWER | UNBIND, 0)
        got = await sending
    assert [receipt.outcome for receipt in got.values()].count(Outcome.UNKNOWN) == 1
    assert [receipt.outcome for receipt in got.values()].count(Outcome.ACCEPTED) == 4


async def test_what_was_not_written_when_the_smsc_unbinds_is_tried_again(peer: SmppPeer) -> None:
    """Of a message of three segments two were accepted and the third never written: it certainly is not whole, and may be said again."""
    peer.holds = True
    async with line(peer, window=2) as gateway:
        (session,) = await peer.bound()
        sending = asyncio.create_task(send(gateway, letter("+33640000100", text=LONG)))
        await peer.holding(2)
        parting = asyncio.create_task(session.ask(UNBIND))
        peer.let_go()
        await parting
        (receipt,) = (await sending).values()
    assert (receipt.outcome, receipt.names) == (Outcome.RETRY, ())


async def test_a_gateway_that_closes_hears_out_what_is_on_the_wire(peer: SmppPeer) -> None:
    """Closing waits for the answers, then says goodbye."""
    peer.holds = True
    async with line(peer) as gateway:
        sending = asyncio.create_task(send(gateway, *letters(3)))
        await peer.holding(3)
        closing = asyncio.create_task(gateway.close())
        await asyncio.sleep(0)
        peer.let_go()
        got = await sending
        await closing
    assert {receipt.outcome for receipt in got.values()} == {Outcome.ACCEPTED}


async def test_a_half_open_connection_is_given_up_by_its_silence(peer: SmppPeer) -> None:
    """Nothing is said and nothing heard: the sign of life is asked for, and without one the bind is made again."""
    peer.mute.add(ENQUIRE)
    async with line(peer, enquire_s=0.1, timeout_s=0.2) as gateway:
        (first,) = await peer.bound()
        async with asyncio.timeout(60):
            while len(peer.logins) < 2:
                peer.came.clear()
                await peer.came.wait()
        peer.mute.clear()
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
        assert first not in peer.sessions


async def test_one_answer_that_never_comes_breaks_nothing(peer: SmppPeer) -> None:
    """The SMSC forgets one message while it answers others: that one is unknown, the bind stays."""
    peer.forgets.add("+33640000000")
    async with line(peer, timeout_s=1.0) as gateway:
        sending = asyncio.create_task(send(gateway, *letters(2)))
        while not sending.done():  # something else is heard meanwhile
            (session,) = await peer.bound()
            await session.ask(ENQUIRE)
            await asyncio.wait({sending}, timeout=0.2)
        got = await sending
        assert got["+33640000000"].outcome is Outcome.UNKNOWN
        assert got["+33640000100"].outcome is Outcome.ACCEPTED
    assert len(peer.logins) == 1


@pytest.mark.parametrize("length", [0, 15, 80_000, 0xFFFF_FFFF])
async def test_a_length_that_is_none_ends_the_bind(peer: SmppPeer, length: int) -> None:
    """Too short and too long: nothing is gathered, the connection is given up and made again."""
    async with line(peer) as gateway:
        (session,) = await peer.bound()
        session.writer.write(struct.pack(">IIII", length, 0x15, 0, 1))
        async with asyncio.timeout(60):
            while len(peer.logins) < 2:
                peer.came.clear()
                await peer.came.wait()
        assert (await gateway.check()).outcome is Outcome.ACCEPTED


async def test_pdus_may_come_in_pieces(peer: SmppPeer) -> None:
    """Byte by byte, and two in one piece: each is read once it is whole."""
    async with line(peer):
        (session,) = await peer.bound()
        first = session.answers[7] = asyncio.get_running_loop().create_future()
        second = session.answers[8] = asyncio.get_running_loop().create_future()
        stream = struct.pack(">IIII", 16, ENQUIRE, 0, 7) + struct.pack(">IIII", 16, ENQUIRE, 0, 8)
        for octet in stream[:20]:
            session.writer.write(bytes((octet,)))
            await session.writer.drain()
            await asyncio.sleep(0)
        session.writer.write(stream[20:])
        async with asyncio.timeout(60):
            assert await first == await second == (ANSWER | ENQUIRE, 0)


async def test_a_generic_nack_is_the_answer_to_what_it_names(peer: SmppPeer) -> None:
    """An SMSC that cannot read one PDU refuses that message; one that cannot say which is bound anew."""
    peer.holds = True
    async with line(peer) as gateway:
        sending = asyncio.create_task(send(gateway, *letters(2)))
        await peer.holding(2)
        session, sequence, _ = peer.held.pop(0)
        session.say(0x8000_0000, sequence, status=0x01)
        session.say(0x8000_0000, 0, status=0x03)
        got = await sending
        assert [got[each].outcome for each in sorted(got)] == [Outcome.FAILED, Outcome.UNKNOWN]
        peer.holds = False
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
    assert len(peer.logins) == 2


async def test_a_command_that_nobody_knows_is_answered_so(peer: SmppPeer) -> None:
    """Whatever an SMSC asks beside the standard is refused by name, and nothing breaks."""
    async with line(peer):
        (session,) = await peer.bound()
        assert await session.ask(0x0102) == (0x8000_0000, 0x03)
        assert await session.ask(ENQUIRE) == (ANSWER | ENQUIRE, 0)


@pytest.mark.parametrize("status", [0x0D, 0x0E, 0x0F])
async def test_an_smsc_that_knows_us_not_is_not_hammered(peer: SmppPeer, status: int) -> None:
    """A refused bind is trouble with the credentials, told at once, and not asked again for every message."""
    peer.refusal = status
    async with line(peer, binds=4) as gateway:
        for _ in range(3):
            got = await send(gateway, *letters(20))
            assert {(each.outcome, each.trouble) for each in got.values()} == {
                (Outcome.RETRY, Trouble.CREDENTIALS)
            }
        assert (await gateway.check()).trouble is Trouble.CREDENTIALS
    assert len(peer.logins) == 1
    assert peer.submitted == []


async def test_an_smsc_that_is_back_is_found_at_once(peer: SmppPeer) -> None:
    """Many attempts have failed; the first message after its return does not wait for the next attempt's turn."""
    await peer.play(Case.TEAR_BEFORE)
    async with line(peer, timeout_s=5.0) as gateway:
        for _ in range(4):
            got = await send(gateway, letter("+33640000000"))
            assert got["+33640000000"].outcome is Outcome.RETRY
        await peer.play(Case.ACCEPT)
        got = await send(gateway, letter("+33640000000"))
        assert got["+33640000000"].outcome is Outcome.ACCEPTED


async def test_a_message_whose_time_is_over_does_not_leave(peer: SmppPeer) -> None:
    """A full window holds a message up beyond its validity: it is not written any more."""
    peer.holds = True
    async with line(peer, window=1) as gateway:
        batch = [letter("+33640000000"), letter("+33640000100", expires_in_s=1)]
        sending = asyncio.create_task(send(gateway, *batch))
        await peer.holding(1)
        await asyncio.sleep(1.1)  # the message's own clock is the loop's: nothing else tells that it is over
        peer.let_go()
        got = await sending
    assert got["+33640000100"].code == "too late"
    assert peer.taken == ["+33640000000"]


async def test_throttling_harms_no_other(peer: SmppPeer) -> None:
    """What is throttled, or meets a full queue, says when to come again; the rest passes."""
    peer.statuses = {"+33640000000": 0x58, "+33640000100": 0x14}
    async with line(peer) as gateway:
        got = await send(gateway, *letters(4))
    assert [got[each].outcome for each in sorted(got)] == [Outcome.THROTTLED] * 2 + [Outcome.ACCEPTED] * 2
    assert got["+33640000000"].retry_after_s


async def test_numbers_that_are_all_dead_are_our_settings(peer: SmppPeer) -> None:
    """Eight dead numbers in a row may be; a ninth says that the SMSC does not like how we write them, and none is retired for it."""
    peer.statuses = {message.address: 0x0B for message in letters(20)}
    async with line(peer) as gateway:
        got = await send(gateway, *letters(20))
    told = Counter((each.outcome, each.trouble) for each in got.values())
    assert told == {(Outcome.REFUSED, None): 8, (Outcome.RETRY, Trouble.PROVIDER): 12}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"host": "smsc.example", "tls": False}, "must not cross a network in clear"),
        ({"sender": "Commune de Bras-sur-Meuse"}, "3 to 11 letters"),
        ({"sender": "0612345678"}, "write a number"),
        ({"sender": "+33 6 12 34"}, "write a number"),
        ({"sender": " FORET"}, "3 to 11 letters"),
        ({"tls": True, "clear": True}, "tls = false beside it"),
        ({"password": "much-too-long"}, "at most 8 plain signs"),
        ({"window": 0}, "window"),
        ({"system_id": "a b"}, "system_id"),
        ({"alphabet": "utf-8"}, "alphabet"),
        ({"tls": True, "ca_file": "/nowhere.pem"}, "ca_file"),
    ],
)
def test_a_table_that_cannot_be_used_says_so(options: dict[str, object], sentence: str) -> None:
    """The option is named, and what to write instead."""
    table = SmppPeer().options(5.0) | {"port": 2775} | options
    with pytest.raises(OptionError, match=sentence) as refusal:
        load("essai", "smpp", table, Surroundings(report=Kept().report, **LENT))
    assert "[gateways.essai]" in str(refusal.value)
