"""A running node and OVHcloud: a danger leaves as a job, and what became of it reaches the books without anyone's help."""

import asyncio
from pathlib import Path
from typing import Any

from ovh_peer import OvhPeer
from peers import Case

import zones
from alertd.clock import DAY, HOUR, SECOND
from alertd.daemon import Daemon, running
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import Actor, Channel, Content, Level, Mode, Role, State, Target, Text
from alertd.settings import Settings
from alertd.stations import stations
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

HOME = (49.2090, 5.3750)


def chosen(tmp_path: Path, peer: OvhPeer) -> Settings:
    """A node in a folder of its own, on a free port, whose SMS go to the peer."""
    gateway = {"driver": "ovh", "channels": ["sms"], "options": peer.options(5.0)}
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


async def released(daemon: Daemon, number: str, channel: Channel = Channel.SMS) -> int:
    """A danger to one person of a live commune; the alert."""
    desk, clock = daemon.desk, daemon.desk.clock
    async with desk.db.transaction() as tx:
        station = await stations.add(tx, clock, stations.NewStation("foret", "Forêt", *HOME, mode=Mode.LIVE))
        person = Enrolment(((channel, number),), "accueil", clock.now_ms() - DAY, places=(At(*HOME),))
        await enrol(tx, clock, desk.keyring, station, person, fiction=True)
    content = Content(
        level=Level.DANGER,
        topic="fire",
        target=Target(zone=zones.Circle(*HOME, 1_000)),
        texts={"fr": Text("Incendie", "Un feu.", "Fermez vos fenêtres.")},
        channels=frozenset({channel}),
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


async def test_a_danger_is_accepted_and_its_delivery_is_asked_for(tmp_path: Path, clock: Any) -> None:
    """One job with a link of its own and no STOP clause; ten seconds later the node asks, and the phone has it."""
    async with OvhPeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        number = await peer.play(Case.ACCEPT)
        alert = await released(daemon, number)
        await state(daemon, alert, State.ACCEPTED)
        [job] = peer.jobs
        assert (job["receivers"], job["noStopClause"], job["priority"]) == ([number], True, "high")
        assert job["tag"] in job["message"], "the tag is the key of the personal link"
        for outgoing in peer.outgoing.values():
            outgoing |= {"deliveryReceipt": 1, "ptt": 4}
        clock.advance(11 * SECOND)
        await state(daemon, alert, State.DELIVERED)
        assert len(peer.jobs) == 1


async def test_a_danger_whose_answer_was_lost_is_found_and_not_sent_again(tmp_path: Path, clock: Any) -> None:
    """The line broke after the job was written: it is found by its tag before the twenty seconds are over."""
    async with OvhPeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        alert = await released(daemon, await peer.play(Case.TEAR_AFTER))
        await state(daemon, alert, State.UNKNOWN)
        clock.advance(3 * SECOND)
        await state(daemon, alert, State.ACCEPTED)
        assert len(peer.jobs) == 1
