"""Times as calendars write them: 20260329T023000 is local, 20260329T003000Z is an instant, 20260329 is a day."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from alertd.errors import Refused

Stamp = date
"""A date (a whole day), a naive datetime (local wall time) or an aware one (an instant)."""

FIRST_YEAR: Final = 1900
THE_END: Final = datetime(9999, 12, 30)  # noqa: DTZ001 - wall time has no zone
"""A day short of what a calendar can count: every instant has a neighbour on both sides."""
LONGEST_GAP: Final = timedelta(days=1)
"""Samoa left out 30 December 2011, whole: no clock was ever moved farther."""


def read_stamp(text: str, name: str) -> Stamp:
    """Read a stamp in ISO 8601, basic or extended; Refused, code `rule`, says of `name` what is expected."""
    text = text.strip().upper()
    try:
        found: Stamp = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        if isinstance(found, datetime) and found.tzinfo is not None:
            found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unreadable(name, text) from None
    if found.year < FIRST_YEAR:
        raise Refused("rule", f"{name} is after {FIRST_YEAR}.", french=f"{name} est après {FIRST_YEAR}.")
    return found


def read_date(text: str, name: str) -> Stamp:
    """As `read_stamp`, for a date that is to happen: an end may be that of all calendars, 99991231T235959Z, a date not."""
    found = read_stamp(text, name)
    if (found.year, found.month, found.day) >= (THE_END.year, THE_END.month, THE_END.day):
        raise Refused(
            "rule",
            f"{name} is before {THE_END:%Y-%m-%d}: calendars end there.",
            french=f"{name} est avant le {THE_END:%d/%m/%Y} : les calendriers s'arrêtent là.",
        )
    return found


def read_local(text: str, name: str) -> datetime:
    """Read a wall time, without zone or offset, to the second; a day alone begins at midnight."""
    found = read_date(text, name)
    if not isinstance(found, datetime):
        return datetime(found.year, found.month, found.day)  # noqa: DTZ001 - wall time has no zone
    if found.tzinfo is not None:
        raise Refused(
            "rule",
            f"{name} is the local time of the station, without Z or offset.",
            french=f"{name} est l'heure locale de la station, sans Z ni décalage.",
        )
    return found.replace(microsecond=0)


def read_zone(name: str) -> ZoneInfo:
    """A zone by its IANA name; Refused, code `timezone`."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Refused(
            "timezone",
            f"“{name[:60]}” is not a time zone: write one such as Europe/Paris.",
            french=f"« {name[:60]} » n'est pas un fuseau horaire : écrivez par exemple Europe/Paris.",
        ) from None


def resolve(wall: datetime, zone: tzinfo) -> datetime:
    """The instant at which a clock on the wall shows this.

    A time that the spring change leaves out is later by what was left out (2:30 is 3:30); a time that comes twice in
    autumn is the first: fold=0 of PEP 495 says both. https://peps.python.org/pep-0495/#the-problem-with-fold
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def instant_of(stamp: Stamp, zone: tzinfo) -> datetime:
    """The instant of a stamp that has a time; of a day, its midnight."""
    if not isinstance(stamp, datetime):
        stamp = datetime(stamp.year, stamp.month, stamp.day)  # noqa: DTZ001
    return stamp if stamp.tzinfo is not None else resolve(stamp, zone)


def _unreadable(name: str, text: str) -> Refused:
    return Refused(
        "rule",
        f"{name} is a time such as 20260329T023000, not “{text[:40]}”.",
        french=f"{name} est un moment comme 20260329T023000, pas « {text[:40]} ».",
    )
