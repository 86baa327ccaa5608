"""Gateways as administrators see them: who speaks and why, what is queued, what was decided, and their own last word."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import SECOND, Clock
from alertd.deliver import rates as deliver_rates
from alertd.deliver import sightings
from alertd.deliver.health import PREFER
from alertd.deliver.rates import Rate
from alertd.deliver.routes import Routes
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
    """A channel: its gateways in order of preference, what was imposed, and what is queued, lane by lane."""

    channel: Channel
    standings: tuple[Standing, ...]
    chosen: Chosen | None
    queued: Mapping[Lane, int]

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


async def voices(db: Database, settings: Settings, routes: Routes, mode: Mode) -> list[Voice]:
    """Every channel that some gateway serves in this mode."""
    seen = await sightings.read(db, round(settings.sending.lease_s * SECOND))
    imposed = await choices(db) if mode is Mode.LIVE else {}
    queued, rates = await _queued(db, mode), await deliver_rates.read(db)
    return [
        Voice(
            channel,
            tuple(
                Standing(
                    name,
                    tuple(one for one in seen if one.sighting.gateway == name),
                    tuple(rate for rate in rates if (rate.gateway, rate.channel) == (name, channel)),
                )
                for name in _gateways(routes, mode, channel)
            ),
            imposed.get(channel.word),
            queued[channel],
        )
        for channel in Channel
        if routes[mode, channel, True]
    ]


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


async def decisions(db: Database, most: int = 20) -> list[Decision]:
    """The latest, newest first: the nodes' and the administrators'."""
    return [_decision(row) for row in await db.fetch("audit.gateways", most)]


async def node_names(db: Database) -> dict[int, str]:
    """The nodes that decided, by the number that the audit calls them by."""
    return {row["id"]: row["name"] for row in await db.fetch("nodes.names")}


async def prefer(
    db: Database, clock: Clock, settings: Settings, who: str, channel: str, name: str, reason: str
) -> None:
    """Let a gateway speak for a channel, whatever the nodes think of it; they obey within a second.

    :raises Refused: `gateway_unknown`, `reason_missing`.
    """
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
