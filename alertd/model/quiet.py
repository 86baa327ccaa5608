"""Quiet: when a person wants to be left in peace. Danger always comes."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alertd.clock import from_ms, to_ms
from alertd.model.words import Level

SUNDAY = 7
"""As ISO 8601 counts."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day, `first` to `last` in minutes of the day there, over midnight too; equal: none. Informations wait
    for their end, warnings only if `warnings`. Until `until` (UTC ms; 0: no such day) both wait.
    """

    timezone: str
    first: int = 0
    last: int = 0
    warnings: bool = False
    until: int = 0

    @classmethod
    def read(cls, text: str) -> "Quiet":
        """What `written` made of it."""
        return cls(**json.loads(text))

    @property
    def hours(self) -> bool:
        """Whether hours were chosen, beside or without a silence until a day."""
        return self.first != self.last

    @property
    def written(self) -> str:
        return json.dumps(asdict(self))

    def ends(self, level: Level, at: int) -> int:
        """The first moment from `at` on at which a message of that level may come; both UTC ms."""
        if level is Level.DANGER:
            return at
        moment = max(at, self.until)
        return self._after_hours(moment) if level is Level.INFO or self.warnings else moment

    def _after_hours(self, moment: int) -> int:
        there = from_ms(moment).astimezone(ZoneInfo(self.timezone))
        minute = there.hour * 60 + there.minute
        if not self._holds(minute):
            return moment
        day = there.date() + timedelta(days=int(minute >= self.last))
        return to_ms(datetime.combine(day, time(self.last // 60, self.last % 60), there.tzinfo))

    def _holds(self, minute: int) -> bool:
        if self.first <= self.last:
            return self.first <= minute < self.last
        return minute >= self.first or minute < self.last


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day in which informations may come to whoever chose none of their own: `first` to `last` in minutes of the day,
    on the station's clock; on Sundays only if `sundays`.
    """

    first: int
    last: int
    sundays: bool = True

    def opens(self, at: int, timezone: str) -> int:
        """The first moment from `at` on within these hours; both UTC ms."""
        zone = ZoneInfo(timezone)
        there = from_ms(at).astimezone(zone)
        if self._counts(there.date()) and self.first <= there.hour * 60 + there.minute < self.last:
            return at
        day = there.date() + timedelta(days=int(there.hour * 60 + there.minute >= self.first))
        while not self._counts(day):
            day += timedelta(days=1)
        return to_ms(datetime.combine(day, time(self.first // 60, self.first % 60), zone))

    def _counts(self, day: date) -> bool:
        return self.sundays or day.isoweekday() != SUNDAY
