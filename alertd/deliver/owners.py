"""Owners: which stations have gateways of their own at or above a station. Slugs, and who is under whom, never change."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from alertd.deliver.fairness import Waiting
from alertd.deliver.routes import SHARED, Owners, Routes, Sender
from alertd.deliver.speakers import Speakers
from alertd.model import Mode
from alertd.settings import Settings
from alertd.store import Database, Transaction


async def owners(store: Database | Transaction, owning: Collection[str], station_id: int) -> Owners:
    """Of a station's the nearest first, out of those that own any; 0, the instance, has none. Asks nothing where nobody does."""
    if not owning or not station_id:
        return SHARED
    rows = await store.fetch("owners.of", station_id, _listed(owning))
    return tuple(row["slug"] for row in rows)


async def lineages(store: Database | Transaction, routes: Routes) -> frozenset[Owners]:
    """Those of every station that there is: a station's is that of the nearest above it that owns any."""
    if not routes.owning:
        return frozenset()
    found = defaultdict[str, list[str]](list)
    for row in await store.fetch("owners.lineages", _listed(routes.owning)):
        found[row["station"]].append(row["slug"])
    return frozenset(map(tuple, found.values()))


async def below(store: Database | Transaction, owning: Collection[str], station_id: int) -> frozenset[str]:
    """Those that own any at or under a station."""
    if not owning:
        return frozenset()
    return frozenset(row["slug"] for row in await store.fetch("owners.below", station_id, _listed(owning)))


async def mistaken(store: Database | Transaction, settings: Settings) -> list[str]:
    """A sentence for each station that a gateway is said to be the own of, and that cannot have it (yet)."""
    if not settings.owning:
        return []
    known = {
        row["slug"]: Mode(row["mode"]) for row in await store.fetch("owners.known", _listed(settings.owning))
    }
    return [
        f"[gateways.{name}] stations: {_why(slug, known)}"
        for name, gateway in settings.gateways.items()
        for slug in gateway.stations
        if known.get(slug) is not Mode.LIVE
    ]


def _why(slug: str, known: Mapping[str, Mode]) -> str:
    if slug in known:
        return f"{slug} is a training station, which has the sandbox for ever; nothing of it leaves by this gateway"
    return f"there is no station {slug}; until one is opened under that name, nobody's messages leave by this gateway for it"


Theirs: TypeAlias = Callable[[Database, Sender, int, Sequence[Waiting]], Awaitable[Sequence[Waiting]]]
"""Of what waits in a queue (of the sender with this id) what a sender may say now."""


async def permitted(db: Database, sender: Sender, _: int, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Its owners' alone where it has any, danger alone where it is reserved: the queue may be another's for which it stands in,
    or have been filled when the configuration was another.
    """
    if sender.reserved:
        waiting = [one for one in waiting if one.danger]
    if not sender.owners:
        return waiting
    return [one for one in waiting if await owners(db, sender.owners, one.station_id)]


@dataclass(frozen=True, slots=True)
class Whose:
    """One node's knowledge of it: in the queue of an own gateway are several stations' messages, and who stands in for one may
    be nobody of another's.
    """

    speakers: Speakers
    _known: dict[int, Owners] = field(default_factory=dict)

    async def theirs(
        self, db: Database, sender: Sender, home: int, waiting: Sequence[Waiting]
    ) -> Sequence[Waiting]:
        """What is for this sender to say, as things are."""
        if home not in self.speakers.own:
            return await permitted(db, sender, home, waiting)
        said: dict[tuple[Owners, bool], bool] = {}
        for one in waiting:
            whose = await self._owners(db, one.station_id), one.danger
            if whose not in said:
                said[whose] = self.speakers.says(sender, home, *whose)
        return [one for one in waiting if said[self._known[one.station_id], one.danger]]

    async def _owners(self, db: Database, station_id: int) -> Owners:
        if station_id not in self._known:
            self._known[station_id] = await owners(db, self.speakers.routes.owning, station_id)
        return self._known[station_id]


def _listed(slugs: Collection[str]) -> str:
    return json.dumps(sorted(slugs))
