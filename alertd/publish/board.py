"""The notice board: what anyone may read of a station, each thread with what was said in it to everyone.

Nothing of a group and nothing of a private station comes from here. A thread that an update turned to a group is taken
down whole; one that turned from a group to everyone begins with the first message that everyone was sent.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alertd.clock import DAY
from alertd.model import Act, AlertState, Content, Event, Station
from alertd.store import Database, Row
from alertd.store.contents import event_of, loads

NEWEST: Final = 1 << 62
MOST_IN_FORCE: Final = 100
PAGE: Final = 20
FORESEEN: Final = 31 * DAY
MOST_SCHEDULES: Final = 100
"""As many as a station keeps: a group's are left out after they are read, and hide nobody else's."""
MOST_PLANNED: Final = 50
SHOWN_OVER: Final = DAY
"""How long a board says beside what is in force that something is over."""


class Standing(StrEnum):
    """Where a notice hangs: in force now, to come, over since less than a day, or in the archive."""

    NOW = "now"
    COMING = "coming"
    OVER = "over"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Notice:
    """A thread; `events` are those that everyone was sent, oldest first, one at least. Times in UTC milliseconds."""

    id: int
    state: AlertState
    closed_at: int | None
    events: tuple[Event, ...]

    @property
    def newest(self) -> Event:
        return self.events[-1]

    @property
    def told(self) -> Event:
        """What it says, its end left aside: the newest event that is neither end nor correction."""
        about = [event for event in self.events if event.act in {Act.ALERT, Act.UPDATE}]
        return about[-1] if about else self.newest

    @property
    def said_at(self) -> int:
        return self.newest.created_at

    def standing(self, now: int) -> Standing:
        """Where it hangs at `now`; an end that nobody confirmed is simply past."""
        if self.state is AlertState.ACTIVE and self.told.content.expires > now:
            return Standing.COMING if self.told.onset > now else Standing.NOW
        over = self.state in {AlertState.ENDED, AlertState.CANCELLED}
        recent = self.closed_at is not None and now < self.closed_at + SHOWN_OVER
        return Standing.OVER if over and recent else Standing.PAST

    @property
    def turns(self) -> tuple[int, ...]:
        """The moments at which it hangs elsewhere, or is told otherwise, although nobody says anything."""
        closed = () if self.closed_at is None else (self.closed_at, self.closed_at + SHOWN_OVER)
        return self.told.onset, self.told.content.expires, *closed


@dataclass(frozen=True, slots=True)
class Planned:
    """What a schedule will say at `at`, if nobody changes it until then; its content's own times mean nothing here."""

    at: int
    content: Content


@dataclass(frozen=True, slots=True)
class Board:
    """A station's notices at the moment `now`, newest first: all in force, and the latest of the others; and what its
    schedules will say in the month to come, the next first.
    """

    station: Station
    now: int
    notices: tuple[Notice, ...]
    planned: tuple[Planned, ...] = ()
    held_until: int | None = None
    """When a message that may still be undone is published."""

    def hanging(self, *standings: Standing) -> tuple[Notice, ...]:
        return tuple(one for one in self.notices if one.standing(self.now) in standings)

    @property
    def said_at(self) -> int | None:
        """When something was last said; None where nothing ever was."""
        return max((one.said_at for one in self.notices), default=None)

    @property
    def changed_at(self) -> int | None:
        """When it last read otherwise, by a word or by itself."""
        turned = [moment for one in self.notices for moment in one.turns if moment <= self.now]
        return max([*turned, *(one.said_at for one in self.notices)], default=None)

    @property
    def turns_at(self) -> int | None:
        """The next moment at which it reads otherwise by itself."""
        turns = [moment for one in self.notices for moment in one.turns if moment > self.now]
        return min([*turns, *filter(None, [self.held_until])], default=None)


async def board(db: Database, station: Station, now: int, latest: int = PAGE) -> Board:
    """What hangs there: everything in force, however old, and the `latest` threads."""
    in_force = await db.fetch("public.in_force", station.id, MOST_IN_FORCE)
    recent = await db.fetch("public.threads", station.id, NEWEST, latest)
    rows = {row["id"]: row for row in (*in_force, *recent)}
    notices = await _notices(db, [rows[key] for key in sorted(rows, reverse=True)])
    held = (await db.fetch("public.held", station.id))[0]["at"]
    return Board(station, now, notices, await _planned(db, station, now), held)


async def archive(db: Database, station: Station, before: int, limit: int = PAGE) -> tuple[Notice, ...]:
    """The threads whose id is below `before`, newest first."""
    return await _notices(db, await db.fetch("public.threads", station.id, before, limit))


async def notice(db: Database, station: Station, alert_id: int) -> Notice | None:
    """One thread; None for another station's, a group's, a draft's and one that there is not: none is told from another."""
    rows = await db.fetch("public.threads", station.id, alert_id + 1, 1)
    found = await _notices(db, [row for row in rows if row["id"] == alert_id])
    return found[0] if found else None


async def notice_of_event(db: Database, station: Station, event_id: int) -> tuple[Notice, Event] | None:
    """An event that everyone was sent, in its thread; None as for `notice`."""
    rows = await db.fetch("public.thread_of", event_id, station.id)
    found = await notice(db, station, rows[0]["alert_id"]) if rows else None
    events = [event for event in found.events if event.id == event_id] if found else []
    return (found, events[0]) if found and events else None


async def _planned(db: Database, station: Station, now: int) -> tuple[Planned, ...]:
    """Nothing that is meant for a group."""
    rows = await db.fetch("public.planned", station.id, now + FORESEEN, MOST_SCHEDULES)
    planned = (Planned(row["next_at"], loads(row["content"])) for row in rows)
    return tuple(each for each in planned if not each.content.target.groups)[:MOST_PLANNED]


async def _notices(db: Database, rows: Sequence[Row]) -> tuple[Notice, ...]:
    if not rows:
        return ()
    said: dict[int, list[Event]] = {row["id"]: [] for row in rows}
    for row in await db.fetch("public.events", json.dumps(list(said))):
        said[row["alert_id"]].append(event_of(row))
    return tuple(_notice(row, said[row["id"]]) for row in rows if said[row["id"]])


def _notice(row: Row, events: list[Event]) -> Notice:
    return Notice(row["id"], AlertState(row["state"]), row["closed_at"], tuple(events))
