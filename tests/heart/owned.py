"""A town whose commune has an account for SMS of its own, beside the two that all share; a neighbour that has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from heart.ailing import Ailing
from heart.town import HOME, Town, build, mayor_of

from alertd.clock import SECOND
from alertd.deliver import routes
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.deliver.service import Note, Purpose, Written, service
from alertd.deliver.stranded import Stranded
from alertd.issue.preview import preview
from alertd.issue.release import Released, release
from alertd.model import Station, endpoint_id
from alertd.settings import Settings
from alertd.stations import stations
from alertd.stations.stations import NewStation

OWN = {"own": ["bras-sur-meuse"]}


def settings(
    own: Mapping[str, Sequence[str]] = OWN,
    shared: Sequence[str] = ("first", "second"),
    terms: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Accounts for SMS: those that stations own, by name, and the shared ones in order; `terms` of an account's sender, by name."""
    names = [*own, *shared]
    tables = {
        name: {"driver": "played", "channels": ["sms"], "senders": [{"name": name} | terms.get(name, {})]}
        | ({"stations": own[name]} if name in own else {})
        for name in names
    }
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1, "slice": 5}
    return Settings.model_validate({"gateways": tables, "routes": {"sms": shared}, "sending": quick})


@dataclass
class Owned:
    """The town, its far ends by name, and what the node knows of them."""

    town: Town
    far: dict[str, Ailing] = field(default_factory=lambda: {"sandbox": Ailing("sandbox")})
    health: Health = field(init=False)
    dispatch: Dispatch = field(init=False)
    lines: list[Line] = field(init=False)
    stranded: Stranded = field(init=False)

    async def pass_time(self, milliseconds: int) -> None:
        """So many seconds of the node's life, a tenth at a time."""
        for _ in range(10 * milliseconds // SECOND):
            self.town.clock.advance(SECOND // 10)
            await self.town.spread()
            await self.town.keep_house()
            await self.stranded.step()
            for line in self.lines:
                await self.dispatch.step(line)
            await self.health.step()

    async def release(self, station: Station, **changes: Any) -> Released:
        """What this station's mayor sends."""
        desk, mayor = self.town.desk, mayor_of(station)
        shown = await preview(desk, mayor, station, self.town.content(**changes), None)
        return await release(desk, mayor, station, shown.digest)

    async def write(self, person: int, station: Station | None, **more: Any) -> None:
        """A word of the house to someone's number, in a station's name; None: the instance's."""
        note = Note(
            "service.unrecognised", purpose=Purpose.PROOF, station_id=station.id if station else 0, **more
        )
        async with self.town.db.transaction() as tx:
            assert isinstance(await service(tx, self.town.desk, endpoint_id(person, 0), note), Written)

    async def start(self, chosen: Settings) -> None:
        """The node starts again with this configuration."""
        town = self.town
        town.desk = replace(town.desk, settings=chosen, routes=await routes.register(town.db, chosen))
        town.node = await town.another_node("one", town.provider)
        await town.node.tend.start()
        await self.speak()

    async def speak(self) -> None:
        """Lines to the far ends of the configuration; what is queued where it must not leave is given on first."""
        town, db, clock = self.town, self.town.db, self.town.clock
        self.stranded = Stranded(db, town.desk.routes, town.desk.settings.sending, town.node.id)
        await self.stranded.start()
        for name in town.desk.settings.gateways:
            self.far.setdefault(name, Ailing(name))
        known = {name: self.far[name] for name in (*town.desk.settings.gateways, "sandbox")}
        self.health = Health(db, clock, town.desk.routes, known, town.node.id)
        old = town.node.dispatch
        self.dispatch = Dispatch(
            db,
            clock,
            old.renderer,
            old.sending,
            town.node.id,
            self.health.homes,
            self.health.hear,
            theirs=self.health.theirs,
        )
        senders = town.desk.routes.senders
        self.lines = [Line(one, known[one.gateway], Bucket(clock, None, 1)) for one in senders]
        await self.health.step()

    def said(self) -> dict[str, int]:
        """How many messages each far end took."""
        return {name: len(far.ledger) for name, far in self.far.items() if far.ledger}


async def owned(db: Any, clock: Any, chosen: Settings | None = None) -> Owned:
    """Ten people of the commune, and ten of its neighbour."""
    chosen = chosen or settings()
    town = await build(db, clock, chosen)
    for each in (town.station, town.neighbour):
        for _ in range(10):
            await town.person(station=each)
    made = Owned(town)
    await made.speak()
    return made


async def under(town: Town, parent: Station, slug: str = "ecole", kind: str = "school") -> Station:
    """A station under another."""
    async with town.db.transaction() as tx:
        new = NewStation(slug, slug.capitalize(), *HOME, kind=kind, parent=parent.slug)
        return await stations.add(tx, town.clock, new)
