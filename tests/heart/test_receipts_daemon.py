"""A running node: what a provider reports and what it can be asked reaches the books, without anyone's help."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession
from heart.far_end import raw

import zones
from alertd.clock import DAY, HOUR, SECOND
from alertd.daemon import Daemon, running
from alertd.deliver.spool import Spool
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.keys import delivery_number
from alertd.model import Actor, Channel, Content, Level, Mode, Role, State, Target, Text
from alertd.settings import Settings
from alertd.stations import stations
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from gateways.contract import Outcome

HOME = (49.2090, 5.3750)
LOST, NEVER_DELIVERED = "+33639980003", "+33639980007"  # as the sandbox plays them


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    """A demonstration in a folder of its own, on a free port."""
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02},
        }
    )


async def released(daemon: Daemon, number: str) -> int:
    """A danger to one person of a training station; the alert."""
    desk, clock = daemon.desk, daemon.desk.clock
    async with desk.db.transaction() as tx:
        new = stations.NewStation("essai", "Essai", *HOME, mode=Mode.TRAINING)
        station = await stations.add(tx, clock, new)
        person = Enrolment(((Channel.SMS, number),), "accueil", clock.now_ms() - DAY, places=(At(*HOME),))
        await enrol(tx, clock, desk.keyring, station, person, fiction=True)
    content = Content(
        level=Level.DANGER,
        topic="fire",
        target=Target(zone=zones.Circle(*HOME, 1_000)),
        texts={"fr": Text("Incendie", "Un feu.", "Fermez vos fenêtres.")},
        channels=frozenset({Channel.SMS}),
        expires=clock.now_ms() + HOUR,
    )
    mayor = Actor("operator:mairie", station.id, Level.DANGER, Role.MAYOR)
    shown = await preview(desk, mayor, station, content, None)
    return (await release(desk, mayor, station, shown.digest)).alert_id


async def state(daemon: Daemon, alert: int, wanted: State) -> None:
    """Wait until the only delivery stands so, looking again whenever the books change."""
    async with asyncio.timeout(60):
        while True:
            rows = await daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
            if [row["state"] for row in rows] == [wanted]:
                return
            await daemon.desk.db.wait("progress", 0.05)


async def test_a_lost_answer_is_found_before_the_danger_is_sent_again(chosen, clock):
    """The sandbox loses the answer to 0003; three seconds later the node has asked, and it is delivered, once."""
    async with running(chosen, clock) as daemon:
        alert = await released(daemon, LOST)
        await state(daemon, alert, State.UNKNOWN)
        clock.advance(3 * SECOND)
        await state(daemon, alert, State.DELIVERED)
        (row,) = await daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
        assert row["tries"] == 1


async def test_what_an_earlier_life_spooled_is_applied_at_the_start(chosen, clock, tmp_path):
    """The node ended while the store was away; its next life brings the spool into the store, and applies it."""
    async with running(chosen, clock) as daemon:
        desk = daemon.desk
        alert = await released(daemon, NEVER_DELIVERED)
        await state(daemon, alert, State.ACCEPTED)
        (row,) = await desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
        reference = desk.keyring.code(delivery_number(row["message_id"], row["endpoint_id"]))
    callback = raw(desk, (reference, Outcome.DELIVERED), gateway="sandbox")
    await Spool(desk.db, desk.keyring, tmp_path / "one.receipts").keep(callback)
    async with running(chosen, clock) as daemon:
        await state(daemon, alert, State.DELIVERED)


async def test_a_running_node_takes_its_gateways_calls(chosen, clock):
    """The sandbox calls nobody, so its call is forged; another name is not known."""
    async with running(chosen, clock) as daemon, ClientSession() as session:
        async with session.post(f"{daemon.url}/rappels/sandbox", data=b"{}") as response:
            assert response.status == 403
        async with session.post(f"{daemon.url}/rappels/nobody", data=b"{}") as response:
            assert response.status == 404


async def test_two_nodes_in_one_process_each_count_their_own(chosen, clock, tmp_path):
    """What one node's gateway answered stands in its figures, and not in those of the other house."""
    other = chosen.model_copy(
        update={
            "store": chosen.store.model_copy(update={"url": f"sqlite:{tmp_path}/other.db"}),
            "node": chosen.node.model_copy(update={"name": "two"}),
        }
    )
    told = []
    async with running(chosen, clock) as one, running(other, clock) as two, ClientSession() as session:
        await state(one, await released(one, NEVER_DELIVERED), State.ACCEPTED)
        for daemon in (one, two):
            async with session.get(f"{daemon.url}/metrics") as response:
                told.append(await response.text())
    counted = 'alertd_receipts_total{gateway="sandbox",outcome="accepted",source="answer"} 1.0'
    assert [counted in text for text in told] == [True, False]
    assert all('alertd_gateway_up{gateway="sandbox"} 1.0' in text for text in told)
    assert 'alertd_node_up{node="one"} 1.0' in told[0]
