"""A running node of a live commune, which speaks to browsers through a push service on loopback."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from browser.push_service import PushService

import zones
from alertd.clock import DAY, FOREVER, HOUR, SetClock, from_ms, to_ms
from alertd.daemon import Daemon, running
from alertd.issue.preview import preview
from alertd.issue.release import end, release
from alertd.model import Actor, Channel, Content, Level, Role, State, Station, Target, Text, endpoint_id
from alertd.settings import Settings
from alertd.stations import drawings, stations
from alertd.watch.silent_probe import SilentProbe

HOME = (49.2090, 5.3750)
WITHIN_S = 30.0


def free_port() -> int:
    """One that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def chosen(folder: Path, port: int, push: PushService) -> Settings:
    """A node that speaks to browsers through that push service alone, and is found again after it was stopped."""
    options = {
        "contact": "mailto:alertes@foret.example",
        "hosts": [],
        "extra_hosts": [push.origin],
        "processes": 0,
    }
    gateway = {"driver": "webpush", "channels": ["push"], "options": options}
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{folder}/alertd.db"},
            "keys": {"secret_file": f"{folder}/secret.key"},
            "http": {"port": port},
            "node": {"name": f"phones-{os.getpid()}"},
            "sending": {"poll_s": 0.05},
            "gateways": {"navigateurs": gateway},
        }
    )


@dataclass(slots=True)
class House:
    """The node as it runs now, and its only commune."""

    settings: Settings
    daemon: Daemon
    station: Station

    @property
    def url(self) -> str:
        return self.daemon.url

    async def alert(self, headline: str = "Incendie à la scierie", level: Level = Level.DANGER) -> int:
        """Around the mairie, by notification; the alert."""
        desk = self.daemon.desk
        content = Content(
            level=level,
            topic="fire",
            target=Target(zone=zones.Circle(*HOME, 1_000)),
            texts={"fr": Text(headline, "Les pompiers sont là.", "Fermez vos fenêtres.")},
            channels=frozenset({Channel.PUSH}),
            expires=desk.clock.now_ms() + HOUR,
        )
        shown = await preview(desk, self.mayor, self.station, content, None)
        return (await release(desk, self.mayor, self.station, shown.digest)).alert_id

    async def probe(self) -> int:
        """Ask the only telephone silently, on the 28th of the month after next; the message, once the telephone has answered."""
        desk, found = self.daemon.desk, list[int]()
        then = from_ms(desk.clock.now_ms() + 62 * DAY).replace(day=28, hour=12)
        probing = SilentProbe(replace(desk, clock=SetClock(to_ms(then))), self.daemon.work.gateways)

        async def answered() -> bool:
            if not found:
                await probing.ask()
            found[:] = [row["id"] for row in await desk.db.fetch("silent_probes.old", FOREVER, 2)]
            [person] = await desk.db.fetch("subscribers.list_page", self.station.id, 0, 10)
            where = (endpoint_id(person["subscriber_id"], 0),)
            return [
                row["state"] for one in found for row in await desk.db.fetch("deliveries.one", one, *where)
            ] == [State.DELIVERED]

        await self.until(answered)
        return found[0]

    async def end(self, alert: int) -> None:
        """In the standard words."""
        await end(self.daemon.desk, self.mayor, alert)

    @property
    def mayor(self) -> Actor:
        return Actor("operator:mairie", self.station.id, Level.DANGER, Role.MAYOR)

    async def stands(self, alert: int, wanted: State) -> None:
        """Wait until the alert's only delivery stands so."""
        found: list[State] = []

        async def look() -> bool:
            rows = await self.daemon.desk.db.fetch("deliveries.of_alert", alert, 0, 0, 10)
            found[:] = [State(row["state"]) for row in rows]
            return found == [wanted]

        try:
            await self.until(look)
        except TimeoutError:
            raise AssertionError(f"alert {alert} stands at {found}, not {wanted!r}") from None

    async def until(self, look: Callable[[], Any]) -> None:
        """Look again whenever the books change."""
        async with asyncio.timeout(WITHIN_S):
            while not await look():
                await self.daemon.desk.db.wait("progress", 0.05)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """The house; its commune is made when it is opened first."""
    async with running(settings) as daemon:
        yield House(settings, daemon, await _commune(daemon))


async def _commune(daemon: Daemon) -> Station:
    desk = daemon.desk
    async with desk.db.transaction() as tx:
        if await tx.fetch("stations.find_by_slug", "foret"):
            return await stations.by_slug(tx, "foret")
        made = await stations.add(tx, desk.clock, stations.NewStation("foret", "Forêt", *HOME))
        await drawings.add_hamlet(tx, made, "La Gare", 49.2095, 5.3755)
        return made
