"""A schedule as it is kept: a rule in the station's time, what is sent each time, and when it is next."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final

from alertd.clock import HOUR, MINUTE, from_ms, to_ms
from alertd.errors import Missing
from alertd.model import Content, Level
from alertd.schedule.holidays import Quiet, at_home, read_skips
from alertd.schedule.recurrence import Firing, Recurrence, following, read_recurrence
from alertd.schedule.stamps import read_local, read_zone
from alertd.stations.homes import Home, home
from alertd.store import Database, Row
from alertd.store.contents import dumps, loads

GRACE: Final = {Level.INFO: 2 * HOUR, Level.WARNING: 30 * MINUTE}
"""How late a firing is still sent, in milliseconds. Danger has no schedule, and so no grace."""
ACTIVE, PAUSED, ENDED = "active", "paused", "ended"
FIRED, SKIPPED = "fired", "skipped"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who did not agree, when (UTC milliseconds), and why."""

    by: str
    at: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """A schedule's row. `content`'s times are milliseconds after each firing; `next_at` is None when none is to come.

    `asked_by` wrote what a second person has not agreed to, since `asked_at` (UTC milliseconds); both None: nobody is waited for.
    `refused` stays with it until it is asked again.
    """

    id: int
    station_id: int
    actor: str
    state: str
    rule: str
    starts: datetime
    timezone: str
    skips: str
    content: Content
    people: int
    grace_ms: int
    next_at: int | None
    version: int
    asked_by: str | None = None
    asked_at: int | None = None
    refused: Refusal | None = None
    closed: str = ""
    """The station's own closed days, as it keeps them."""

    @property
    def waits(self) -> bool:
        """Whether a second person is to agree to it."""
        return self.state == ACTIVE and self.asked_at is not None

    @cached_property
    def recurrence(self) -> Recurrence:
        """The rule, read again."""
        return read_recurrence(self.rule, self.starts, read_zone(self.timezone))

    @cached_property
    def quiet(self) -> Quiet:
        """The days that it leaves out."""
        return read_skips(self.skips, self.closed)

    def after(self, moment: int) -> int | None:
        """The first firing strictly after a moment, both in UTC milliseconds; None when it is over."""
        found = following(self.recurrence, from_ms(moment), self.quiet)
        return to_ms(found.at) if found else None

    def upcoming(self, since: int, most: int) -> list[Firing]:
        """The dates from `since` (UTC milliseconds) on, those left out for a holiday included and named."""
        dates = self.recurrence.firings(self.quiet, from_ms(since))
        coming = (each for each in dates if to_ms(each.at) >= since)
        return list(islice((each for each in coming if each.left_out != "excluded"), most))

    def content_at(self, moment: int) -> Content:
        """What is sent at a firing."""
        return moved(self.content, moment)


def stopped(plan: Plan, state: str) -> Plan:
    """Paused, or ended: nothing is to come, and nobody is waited for."""
    return replace(plan, state=state, next_at=None, asked_by=None, asked_at=None)


def moved(content: Content, by_ms: int) -> Content:
    """The same with all of its times later by so much. It takes effect when it is sent."""
    by = None if content.deliver_by is None else content.deliver_by + by_ms
    return replace(content, onset=None, expires=content.expires + by_ms, deliver_by=by)


def plan_of(row: Row, here: Home) -> Plan:
    """A row as a plan; its rule is read when it is asked for. Public holidays of no department are those at home, also where it was
    saved before that was looked for in the stations above.
    """
    return Plan(
        id=row["id"],
        station_id=row["station_id"],
        actor=row["actor"],
        state=row["state"],
        rule=row["rule"],
        starts=read_local(row["starts"], "starts"),
        timezone=row["timezone"],
        skips=at_home(row["skips"], here.insee),
        content=loads(row["content"]),
        people=row["people"],
        grace_ms=row["grace_ms"],
        next_at=row["next_at"],
        version=row["version"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        refused=_refusal(row),
        closed=here.closed,
    )


def row_of(plan: Plan, digest: str) -> tuple[object, ...]:
    """A new plan's values, as `schedules.add` takes them."""
    who = (plan.id, plan.station_id, digest, plan.actor, plan.state)
    what = (plan.rule, plan.starts.isoformat(), plan.timezone, plan.skips, dumps(plan.content))
    return (*who, *what, plan.people, plan.grace_ms, plan.next_at, *_agreement(plan))


def change_of(plan: Plan) -> tuple[object, ...]:
    """What may change of it, as `schedules.change` takes it."""
    return (plan.state, plan.rule, plan.next_at, *_agreement(plan))


def _agreement(plan: Plan) -> tuple[object, ...]:
    no = plan.refused
    return (plan.asked_by, plan.asked_at, *((no.by, no.at, no.reason) if no else (None, None, None)))


def _refusal(row: Row) -> Refusal | None:
    if row["refused_by"] is None:
        return None
    return Refusal(row["refused_by"], row["refused_at"], row["refusal"])


async def plan(db: Database, station_id: int, schedule_id: int) -> Plan:
    """A station's own schedule.

    :raises Missing: `schedule_unknown`.
    """
    rows = await db.fetch("schedules.one", schedule_id)
    if not rows or rows[0]["station_id"] != station_id:
        raise Missing("schedule_unknown", "Cette programmation n'existe pas.")
    return plan_of(rows[0], await home(db, station_id))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One firing that was decided, at `fire_at`: sent as `alert_id`, or skipped for a `reason`."""

    schedule_id: int
    fire_at: int
    fired: bool
    reason: str | None
    alert_id: int | None = None
    people: int | None = None


async def of_station(db: Database, station_id: int, most: int = 200) -> list[Plan]:
    """A station's schedules, the next to fire first, the ended ones last."""
    here = await home(db, station_id)
    return [plan_of(row, here) for row in await db.fetch("schedules.of_station", station_id, most)]


async def waiting(db: Database, station_id: int, most: int = 100) -> list[Plan]:
    """Those of a station that a second person is to agree to, what is to leave first before the others."""
    here = await home(db, station_id)
    return [plan_of(row, here) for row in await db.fetch("schedules.waiting", station_id, most)]


async def decided(db: Database, schedule_id: int, most: int = 50) -> list[Occurrence]:
    """What became of a schedule's latest dates, the last one first."""
    return [
        Occurrence(
            schedule_id, row["fire_at"], row["state"] == FIRED, row["reason"], row["alert_id"], row["people"]
        )
        for row in await db.fetch("schedules.decided", schedule_id, most)
    ]


async def skipped(db: Database, station_id: int, since: int, most: int = 20) -> list[Occurrence]:
    """What a station's schedules did not send, decided since then: to be shown to who opens its page."""
    rows = await db.fetch("schedules.skipped_lately", station_id, since, most)
    return [Occurrence(row["schedule_id"], row["fire_at"], fired=False, reason=row["reason"]) for row in rows]


async def doubled(db: Database, station_id: int, since: int, most: int = 20) -> list[Occurrence]:
    """What a station's schedules sent to twice the people of their saving, or more, decided since then."""
    rows = await db.fetch("schedules.doubled_lately", station_id, since, most)
    return [
        Occurrence(
            row["schedule_id"],
            row["fire_at"],
            fired=True,
            reason="doubled",
            alert_id=row["alert_id"],
            people=row["people"],
        )
        for row in rows
    ]
