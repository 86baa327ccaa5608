"""A running node and an SMSC: what was accepted before a restart is reported after it, by the SMSC's own name, and delivered."""

import asyncio
from pathlib import Path

from peers import Case
from smpp_peer import ANSWER, DELIVER, SmppPeer, brought, receipt
from test_ovh_daemon import released, state

from alertd.clock import SECOND
from alertd.daemon import running
from alertd.model import State
from alertd.settings import Settings

KEPT = (ANSWER | DELIVER, 0)


def chosen(tmp_path: Path, peer: SmppPeer) -> Settings:
    """A node in a folder of its own, on a free port, whose SMS go to the peer."""
    gateway = {"driver": "smpp", "channels": ["sms"], "options": peer.options(5.0)}
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02},
            "gateways": {"operateur": gateway},
        }
    )


async def test_a_report_after_a_restart_delivers(clock, tmp_path):
    """The node that sent has ended; the next life of it hears the report, and finds whose it is through the store."""
    async with SmppPeer() as peer:
        settings, number = chosen(tmp_path, peer), await peer.play(Case.ACCEPT)
        async with running(settings, clock) as daemon:
            alert = await released(daemon, number)
            await state(daemon, alert, State.ACCEPTED)
        parts = len(peer.submitted)
        async with running(settings, clock) as daemon:
            (session,) = await peer.bound()
            for n in range(1, parts + 1):
                assert await session.ask(DELIVER, receipt(f"m{n}")) == KEPT
            await state(daemon, alert, State.DELIVERED)


async def test_a_report_that_overtakes_the_answer_delivers(clock, tmp_path):
    """The SMSC reports before it has answered: the report waits in the store for the answer."""
    async with SmppPeer() as peer:
        peer.holds = True
        settings, number = chosen(tmp_path, peer), await peer.play(Case.ACCEPT)
        async with running(settings, clock) as daemon:
            alert = await released(daemon, number)
            await peer.holding(1)
            (session,) = await peer.bound()
            for n in range(1, 6):
                assert await session.ask(DELIVER, receipt(f"m{n}")) == KEPT
            peer.let_go()
            await state(daemon, alert, State.ACCEPTED)
            clock.advance(2 * SECOND)
            await state(daemon, alert, State.DELIVERED)


async def test_a_bad_day_at_the_smsc_ends_well(clock, tmp_path):
    """Throttled, then accepted in segments; the connections drop; the reports come on a new one, the last first, each twice."""
    async with SmppPeer() as peer:
        settings, number = chosen(tmp_path, peer), await peer.play(Case.ACCEPT)
        peer.turns[number] = [0x58] * 9
        async with running(settings, clock) as daemon:
            alert = await released(daemon, number)
            await state(daemon, alert, State.WAITING)
            peer.turns.clear()
            clock.advance(60 * SECOND)
            await state(daemon, alert, State.ACCEPTED)
            names = [f"m{n}" for n in range(1, len(peer.taken) + 1)]
            peer.hang_up()
            (session,) = await peer.bound()
            for name in [*reversed(names), *names]:
                assert await session.ask(DELIVER, receipt(name)) == KEPT
            await state(daemon, alert, State.DELIVERED)
            (row,) = await daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
            assert row["tries"] == 2


async def test_a_stop_on_the_line_is_heard_and_answered(clock, tmp_path):
    """Who was warned writes STOP on the same line: the answer leaves by it, to that number."""
    async with SmppPeer() as peer:
        settings, number = chosen(tmp_path, peer), await peer.play(Case.ACCEPT)
        async with running(settings, clock) as daemon:
            alert = await released(daemon, number)
            await state(daemon, alert, State.ACCEPTED)
            warned = len(peer.submitted)
            (session,) = await peer.bound()
            assert await session.ask(DELIVER, brought(b"STOP", sender=number[1:])) == KEPT
            async with asyncio.timeout(60):
                while len(peer.submitted) == warned:
                    peer.got.clear()
                    await peer.got.wait()
        assert {told.to[2] for told in peer.submitted} == {number[1:]}


async def test_two_nodes_hear_each_other_s_reports(tmp_path, postgres_url):
    """The bind by which a report comes need not be that of the node that sent."""
    async with SmppPeer() as peer:
        settings, number = chosen(tmp_path, peer), await peer.play(Case.ACCEPT)
        settings = settings.model_copy(
            update={"store": settings.store.model_copy(update={"url": postgres_url})}
        )
        other = settings.model_copy(update={"node": settings.node.model_copy(update={"name": "two"})})
        async with running(settings) as one:
            first = (await peer.bound())[0]
            async with running(other) as two:
                second = next(each for each in await peer.bound(2) if each is not first)
                alert = await released(one, number)
                await state(one, alert, State.ACCEPTED)
                for session in (first, second):
                    for n in range(1, len(peer.submitted) + 1):
                        assert await asyncio.wait_for(session.ask(DELIVER, receipt(f"m{n}")), 10) == KEPT
                await state(two, alert, State.DELIVERED)
