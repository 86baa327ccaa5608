"""A village's habits through a year, and the troubles of the machine that keeps them: what should have left, when, by the calendar.

The dates are told by the law and the calendar alone, day by day; nothing of alertd's own recurrence is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from heart.scheduled import at, saved
from heart.troubled_store import FullDisk, TroubledStore

from alertd.clock import HOUR, MINUTE, to_ms
from alertd.errors import Unavailable
from alertd.model import Level
from alertd.schedule import firing, saving

PARIS = ZoneInfo("Europe/Paris")
LAW = {
    date.fromisoformat(day)
    for day in (
        "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15",
        "2026-11-01", "2026-11-11", "2026-12-25", "2027-01-01",
    )
}  # fmt: skip
MOSELLE = LAW | {date(2026, 4, 3), date(2026, 12, 26)}
SCHOOL_B = (
    ("2026-04-11", "2026-04-26"), ("2026-05-14", "2026-05-17"), ("2026-07-04", "2026-08-31"),
    ("2026-10-17", "2026-11-01"), ("2026-12-19", "2027-01-03"), ("2027-02-20", "2027-03-07"),
)  # fmt: skip


def in_school_b(day: date) -> bool:
    return not any(first <= day.isoformat() <= last for first, last in SCHOOL_B)


def last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


@dataclass(frozen=True)
class Habit:
    """What is sent again and again: as alertd is told it, and as the calendar says it."""

    name: str
    rule: str
    hour: str
    on: Callable[[date], bool]
    skips: str = ""
    kept: Callable[[date], bool] = lambda _: True
    level: Level = Level.INFO
    most: int = 1_000

    def dates(self, first: date, last: date) -> list[int]:
        """UTC milliseconds. A wall time that does not exist is an hour later on it, one that is twice is its first."""
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        days = [day for day in [day for day in every if self.on(day)][: self.most] if self.kept(day)]
        walls = (datetime.combine(day, time.fromisoformat(self.hour), PARIS) for day in days)
        return [to_ms(wall.astimezone(UTC)) for wall in walls]

    @property
    def grace(self) -> int:
        return 2 * HOUR if self.level is Level.INFO else 30 * MINUTE


HABITS = (
    Habit("night", "FREQ=DAILY", "02:30", lambda _: True),
    Habit("waste", "FREQ=WEEKLY;BYDAY=MO", "07:30", lambda day: day.weekday() == 0, "public:57", lambda day: day not in MOSELLE),
    Habit(
        "canteen",
        "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR",
        "17:00",
        lambda day: day.weekday() in {0, 1, 3, 4},
        "school:B,public:55",
        lambda day: in_school_b(day) and day not in LAW,
    ),
    Habit("siren", "FREQ=MONTHLY;BYDAY=1WE", "11:30", lambda day: day.weekday() == 2 and day.day <= 7),
    Habit("council", "FREQ=MONTHLY;BYMONTHDAY=-1", "20:30", last_of_month, level=Level.WARNING),
    Habit("hunt", "FREQ=WEEKLY;INTERVAL=1;BYDAY=SA", "08:00", lambda day: day.weekday() == 5),
    Habit("thrice", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "09:00", lambda day: day.weekday() == 0, "public:55", lambda day: day not in LAW, most=3),
)  # fmt: skip


@dataclass
class Life:
    """The town, its schedules, and a machine that sleeps, stops, fails and forgets the time; `due` is what is still to come,
    also a little after the `end`: who sleeps past it sends more."""

    town: object
    random: Random
    step: int
    ids: dict[str, int] = field(default_factory=dict)
    due: list[tuple[int, str]] = field(default_factory=list)
    told: dict[str, list[tuple[int, str, str | None]]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    end: int = 0

    async def begin(self, first: str, last: str) -> None:
        """Everything is saved the noon before the first day."""
        self.end = at(f"{last}T23:59:59")
        days = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=3)
        self.town.clock.advance(at(f"{first}T00:00:00") - 12 * HOUR - self.town.clock.now_ms())
        for habit in HABITS:
            terms = {"level": habit.level, "topic": "waste" if habit.level is Level.INFO else "road"}
            starts = f"{first}T{habit.hour}"
            self.ids[habit.name] = await saved(self.town, habit.rule, starts, habit.skips, **terms)
            self.due += [(moment, habit.name) for moment in habit.dates(*days)]
            self.told[habit.name] = []
        self.due.sort()

    async def pass_time(self) -> None:
        """Until the next look at the clock: mostly one step, at whole minutes; something else now and then, more often near a date."""
        clock, kind = self.town.clock, self.random.random() / (40 if self._near() else 1)
        if kind < 0.004:
            self._away("down", self.random.choice((20 * MINUTE, 90 * MINUTE, 4 * HOUR, 30 * HOUR)))
            await self.town.db.close()
            await self.town.db.open()
        elif kind < 0.008:
            self._away("asleep", self.random.choice((40 * MINUTE, 2 * HOUR + MINUTE)))
        elif kind < 0.012:
            self._away("set back", -25 * MINUTE)
            await self._changed_by_somebody()
        else:
            clock.advance(self.step - clock.now_ms() % self.step)

    async def _changed_by_somebody(self) -> None:
        """A date that was sent lies ahead again on the clock: a change made now finds it anew."""
        for name in ("night", "canteen"):
            await saving.pause(self.town.desk, self.town.mayor, self.ids[name])
            await saving.resume(self.town.desk, self.town.mayor, self.ids[name])

    def _near(self) -> bool:
        """A date comes before the next look, or has just passed."""
        now = self.town.clock.now_ms()
        past = [told[-1][0] for told in self.told.values() if told]
        return self.due[0][0] - now <= self.step or now - max(past, default=0) < 20 * MINUTE

    def _away(self, why: str, milliseconds: int) -> None:
        self.troubles.append(why)
        self.town.clock.advance(milliseconds)

    async def look(self) -> int:
        """One tick, in which the disk may fail, and another when it did; how many messages should leave by it."""
        if self.random.random() < 0.02:
            store = TroubledStore(self.town.db, FullDisk(self.random.randrange(25)))
            try:
                await firing.tick(replace(self.town.desk, db=store))
            except Unavailable:
                self.troubles.append("disk")
        await firing.tick(self.town.desk)
        return self._expected(self.town.clock.now_ms())

    def _expected(self, now: int) -> int:
        """What is due by now is sent, or too late and skipped, by the calendar."""
        sent = 0
        while self.due and self.due[0][0] <= now:
            moment, name = self.due.pop(0)
            late = now - moment > next(one.grace for one in HABITS if one.name == name)
            self.told[name].append((moment, "skipped", "late") if late else (moment, "fired", None))
            sent += not late
        return sent
