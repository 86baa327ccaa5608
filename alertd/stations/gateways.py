"""Gateways as administrators see them: who speaks and why, what is queued, what was decided, and their own last word."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import SECOND, Clock
from alertd.deliver import owners, sightings
from alertd.deliver import rates as deliver_rates
from alertd.deliver.health import PREFER
from alertd.deliver.rates import Rate
from alertd.deliver.routes import Routes, gateways_of
from alertd.deliver.sightings import Seen
from alertd.errors import Refused
from alertd.model import Channel, Lane, Mode, State, Station
from alertd.settings import Settings
from alertd.stations import audit
from alertd.store import Database, Row

MOST_REASON: Final = 500
_INSTANCE: Final = frozenset({"commune", "intercommunality", "departement"})
"""The kinds of station whose mayor, at the root of the tree, stands for the instance's administrator."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An administrator's last word for a channel."""

    gateway: str
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A gateway on a channel's route, as the nodes that are alive see it; nobody's word where none has said."""

    gateway: str
    seen: tuple[Seen, ...]
    rates: tuple[Rate, ...] = ()

    @property
    def rate(self) -> Rate | None:
        """What became of what it was handed, as a whole; None where it was handed nothing of late."""
        return next((rate for rate in self.rates if not rate.prefix), None)

    @property
    def down(self) -> bool:
        """Whether all who see it find it down."""
        return bool(self.seen) and not any(one.sighting.working for one in self.seen)


@dataclass(frozen=True, slots=True)
class Voice:
    """A channel: its gateways in order of preference, what was imposed, and what is queued, lane by lane.

    `stations` are the slugs of those whose own these gateways are; empty, they are everyone's. Nothing is imposed on own ones,
    and what is queued is told of the channel as a whole, with the shared ones.
    """

    channel: Channel
    standings: tuple[Standing, ...]
    chosen: Chosen | None
    queued: Mapping[Lane, int]
    stations: tuple[str, ...] = ()

    @property
    def speakers(self) -> Mapping[str, str]:
        """Which gateway speaks, node by node; where each speaks to some kinds of address, their names in order."""
        found: dict[str, list[str]] = defaultdict(list)
        for node, name in self.speaking:
            found[node].append(name)
        return {node: ", ".join(names) for node, names in found.items()}

    @property
    def speaking(self) -> Sequence[tuple[str, str]]:
        """Node and gateway of each that speaks, in order of preference."""
        return [
            (one.node, standing.gateway)
            for standing in self.standings
            for one in standing.seen
            if self.channel.word in one.sighting.speaks
        ]

    @property
    def danger_speakers(self) -> Mapping[str, str]:
        """Which gateway speaks for danger alone, node by node: none where danger goes the way of the rest."""
        return {
            one.node: standing.gateway
            for standing in self.standings
            for one in standing.seen
            if self.channel.word in one.sighting.dangers
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """`action` is "gateway.down", ".back", ".prefer", ".auto"...; `object_` a gateway's name, or a channel's word."""

    at: int
    actor: str
    action: str
    object_: str
    detail: Mapping[str, str]


async def voices(
    db: Database, settings: Settings, routes: Routes, mode: Mode, sees: Collection[str] | None = None
) -> list[Voice]:
    """Every channel that some gateway serves in this mode; then, for live stations, those that are a station's own: of the stations
    that are seen (`sees`), or of all.
    """
    seen = await sightings.read(db, round(settings.sending.lease_s * SECOND))
    imposed = await choices(db) if mode is Mode.LIVE else {}
    queued, rates = await _queued(db, mode), await deliver_rates.read(db)

    def standings(channel: Channel, names: Iterable[str]) -> tuple[Standing, ...]:
        return tuple(_standing(name, channel, seen, rates) for name in names)

    shared = [
        Voice(
            channel,
            standings(channel, _gateways(routes, mode, channel)),
            _shared(settings, channel, imposed.get(channel.word)),
            queued[channel],
        )
        for channel in Channel
        if routes[mode, channel, True]
    ]
    own = _own(settings, sees) if mode is Mode.LIVE else {}
    return shared + [
        Voice(channel, standings(channel, names), None, {}, slugs) for (channel, slugs), names in own.items()
    ]


def _shared(settings: Settings, channel: Channel, chosen: Chosen | None) -> Chosen | None:
    """What was imposed before it became some station's own moves nobody any more, and is no other's to be told."""
    return None if chosen and chosen.gateway in settings.own(channel.word) else chosen


def _standing(name: str, channel: Channel, seen: Sequence[Seen], rates: Sequence[Rate]) -> Standing:
    return Standing(
        name,
        tuple(one for one in seen if one.sighting.gateway == name),
        tuple(rate for rate in rates if (rate.gateway, rate.channel) == (name, channel)),
    )


def _own(
    settings: Settings, sees: Collection[str] | None
) -> Mapping[tuple[Channel, tuple[str, ...]], list[str]]:
    """The own gateways of each channel, by the stations whose they are; of these nobody is named who is not seen."""
    found: dict[tuple[Channel, tuple[str, ...]], list[str]] = defaultdict(list)
    for channel in Channel:
        for name in settings.own(channel.word):
            stations = settings.gateways[name].stations
            if slugs := tuple(slug for slug in stations if sees is None or slug in sees):
                found[channel, slugs].append(name)
    return found


async def seen_by(db: Database, settings: Settings, station: Station) -> frozenset[str]:
    """The stations whose own gateways a station's operators see: itself and those above it, whose speak for it too; all under it,
    where it stands for the instance.
    """
    above = frozenset(await owners.owners(db, settings.owning, station.id))
    if not stands_for_instance(station):
        return above
    return above | await owners.below(db, settings.owning, station.id)


def named(settings: Settings, sees: Collection[str]) -> frozenset[str]:
    """The gateways of which operators are told who see these stations' own."""
    tables = gateways_of(settings).items()
    return frozenset(name for name, one in tables if not one.stations or set(one.stations) & set(sees))


def stands_for_instance(station: Station) -> bool:
    """A gateway serves every station: only one that answers to no other decides about them, and is told of them in detail."""
    root = station.parent_id is None and station.kind in _INSTANCE and not station.private
    return root and station.mode is Mode.LIVE


def _gateways(routes: Routes, mode: Mode, channel: Channel) -> Iterable[str]:
    """Those of the everyday route in its order, then those that are for danger alone."""
    senders = (*routes[mode, channel, False], *routes[mode, channel, True])
    return dict.fromkeys(sender.gateway for sender in senders)


async def choices(db: Database) -> dict[str, Chosen]:
    """What administrators imposed, by channel's word."""
    rows = await db.fetch("instance.preferences", PREFER)
    return {row["key"].removeprefix(PREFER): Chosen(**json.loads(row["value"])) for row in rows}


async def decisions(db: Database, most: int = 20, among: Collection[str] | None = None) -> list[Decision]:
    """The latest, newest first: the nodes' and the administrators'; about these gateways, and channels, or about all."""
    told = None if among is None else json.dumps(sorted(f"gateway:{name}" for name in among))
    return [_decision(row) for row in await db.fetch("audit.gateways", most, told)]


async def node_names(db: Database) -> dict[int, str]:
    """The nodes that decided, by the number that the audit calls them by."""
    return {row["id"]: row["name"] for row in await db.fetch("nodes.names")}


async def prefer(
    db: Database, clock: Clock, settings: Settings, who: str, channel: str, name: str, reason: str
) -> None:
    """Let a gateway speak for a channel, whatever the nodes think of it; they obey within a second.

    :raises Refused: `gateway_own`, `gateway_unknown`, `reason_missing`.
    """
    if name in settings.own(channel):
        stations = ", ".join(settings.gateways[name].stations)
        raise Refused(
            "gateway_own",
            f"{name} is the own gateway of {stations}: it speaks for them whenever it works, and for nobody else.",
        )
    if name not in settings.route(channel):
        known = ", ".join(settings.route(channel)) or "none"
        raise Refused("gateway_unknown", f"No gateway {name} serves {channel}; the route is: {known}.")
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise Refused("reason_missing", "Say why: the reason is kept in the audit and shown to others.")
    async with db.transaction() as tx:
        said = json.dumps({"gateway": name, "reason": reason})
        await tx.execute("instance.write_setting", f"{PREFER}{channel}", said)
        detail = {"channel": channel, "reason": reason}
        await audit.append(tx, clock, None, who, "gateway.prefer", f"gateway:{name}", detail)
    db.ring("health")


async def auto(db: Database, clock: Clock, who: str, channel: str) -> None:
    """Leave the choice to the nodes again."""
    async with db.transaction() as tx:
        await tx.execute("instance.drop_setting", f"{PREFER}{channel}")
        await audit.append(tx, clock, None, who, "gateway.auto", f"channel:{channel}")
    db.ring("health")


async def _queued(db: Database, mode: Mode) -> dict[Channel, dict[Lane, int]]:
    found: dict[Channel, dict[Lane, int]] = defaultdict(dict)
    for row in await db.fetch("tallies.under_way"):
        if (row["mode"], row["state"]) == (mode, State.QUEUED) and row["n"]:
            found[Channel(row["channel"])][Lane(row["lane"])] = row["n"]
    return found


def _decision(row: Row) -> Decision:
    return Decision(
        row["at"], row["actor"], row["action"], row["object"].partition(":")[2], json.loads(row["detail"])
    )
