"""The form of a schedule in plain words: a day, an hour, how it repeats, and what is left out."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alertd.catalogue.school import ZONES
from alertd.errors import Refused
from alertd.model import Station
from alertd.schedule.agenda import read_event
from alertd.schedule.rule import MAX_VALUES, WEEKDAYS
from alertd.schedule.saving import ONCE, Wish
from alertd.web.posted import unreadable

REPEATS: Final = ("once", "daily", "weekly", "monthly_day", "monthly_last", "monthly_weekday", "yearly")
MOST_WEEKS: Final = 8
MOST_TIMES: Final = 1_000
MANY: Final = "Il reste plusieurs choses à corriger : voyez les lignes en rouge."
_ANY: Final = datetime(2026, 1, 5)  # noqa: DTZ001 - a wall time has no zone
"""A first day, while parts are read that do not depend on it."""
_DAY: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)


class ScheduleForm(BaseModel):
    """What was typed and ticked, as text; `days` are those of a week, as RFC 5545 writes them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: str = Field("", max_length=20)
    time: str = Field("", max_length=20)
    repeat: str = Field("once", max_length=20)
    days: tuple[str, ...] = Field((), max_length=7)
    weeks: str = Field("1", max_length=3)
    until: str = Field("", max_length=20)
    times: str = Field("", max_length=5)
    also: str = Field("", max_length=4_000)
    public: str = Field("", max_length=3)
    school: str = Field("", max_length=3)
    closed: str = Field("", max_length=3)
    off: str = Field("", max_length=4_000)
    ics: str = Field("", max_length=20_000)

    @classmethod
    def read(cls, posted: MultiMapping[Any]) -> "ScheduleForm":
        """What a browser posted; Malformed when it is no form of ours."""
        names = cls.model_fields.keys() & posted.keys()
        fields = {name: posted.getall(name) if name == "days" else posted[name] for name in names}
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise unreadable() from error

    def wish(self, station: Station) -> Wish:
        """What it asks for.

        :raises Refused: `form_invalid`, a sentence beside each field to mend: all of them at once.
        """
        if self.ics.strip():
            return read_event(self.ics, station)
        self._check()
        starts = self._starts()
        rule = self._rule(starts)
        if self.until and self.repeat != "once":
            rule += f";UNTIL={_day(self.until, 'until'):%Y%m%d}"
        if self.times.strip() and self.repeat != "once":
            rule += f";COUNT={self._times()}"
        if self.off.strip() and self.repeat != "once":
            rule = f"RRULE:{rule}\nEXDATE:{','.join(f'{day:%Y%m%d}' for day in self._off())}"
        if self.also.strip():
            head = rule if rule.startswith("RRULE:") else f"RRULE:{rule}"
            rule = f"{head}\nRDATE:{','.join(f'{wall:%Y%m%dT%H%M%S}' for wall in self._also(starts))}"
        return Wish(rule, starts, self._skips())

    def _check(self) -> None:
        """Each part is read by itself: one that is wrong hides no other."""
        faults: dict[str, str] = {}
        for read in self._parts():
            try:
                read()
            except Refused as error:
                faults |= error.french_fields
        if faults:
            first, *more = faults.values()
            raise Refused("form_invalid", MANY if more else first, fields=faults)

    def _parts(self) -> Iterator[Callable[[], object]]:
        """What is to be read of it, in the form's order; of what is sent once, how it repeats does not count."""
        yield lambda: _day(self.day, "day")
        yield lambda: _clock(self.time[:5], "time")
        yield lambda: self._rule(_ANY)
        if self.repeat != "once":
            yield self._skips
            yield self._off
            yield lambda: self.until and _day(self.until, "until")
            yield lambda: self.times.strip() and self._times()
        yield lambda: self._also(_ANY)

    def _off(self) -> list[date]:
        """The days typed by hand: one a line, 24/12/2026, or from one to another."""
        found = {
            begin + timedelta(days=each)
            for begin, end in spans(self.off, "off")
            for each in range((end - begin).days + 1)
        }
        if len(found) > MAX_VALUES:
            raise _fault("off", f"Au plus {MAX_VALUES} jours.")
        return sorted(found)

    def _also(self, starts: datetime) -> list[datetime]:
        """The dates typed by hand: one a line, 24/12/2026 at the usual hour, or 24/12/2026 à 18:00."""
        found = set[datetime]()
        for line in filter(None, map(str.strip, self.also.splitlines())):
            day, _, hour = (end.strip() for end in line.lower().removeprefix("le ").partition(" à "))
            at = _hour(hour, "also", line) if hour else starts.time()
            found.add(datetime.combine(_typed(day, "also", line), at))
        if len(found) > MAX_VALUES:
            raise _fault("also", f"Au plus {MAX_VALUES} dates.")
        return sorted(found)

    def _times(self) -> int:
        typed = self.times.strip()
        if self.until:
            raise _fault("times", "Dites un nombre de fois, ou un dernier jour : pas les deux.")
        if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_TIMES):
            raise _fault("times", f"Le nombre de fois va de 1 à {MOST_TIMES}.")
        return int(typed)

    def _starts(self) -> datetime:
        first = _day(self.day, "day")
        return datetime.combine(first, _clock(self.time[:5], "time"))

    def _rule(self, starts: datetime) -> str:
        if self.repeat == "weekly":
            return self._weekly()
        weekday, week = WEEKDAYS[starts.weekday()], (starts.day - 1) // 7 + 1
        rules = {
            "once": ONCE,
            "daily": "FREQ=DAILY",
            "monthly_day": f"FREQ=MONTHLY;BYMONTHDAY={starts.day}",
            "monthly_last": "FREQ=MONTHLY;BYMONTHDAY=-1",
            "monthly_weekday": f"FREQ=MONTHLY;BYDAY={week if week < 5 else -1}{weekday}",
            "yearly": "FREQ=YEARLY",
        }
        if self.repeat not in rules:
            raise _fault("repeat", "Dites si le message se répète.")
        return rules[self.repeat]

    def _weekly(self) -> str:
        chosen = [day for day in WEEKDAYS if day in self.days]
        if not chosen:
            raise _fault("days", "Cochez au moins un jour de la semaine.")
        if self.weeks not in {str(number) for number in range(1, MOST_WEEKS + 1)}:
            raise _fault("weeks", f"Le nombre de semaines va de 1 à {MOST_WEEKS}.")
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};BYDAY={','.join(chosen)}"

    def _skips(self) -> str:
        if self.repeat == "once":
            return ""
        if self.school and (len(self.school) != 1 or self.school not in ZONES):
            raise _fault("school", "Choisissez la zone A, B ou C.")
        public = ["public:"] if self.public == "on" else []
        own = ["own"] if self.closed == "on" else []
        return ",".join([*public, *([f"school:{self.school}"] if self.school else []), *own])


def spans(typed: str, field: str) -> list[tuple[date, date]]:
    """Days typed one a line, or from one to another. :raises Refused: `form_invalid`: the line that is wrong."""
    found = []
    for line in filter(None, map(str.strip, typed.splitlines())):
        first, _, last = (end.strip() for end in line.lower().removeprefix("du ").partition(" au "))
        begin, end = _typed(first, field, line), _typed(last or first, field, line)
        if not 0 <= (end - begin).days < MAX_VALUES:
            raise _fault(field, f"« {line[:40]} » : le premier jour vient avant le dernier, un an au plus.")
        found.append((begin, end))
    return found


def _day(text: str, field: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _fault(field, "Indiquez le jour.") from None
    if not 2000 <= found.year <= 2200:
        raise _fault(field, "Cette année est trop lointaine.")
    return found


def _clock(text: str, field: str) -> time:
    try:
        return datetime.strptime(text.replace("h", ":").replace(" ", ""), "%H:%M").time()  # noqa: DTZ007 - a wall time has no zone
    except ValueError:
        raise _fault(field, "Indiquez l'heure, par exemple 07:30.") from None


def _typed(text: str, field: str, line: str) -> date:
    """A day as people here write it: 24/12/2026; or as calendars do. The fault quotes its line: there may be thirty of them."""
    parts = _DAY.fullmatch(text)
    try:
        return _day("-".join((parts[3], parts[2], parts[1])) if parts else text, field)
    except Refused:
        raise _fault(field, f"« {line[:40]} » : écrivez le jour ainsi, 24/12/2026, un par ligne.") from None


def _hour(text: str, field: str, line: str) -> time:
    try:
        return _clock(text, field)
    except Refused:
        raise _fault(field, f"« {line[:40]} » : écrivez l'heure ainsi, 18:00.") from None


def _fault(field: str, sentence: str) -> Refused:
    return Refused("form_invalid", sentence, fields={field: sentence})
