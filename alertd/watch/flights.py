"""Flights: how each canary stands, whether it is well, and what to tell of those that are not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from alertd.clock import DAY, HOUR, MINUTE, SECOND, Clock
from alertd.model import Channel, EndpointState, Mode, State
from alertd.settings.canary import Canary as Terms
from alertd.stations import sending_switch
from alertd.store import Database, Row
from alertd.watch.canary import every_ms
from alertd.watch.nouns import CHANNELS, Cause, Kind
from alertd.watch.reserved import Way, ways

_GONE: Final = frozenset(
    {State.REFUSED, State.STOPPED, State.FAILED, State.EXPIRED, State.CANCELLED, State.SKIPPED}
)
_HANDED: Final = frozenset({State.ACCEPTED, State.DELIVERED, State.SEEN})
READ_S: Final = 600.0
"""Between two looks at which addresses belong to ways that report."""
ROWS_MS: Final = DAY
"""How long the rows of a canary's alert are kept; its flight is history."""
HISTORY_MS: Final = 90 * DAY
DROPS: Final = 200
SANDBOX: Final = "sandbox"
"""What an alarm calls the way to the sandbox."""


class Verdict(StrEnum):
    """What became of a flight."""

    WELL = "well"
    LATE = "late"  # no provider had it in time
    LOST = "lost"  # it did not arrive, or its report did not


@dataclass(frozen=True, slots=True)
class Flight:
    """One canary to one address. Times are UTC ms; `handed_at` is when a provider had it, None: not yet. `verdict` None: it flies."""

    endpoint_id: int
    channel: Channel
    mode: Mode
    flown_at: int
    handed_at: int | None
    state: State | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Share:
    """Of a channel's canaries whose end is known, how many there were, and how many went well."""

    mode: Mode
    channel: Channel
    n: int
    well: int


def verdict(
    terms: Terms, age_ms: int, state: State, handed_ms: int | None, *, reports: bool
) -> Verdict | None:
    """What is to be said of a flight of this age, whose delivery is in `state` and was handed over `handed_ms` after it began;
    None: nothing yet. `reports`: its way has told arrivals before.
    """
    late_ms = terms.late_s * SECOND
    if state in _GONE:
        return Verdict.LOST
    if state not in _HANDED:
        return Verdict.LATE if age_ms > late_ms else None
    if handed_ms is not None and handed_ms > late_ms:
        return Verdict.LATE
    if state is State.ACCEPTED and reports:
        return Verdict.LOST if age_ms > terms.report_minutes * MINUTE else None
    return Verdict.WELL


@dataclass(slots=True)
class Judge:
    """One node's, with its memory of the addresses whose way reports arrivals: read anew now and then."""

    _reporting: set[int] = field(default_factory=set)
    _read_at: float = float("-inf")

    async def judge(self, db: Database, clock: Clock, terms: Terms) -> None:
        """Note what is known now of those that fly, and of those of which a later word may have come."""
        rows = await db.fetch("canary.flights", terms.report_minutes * MINUTE + HOUR)
        if not rows:
            return
        if (now := clock.monotonic()) - self._read_at >= READ_S:
            self._read_at = now
            self._reporting = {row["endpoint_id"] for row in await db.fetch("canary.reporting")}
        changed = [found for row in rows if (found := self._found(terms, row)) is not None]
        if changed:
            async with db.transaction() as tx:
                await tx.execute_many("canary.judge", changed)

    def _found(self, terms: Terms, row: Row) -> tuple[object, ...] | None:
        """What to write of a flight; None where it is known."""
        state = (
            State.QUEUED if row["now_state"] is None else State(row["now_state"])
        )  # fan-out is yet to come
        handed, flown, endpoint = row["accepted_at"], row["flown_at"], row["endpoint_id"]
        handed_ms = None if handed is None else handed - flown
        found = verdict(terms, row["now"] - flown, state, handed_ms, reports=endpoint in self._reporting)
        seen = (handed, int(state), found.value if found else None)
        return (
            None
            if seen == (row["handed_at"], row["state"], row["verdict"])
            else (endpoint, row["fire_at"], *seen)
        )


async def causes(db: Database, clock: Clock, terms: Terms) -> list[Cause]:
    """Channels by which the last canary of some address was late or lost, or by which none flew for two intervals."""
    found = await ways(db)
    if not found:
        return []
    paused = not await sending_switch.is_on(db)
    ill = [
        way
        for way in found
        if way.verdict not in {None, Verdict.WELL} or (not paused and _grounded(way, clock.now_ms(), terms))
    ]
    return list(_causes(ill))


def _grounded(way: Way, now: int, terms: Terms) -> bool:
    """Nothing flew for longer than two intervals, although it could have; a dead address gets nothing, and its last flight says so."""
    if way.state is not EndpointState.ACTIVE:
        return True
    return now - max(way.flown_at or 0, way.since) > 2 * every_ms(terms, way.channel) + MINUTE


def _causes(ill: Sequence[Way]) -> Iterator[Cause]:
    for mode, channel in dict.fromkeys((way.mode, way.channel) for way in ill):
        sandbox = mode is Mode.TRAINING
        name = SANDBOX if sandbox else channel.word
        what = "le bac à sable" if sandbox else CHANNELS[channel]
        yield Cause(Kind.CANARY, name, {"what": what}, None if sandbox else channel)


async def history(db: Database, most: int) -> list[Flight]:
    """The latest, the newest first."""
    return [
        Flight(
            row["endpoint_id"],
            Channel(row["channel"]),
            Mode(row["mode"]),
            row["flown_at"],
            row["handed_at"],
            None if row["state"] is None else State(row["state"]),
            None if row["verdict"] is None else Verdict(row["verdict"]),
        )
        for row in await db.fetch("canary.history", most)
    ]


async def shares(db: Database, since: int) -> list[Share]:
    """By mode and channel, of what flew since then."""
    rows = await db.fetch("canary.shares", since)
    return [Share(Mode(row["mode"]), Channel(row["channel"]), row["n"], row["well"]) for row in rows]


async def forget(db: Database, now: int) -> None:
    """Drop the rows of yesterday's canaries, and what is history no more."""
    rows = await db.fetch("canary.old", now - ROWS_MS, DROPS)
    messages, events, alerts = (
        json.dumps(sorted({row[column] for row in rows})) for column in ("message_id", "event_id", "alert_id")
    )
    async with db.transaction() as tx:
        await tx.execute("canary.forget", now - HISTORY_MS)
        if not rows:
            return
        await tx.execute("canary.drop_attempts", messages)
        await tx.execute("canary.drop_deliveries", messages)
        await tx.execute("canary.drop_tallies", messages)
        await tx.execute("canary.drop_fan_out", messages)
        await tx.execute("canary.drop_messages", messages)
        await tx.execute("canary.drop_lists", events)
        await tx.execute("canary.drop_events", events)
        await tx.execute("canary.drop_alerts", alerts)
        await tx.execute("canary.unlink", messages)
