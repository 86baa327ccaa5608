"""A rule that began long ago, taken up near a moment: unfolding years of dates that nobody asks for costs seconds a tick.

RFC 5545 lets DTSTART say four things: the parts that a rule does not write (FREQ=MONTHLY: on that day), the time of day, from
where INTERVAL counts, and before when nothing happens. The first is written out, the others hold for a start that is a whole
number of intervals later. Only COUNT asks for every date from the first on; it is bounded (`rule.MAX_COUNT`).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from alertd.schedule.rule import WEEKDAYS, Rule

MARGIN: Final = timedelta(days=10)
"""More than the week in which a rule is taken up, of which dateutil sees only the rest, an offset, and the longest gap."""
_DAYS: Final = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})


def leap(rule: Rule, start: datetime, moment: datetime) -> tuple[Rule, datetime]:
    """The rule and a start, as late as may be, from which it has the same dates from `moment` (an instant) on."""
    near = moment.astimezone(UTC).replace(tzinfo=None) - MARGIN
    if "COUNT" in rule.parts or near <= start:
        return rule, start
    told = MappingProxyType({**rule.parts, **_unsaid(rule.parts, start)})
    every = int(rule.parts.get("INTERVAL", "1"))
    return Rule(told, rule.until), _LATER[rule.parts["FREQ"]](start, near, every)


def _unsaid(parts: Mapping[str, str], start: datetime) -> dict[str, str]:
    """The parts that DTSTART stands for; its time of day is kept."""
    if _DAYS & parts.keys() or parts["FREQ"] == "DAILY":
        return {}
    if parts["FREQ"] == "WEEKLY":
        return {"BYDAY": WEEKDAYS[start.weekday()]}
    month = {} if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else {"BYMONTH": str(start.month)}
    return {"BYMONTHDAY": str(start.day), **month}


def _days(start: datetime, near: datetime, every: int) -> datetime:
    return start + timedelta(days=(near - start).days // every * every)


def _weeks(start: datetime, near: datetime, every: int) -> datetime:
    return _days(start, near, 7 * every)


def _months(start: datetime, near: datetime, every: int) -> datetime:
    """The first of a month: it has no 31st that would be missing."""
    passed = ((near.year - start.year) * 12 + near.month - start.month) // every * every
    month = start.month - 1 + passed
    return start.replace(year=start.year + month // 12, month=month % 12 + 1, day=1) if passed else start


def _years(start: datetime, near: datetime, every: int) -> datetime:
    years = (near.year - start.year) // every * every
    return start.replace(year=start.year + years, month=1, day=1) if years else start


_LATER: Final[Mapping[str, Callable[[datetime, datetime, int], datetime]]] = {
    "DAILY": _days,
    "WEEKLY": _weeks,
    "MONTHLY": _months,
    "YEARLY": _years,
}
