"""A running node with one account for SMS and one relay, an operator who is told of both, and what was told."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import zones
from alertd.clock import DAY, HOUR, SECOND
from alertd.daemon import Daemon
from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import Actor, Channel, Content, Level, Mode, Role, State, Target, Text
from alertd.settings import Settings
from alertd.stations import operators, stations
from alertd.subscribe import contacts
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

HOME = (49.2090, 5.3750)


MAILBOX = "astreinte@peer.example"


MOBILE = "+33639980399"


PEOPLE = 12


def chosen(tmp_path: Path, sms: dict[str, Any], email: dict[str, Any]) -> Settings:
    """A node in a folder of its own, with one account for SMS and one relay."""
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02, "retry_base_s": 0.05, "retry_cap_s": 0.05},
            "gateways": {
                "ovh": {"driver": "ovh", "channels": ["sms"], "options": sms},
                "relais": {"driver": "smtp", "channels": ["email"], "options": email},
            },
        }
    )


async def released(daemon: Daemon, channel: Channel, addresses: list[str]) -> int:
    """A danger to so many people of a commune, and an operator who is told by e-mail and by SMS; the alert."""
    desk, clock = daemon.desk, daemon.desk.clock
    async with desk.db.transaction() as tx:
        station = await stations.add(tx, clock, stations.NewStation("foret", "Forêt", *HOME, mode=Mode.LIVE))
        await operators.add(tx, clock, login="mairie", name="Mairie")
        for way, address in ((Channel.EMAIL, MAILBOX), (Channel.SMS, MOBILE)):
            await contacts.give(tx, clock, desk.keyring, "cli", "mairie", way, address)
        for address in addresses:
            since = clock.now_ms() - DAY
            person = Enrolment(((channel, address),), "accueil", since, places=(At(*HOME),))
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
    assert shown.people == len(addresses)
    return (await release(desk, mayor, station, shown.digest)).alert_id


async def until(daemon: Daemon, clock: Any, holds: Callable[[], Awaitable[bool]]) -> None:
    """Let the node's time pass, a second at each look, until something holds."""
    async with asyncio.timeout(120):
        while not await holds():
            clock.advance(SECOND)
            await daemon.desk.db.wait("progress", 0.02)


async def some_time(daemon: Daemon, clock: Any, seconds: int) -> None:
    """So many seconds of the node's time."""
    end = clock.now_ms() + seconds * SECOND

    async def over() -> bool:
        return bool(clock.now_ms() >= end)

    await until(daemon, clock, over)


async def states(daemon: Daemon, alert: int) -> set[State]:
    """How the alert's deliveries stand; the books say the same of all of them."""
    rows = await daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 1_000)
    return {State(row["state"]) for row in rows}


async def alarms(daemon: Daemon) -> list[str]:
    """What the audit says was told of gateways, oldest first."""
    rows = await daemon.desk.db.fetch("audit.gateways", 50, None)
    told = {"gateway.alarm", "gateway.mended", "gateway.low"}
    return [
        f"{row['action']} {json.loads(row['detail'])['reason']}".strip()
        for row in reversed(rows)
        if row["action"] in told
    ]


def read(mails: list[bytes]) -> list[tuple[str, str]]:
    """Whom each mail is to, and its first line."""
    found = []
    for mail in mails:
        letter = message_from_bytes(mail, policy=policy.default)
        body = letter.get_body(("plain",))
        found.append((str(letter["To"]), body.get_content().splitlines()[0] if body else ""))
    return found


async def come(found: list[Any], n: int) -> bool:
    """Whether so many came."""
    return len(found) >= n
