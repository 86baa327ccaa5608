"""A rule unfolded: the instants at which it fires, in order, each once.

The rule is unfolded in wall time by python-dateutil and each wall time is resolved on its own: "every day at 7:30" is 7:30
on both sides of a clock change. https://dateutil.readthedocs.io/en/stable/rrule.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heappop, heappush
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from alertd.errors import Refused
from alertd.schedule.leap import leap
from alertd.schedule.rule import MAX_VALUES, Rule, read_rule
from alertd.schedule.stamps import LONGEST_GAP, THE_END, Stamp, instant_of, read_date, read_zone, resolve

CYCLE: Final = 400
"""Years after which the Gregorian calendar repeats itself, weekdays and all."""
BARREN: Final = 10_000
"""So many firings in a row that are all left out, and a rule is done: its search is bounded."""

Skip = Callable[[date], str | None]
"""Says of a local day why nothing is sent on it, or None."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One date of a rule: the instant (UTC), the wall time that was asked for, and why it is left out, if it is."""

    at: datetime
    wall: datetime
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule from its first wall time on, in one zone, with the dates left out and those added by hand."""

    rule: Rule
    start: datetime
    zone: ZoneInfo
    exdates: tuple[Stamp, ...] = ()
    rdates: tuple[datetime, ...] = ()

    def firings(self, skip: Skip | None = None, since: datetime | None = None) -> Iterator[Firing]:
        """Every date in order, each instant once; what `skip` or an EXDATE leaves out says so. Of those before `since` (an
        instant) some may be missing: nobody asks for them.

        COUNT counts before anything is left out (RFC 5545, 3.8.5.1). A date added by hand is not skipped: it was meant.
        """
        added = {instant_of(each, self.zone) for each in self.rdates}
        days = {each for each in self.exdates if not isinstance(each, datetime)}
        instants = {instant_of(each, self.zone) for each in self.exdates if isinstance(each, datetime)}
        for at, wall in _merged(self._ruled(since), sorted(added), self.zone):
            yield Firing(at, wall, _left_out(at, wall, instants, days, added, skip))

    def _ruled(self, since: datetime | None) -> Iterator[tuple[datetime, datetime]]:
        """The rule's own dates, until UNTIL; in order though a gap may turn 2:45 into 3:45, after 3:00."""
        waiting: list[tuple[datetime, datetime]] = []
        rule, start = (self.rule, self.start) if since is None else leap(self.rule, self.start, since)
        for wall in walls(rule, start):
            at = resolve(wall, self.zone)
            if self._over(at - LONGEST_GAP, wall - LONGEST_GAP):
                break
            if self._over(at, wall):
                continue
            while waiting and waiting[0][0] <= at - LONGEST_GAP:
                yield heappop(waiting)
            heappush(waiting, (at, wall))
        while waiting:
            yield heappop(waiting)

    def _over(self, at: datetime, wall: datetime) -> bool:
        until = self.rule.until
        if until is None:
            return False
        if not isinstance(until, datetime):
            return wall.date() > until
        return wall > until if until.tzinfo is None else at > until


def read_recurrence(text: str, start: datetime, zone: ZoneInfo) -> Recurrence:
    """Read a rule, alone or as lines RRULE:, EXDATE: and RDATE:; Refused where it cannot be kept or never happens."""
    rule, exdates, rdates = _lines(text)
    found = Recurrence(rule, start, zone, exdates, rdates)
    if next(walls(rule, start), None) is None:
        raise Refused(
            "rule_never",
            "This rule never happens: no day is all that it asks for.",
            french="Cette règle ne tombe jamais : aucun jour n'est tout ce qu'elle demande.",
        )
    return found


def walls(rule: Rule, start: datetime) -> Iterator[datetime]:
    """The rule's wall times from `start` on, without UNTIL; at most some centuries of them.

    dateutil searches to the year 9999 for what a rule asks, and a rule of days that never match takes it half a minute.
    So it is unfolded in years near the end that are the same as these: 400 years later a date is the same weekday.
    """
    moved = 9_400 + (start.year - 200) % CYCLE - start.year
    unfolded = rrulestr(rule.text, dtstart=start.replace(year=start.year + moved))
    try:
        for wall in unfolded:
            if wall >= THE_END or wall.year - moved > THE_END.year:
                return
            told = wall.replace(year=wall.year - moved)
            if told >= THE_END:
                return
            yield told
    except (ValueError, OverflowError):
        return  # the last week of 9999: dateutil looks past the calendar's end


def upcoming(recurrence: Recurrence, count: int, skip: Skip | None = None) -> list[datetime]:
    """The first `count` instants that are sent, UTC; fewer when the rule ends before."""
    return [firing.at for firing in islice(_sent(recurrence.firings(skip)), count)]


def _sent(firings: Iterator[Firing]) -> Iterator[Firing]:
    barren = 0
    for firing in firings:
        barren = barren + 1 if firing.left_out else 0
        if barren > BARREN:
            return
        if firing.left_out is None:
            yield firing


def following(recurrence: Recurrence, after: datetime, skip: Skip | None = None) -> Firing | None:
    """The first firing that is sent strictly after an instant; None when there is none any more."""
    return next(_sent(each for each in recurrence.firings(skip, after) if each.at > after), None)


def _left_out(
    at: datetime,
    wall: datetime,
    instants: set[datetime],
    days: set[date],
    added: set[datetime],
    skip: Skip | None,
) -> str | None:
    if at in instants or wall.date() in days:
        return "excluded"
    if skip is None or at in added:
        return None
    return skip(wall.date())


def _merged(
    ruled: Iterator[tuple[datetime, datetime]], added: list[datetime], zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Both in order, an instant once."""
    last: datetime | None = None
    by_hand = [(at, at.astimezone(zone).replace(tzinfo=None)) for at in added]
    for at, wall in _interleaved(ruled, by_hand):
        if at != last:
            yield at, wall
        last = at


def _interleaved(
    ruled: Iterator[tuple[datetime, datetime]], by_hand: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    for each in ruled:
        while by_hand and by_hand[0][0] < each[0]:
            yield by_hand.pop(0)
        yield each
    yield from by_hand


def _lines(text: str) -> tuple[Rule, tuple[Stamp, ...], tuple[datetime, ...]]:
    rules: list[str] = []
    dates: dict[str, list[Stamp]] = {"EXDATE": [], "RDATE": []}
    for line in text.split("\n", 1_000):
        name, zone, value = _property(line.strip())
        if name == "RRULE":
            rules.append(value)
        elif value:
            dates[name] += [_in(zone, read_date(each, name)) for each in value.split(",")]
    if len(rules) != 1:
        raise Refused("rule", "One rule (RRULE), and one only.", french="Une règle (RRULE), et une seule.")
    if max(map(len, dates.values())) > MAX_VALUES:
        raise Refused(
            "rule",
            f"At most {MAX_VALUES} dates are left out or added.",
            french=f"Au plus {MAX_VALUES} dates retirées ou ajoutées.",
        )
    return read_rule(rules[0]), tuple(dates["EXDATE"]), tuple(map(_timed, dates["RDATE"]))


def _property(line: str) -> tuple[str, ZoneInfo | None, str]:
    """A line's name, its own zone if it names one, and its value; a line without a name is the rule itself."""
    head, colon, value = line.partition(":")
    name, *parameters = head.upper().split(";")
    if not line:
        return "EXDATE", None, ""
    if "=" in name or not colon:
        return "RRULE", None, line
    if name not in {"RRULE", "EXDATE", "RDATE"}:
        raise Refused(
            "rule",
            f"{name[:40]} is not read here: RRULE, EXDATE and RDATE are.",
            french=f"{name[:40]} n'est pas lu ici : RRULE, EXDATE et RDATE le sont.",
        )
    return name, _zone_of(name, head, parameters), value


def _zone_of(name: str, head: str, parameters: list[str]) -> ZoneInfo | None:
    zone: ZoneInfo | None = None
    for parameter, typed in zip(parameters, head.split(";")[1:], strict=True):
        if parameter.startswith("TZID="):
            zone = read_zone(typed[5:])
        elif parameter not in {"VALUE=DATE", "VALUE=DATE-TIME"}:
            raise Refused(
                "rule",
                f"{name} takes TZID and VALUE here, not “{typed[:40]}”.",
                french=f"{name} prend ici TZID et VALUE, pas « {typed[:40]} ».",
            )
    return zone


def _in(zone: ZoneInfo | None, stamp: Stamp) -> Stamp:
    """A wall time of another zone is an instant."""
    if zone is None or not isinstance(stamp, datetime) or stamp.tzinfo is not None:
        return stamp
    return resolve(stamp, zone)


def _timed(stamp: Stamp) -> datetime:
    if not isinstance(stamp, datetime):
        raise Refused(
            "rule",
            "RDATE needs its time: 20260329T073000.",
            french="RDATE demande son heure : 20260329T073000.",
        )
    return stamp
