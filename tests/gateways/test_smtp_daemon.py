"""A running node and a mail relay: a letter leaves, and what comes back to it reaches the books and the endpoint."""

import asyncio
import smtplib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from peers import Case
from smtp_peer import SmtpPeer
from smtp_reports import complaint, report

import zones
from alertd.clock import DAY, HOUR
from alertd.daemon import Daemon, running
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import Actor, Channel, Content, EndpointState, Level, Mode, Role, State, Target, Text
from alertd.settings import Settings
from alertd.stations import stations
from alertd.subscribe import lists
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

HOME = (49.2090, 5.3750)
DEAD = report("5.1.1", "550 5.1.1 User unknown")


def chosen(tmp_path: Path, peer: SmtpPeer, **options: Any) -> Settings:
    """A node in a folder of its own, on a free port, whose e-mails go to the peer and come back by a socket."""
    back = {"bounce_address": "retours@foret.example", "lmtp_listen": f"unix:{tmp_path}/lmtp"} | options
    gateways = {
        name: {"driver": "smtp", "channels": ["email"], "options": peer.options(5.0) | more}
        for name, more in (("courriel", back), ("secours", {}))
    }
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0, "public_url": "https://alerte.foret.example"},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02},
            "gateways": gateways,
        }
    )


async def subscribed(daemon: Daemon, slug: str, *addresses: str) -> int:
    """A live commune to which these addresses are subscribed; its id."""
    desk, clock = daemon.desk, daemon.desk.clock
    async with desk.db.transaction() as tx:
        station = await stations.add(tx, clock, stations.NewStation(slug, "Forêt", *HOME, mode=Mode.LIVE))
        for address in addresses:
            person = Enrolment(
                ((Channel.EMAIL, address),), "accueil", clock.now_ms() - DAY, places=(At(*HOME),)
            )
            await enrol(tx, clock, desk.keyring, station, person)
    return station.id


async def released(daemon: Daemon, *addresses: str) -> int:
    """A danger to people of a live commune; the alert."""
    desk, clock = daemon.desk, daemon.desk.clock
    await subscribed(daemon, "foret", *addresses)
    station = await stations.by_slug(desk.db, "foret")
    content = Content(
        level=Level.DANGER,
        topic="fire",
        target=Target(zone=zones.Circle(*HOME, 1_000)),
        texts={"fr": Text("Incendie", "Un feu.", "Fermez vos fenêtres.")},
        channels=frozenset({Channel.EMAIL}),
        expires=clock.now_ms() + HOUR,
    )
    mayor = Actor("operator:mairie", station.id, Level.DANGER, Role.MAYOR)
    shown = await preview(desk, mayor, station, content, None)
    return (await release(desk, mayor, station, shown.digest)).alert_id


async def states(daemon: Daemon, alert: int, wanted: Mapping[State, int]) -> None:
    """Wait until the deliveries stand so, looking again whenever the books change."""
    async with asyncio.timeout(60):
        while True:
            rows = await daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
            found = [row["state"] for row in rows]
            if {state: found.count(state) for state in found} == wanted:
                return
            await daemon.desk.db.wait("progress", 0.05)


def endpoints(tmp_path: Path) -> list[EndpointState]:
    """In the order in which people were enrolled, as another process reads them."""
    with closing(sqlite3.connect(f"file:{tmp_path}/alertd.db?mode=ro", uri=True)) as store:
        return [EndpointState(state) for (state,) in store.execute("SELECT state FROM endpoint ORDER BY id")]


async def hand_over(path: Path, to: str, mail: bytes) -> None:
    def give() -> None:
        with smtplib.LMTP(str(path), 0) as client:
            client.sendmail("", [to], mail)

    await asyncio.to_thread(give)


def envelopes(peer: SmtpPeer) -> dict[str, str]:
    """By recipient, the address that the letter to it comes back to."""
    spoken = [
        command.decode().partition("<")[2].partition(">")[0] for command in peer.commands if b":<" in command
    ]
    return dict(zip(spoken[1::2], spoken[::2], strict=True))


async def test_what_comes_back_reaches_the_books(tmp_path: Path, clock: Any) -> None:
    """A dead address is refused and closed, a full one has failed, a complaint stops; a delay and a forgery do nothing."""
    async with SmtpPeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        people = [await peer.play(Case.ACCEPT) for _ in range(4)]
        alert = await released(daemon, *people)
        await states(daemon, alert, {State.ACCEPTED: 4})
        back = [envelopes(peer)[person] for person in people]
        lmtp = tmp_path / "lmtp"
        await hand_over(lmtp, back[3], report("4.4.1", "no route to host", action="delayed"))
        await hand_over(lmtp, back[3][:8] + "a" * 28 + "@foret.example", DEAD)
        await hand_over(lmtp, back[0], DEAD)
        await hand_over(lmtp, back[1], report("5.2.2", "552 5.2.2 mailbox full"))
        await hand_over(lmtp, back[2], complaint("abuse"))
        wanted = {State.REFUSED: 1, State.FAILED: 1, State.STOPPED: 1, State.ACCEPTED: 1}
        await states(daemon, alert, wanted)
        dead, stopped, active = EndpointState.DEAD, EndpointState.STOPPED, EndpointState.ACTIVE
        assert endpoints(tmp_path) == [dead, active, stopped, active]


FORMS = {
    "application/x-www-form-urlencoded": b"List-Unsubscribe=One-Click",
    "multipart/form-data; boundary=-FormBoundary": (
        b'---FormBoundary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n---FormBoundary--'
    ),
}
"""What mailboxes post, in both forms of RFC 8058, section 3.2 and its errata."""


async def test_one_click_leaves_the_station_that_wrote(tmp_path: Path, clock: Any) -> None:
    """The address in the letter's headers, posted to without cookie or page, ends that subscription and no other."""
    async with (
        SmtpPeer() as peer,
        running(chosen(tmp_path, peer), clock) as daemon,
        ClientSession() as mailbox,
    ):
        people = [await peer.play(Case.ACCEPT) for _ in FORMS]
        alert = await released(daemon, *people)
        elsewhere = await subscribed(daemon, "ailleurs", *people)
        here = (await stations.by_slug(daemon.desk.db, "foret")).id
        await states(daemon, alert, {State.ACCEPTED: len(FORMS)})
        for left, (kind, form) in enumerate(FORMS.items(), 1):
            letter = message_from_bytes(peer.mails[left - 1])
            assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert letter["List-Id"] == "<foret.alerte.foret.example>"
            way = letter["List-Unsubscribe"].strip("<>").removeprefix("https://alerte.foret.example")
            for _ in range(2):
                async with mailbox.post(
                    daemon.url + way, data=form, headers={"Content-Type": kind}
                ) as answer:
                    assert answer.status == 200
            assert await lists.count(daemon.desk.db, here) == len(FORMS) - left
        assert await lists.count(daemon.desk.db, elsewhere) == len(FORMS)
