"""Reminders: once a year whoever was not heard of is told whose alerts they receive, and how to change that or leave.

One service message to a person, however many stations have them, in the name of the station that they have had for longest: the one
they know. By what costs nothing where there is such a way; by SMS only where `[reminder] sms` allows it and somebody pays; never by
a call. Whether it arrives, and whether its link is opened, is a sign of life like any other (`endpoints.hear`).

A station's people are gone through once a day at most, by day, a slice a minute, while nothing else waits to leave; so many are written
to in an hour, whatever the day on which they joined. Two nodes and a restart write once: who is reminded is marked, in the transaction
of the message, by a statement that only the first of two can make true.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import structlog

from alertd.clock import DAY, HOUR, Clock, from_ms
from alertd.deliver.owners import owners
from alertd.deliver.routes import Owners, first
from alertd.deliver.service import Limit, Note, Purpose, Written, service
from alertd.issue.desk import Desk
from alertd.model import AddressKind, Channel, Mode, Station
from alertd.settings.reminder import Reminder as Terms
from alertd.stations import payers, sending_switch, stations, throttle
from alertd.store import Database, Row, Transaction
from alertd.watch import daytime
from alertd.watch.live_reach import PATIENCE_MS

LOOK_S: Final = 60.0
SLICE: Final = 500
"""People gone through in one transaction, and in a minute, of all stations of an instance together."""
STATIONS: Final = 50
"""Stations looked at in one minute, most of which have nobody to be reminded."""
ROUND_MS: Final = 20 * HOUR
"""After so long a station's people are gone through again: once a day, though days differ by an hour."""
WITHIN_MS: Final = 4 * HOUR
"""How long one may take to leave: whatever holds it up, it rings at nobody's bed."""
EACH: Final = Limit("reminder", burst=1, every_ms=DAY)

log = structlog.get_logger(__name__)


class _Speaker(NamedTuple):
    """Who writes, by whose gateways, on which channels."""

    station: Station
    owners: Owners
    channels: frozenset[Channel]


class _Way(NamedTuple):
    """To which endpoint of whom, on which channel, and when that may be (UTC ms)."""

    person: int
    endpoint_id: int
    channel: Channel
    due_at: int


@dataclass(slots=True)
class _Told:
    """What became of a slice. `upto` is the person behind whom the next goes on; `held`: the hour's share was used up before its end."""

    upto: int
    held: bool = False
    bells: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Reminder:
    """One node's share: of several nodes one leads at a time. `slice` is how many people are gone through in a minute."""

    desk: Desk
    slice: int = SLICE
    _looked_at: float = field(default=float("-inf"))

    async def step(self) -> bool:
        """Remind the next few, when it is time."""
        if (now := self.desk.clock.monotonic()) - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        await self.remind()
        return False

    async def remind(self) -> None:
        """A slice of people, of the stations where it is day; nobody while anything else waits to leave."""
        desk, now = self.desk, self.desk.clock.now_ms()
        if not desk.settings.reminder.enabled or not await sending_switch.is_on(desk.db):
            return
        by_day = await daytime.timezones(desk.db, now, desk.settings.reminder.hours)
        due = await desk.db.fetch("reminders.due", json.dumps(by_day), now - ROUND_MS, STATIONS)
        if not due or await desk.db.fetch("silent_probes.others_wait"):
            return
        left = self.slice
        for row in due:
            if left > 0:
                left -= await self._go_through(row["id"], left)

    async def _go_through(self, station_id: int, most: int) -> int:
        """Up to `most` people of a station; how many were gone through, or all of them where no more may be reminded now."""
        db, now = self.desk.db, self.desk.clock.now_ms()
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "reminder"):
                return most  # another node is at it
            await tx.execute("reminders.begin", station_id)
            standing = await tx.fetch("reminders.standing", station_id, now - ROUND_MS)
            if not standing:
                return 0
            cursor = standing[0]["subscriber"]
            (people,) = await tx.fetch("silent_probes.slice", station_id, cursor, most)
            station = await stations.by_id(tx, station_id)
            told = await self._tell(tx, station, cursor, people["upto"] or cursor)
            over = int(people["n"] < most and not told.held)
            n, had_a_turn = len(told.bells), int(bool(told.bells) or not told.held)
            year = _year(station, self.desk.clock)
            await tx.execute("reminders.advance", station_id, told.upto, over, year, n, had_a_turn)
        for bell in sorted(set(told.bells)):
            db.ring(bell)
        if told.bells:
            log.info("reminder", station=station_id, reminded=len(told.bells))
        return most if told.held else int(people["n"])

    async def _tell(self, tx: Transaction, station: Station, cursor: int, upto: int) -> _Told:
        """Remind those of these people who are to be, as many as the hour allows."""
        told = _Told(upto)
        speaker = await self._speaker(tx, station)
        for way in await self._ways(tx, speaker, cursor, upto):
            if not await self._is_room(tx):
                return replace(told, upto=way.person - 1, held=True)
            if bell := await self._remind(tx, station, way):
                told.bells.append(bell)
        return told

    async def _speaker(self, tx: Transaction, station: Station) -> _Speaker:
        channels = {Channel.PUSH, Channel.EMAIL}
        if self.desk.settings.reminder.sms and await payers.payer(tx, station) != payers.NOBODY:
            channels.add(Channel.SMS)
        whose = await owners(tx, self.desk.routes.owning, station.id)
        return _Speaker(station, whose, frozenset(channels))

    async def _ways(self, tx: Transaction, speaker: _Speaker, cursor: int, upto: int) -> list[_Way]:
        """Of each of these people who is to be reminded the least costly way by which they can be."""
        now = self.desk.clock.now_ms()
        patience = now - PATIENCE_MS
        rows = await tx.fetch(
            "reminders.unheard", speaker.station.id, cursor, upto, self._since(now), patience
        )
        of_each = (tuple(ways) for _, ways in groupby(rows, key=lambda row: int(row["person"])))
        return [way for ways in of_each if (way := self._way(speaker, ways, now))]

    def _way(self, speaker: _Speaker, rows: Sequence[Row], now: int) -> _Way | None:
        """The first on which somebody speaks; None where there is none, or the person is in peace for a day from now."""
        for row in rows:
            channel, kind = Channel(row["channel"]), AddressKind(row["kind"])
            speaks = channel in speaker.channels and first(
                self.desk.routes, Mode.LIVE, channel, danger=False, owners=speaker.owners, kind=kind
            )
            if speaks:
                due = daytime.due(row, channel, speaker.station.timezone, now, self.desk.settings.quiet)
                return _Way(row["person"], row["id"], channel, due) if due < now + DAY else None
        return None

    async def _is_room(self, tx: Transaction) -> bool:
        """Whether the hour's share has room for one more, which is taken: never more at once than a minute's."""
        per_hour = self.desk.settings.reminder.per_hour
        at_once = max(1, per_hour * int(LOOK_S) // 3600)
        return await throttle.spare(tx, self.desk.clock, "reminders", at_once, HOUR / per_hour)

    async def _remind(self, tx: Transaction, station: Station, way: _Way) -> str:
        """The bell to ring; empty where somebody else was quicker, or the address has just ended."""
        now = self.desk.clock.now_ms()
        if not await tx.execute("reminders.mark", way.person, self._since(now)):
            return ""
        note = _note(station, way, self.desk.settings.http.public_url)
        written = await service(
            tx, self.desk, way.endpoint_id, replace(note, begin=way.due_at if way.due_at > now else 0)
        )
        return written.bell if isinstance(written, Written) else ""

    def _since(self, now: int) -> int:
        return now - self.desk.settings.reminder.days * DAY


def speaks(terms: Terms, station: Station) -> bool:
    """Whether anybody is ever reminded in this station's name: a private one has no page to lead to."""
    return terms.enabled and station.mode is Mode.LIVE and not station.private


async def of_year(db: Database, clock: Clock, station: Station) -> int:
    """How many were reminded in this station's name since the first of January."""
    rows = await db.fetch("reminders.of_year", station.id, _year(station, clock))
    return int(rows[0]["reminded"]) if rows else 0


def _note(station: Station, way: _Way, public_url: str) -> Note:
    """Its link asks for the address and sends a personal one there: a letter that lies about opens nothing."""
    path = f"/s/{station.slug}/mes-choix"
    note = Note(
        "service.reminder",
        {"link": public_url + path},
        Purpose.REMINDER,
        title="service.reminder_title",
        station_id=station.id,
        within_ms=WITHIN_MS,
        path=path,
        thread="reminder",
        limit=EACH,
    )
    return replace(note, phrase="service.reminder_push", blanks={}) if way.channel is Channel.PUSH else note


def _year(station: Station, clock: Clock) -> int:
    return int(from_ms(clock.now_ms()).astimezone(ZoneInfo(station.timezone)).year)
