"""Quiet hours as a form has them: two times of the day and a date, and back."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alertd.clock import from_ms, to_ms
from alertd.errors import Refused
from alertd.model import Quiet

LONGEST_DAYS = 366


def read(fields: Mapping[str, Any], timezone: str, now: int) -> Quiet | None:
    """What is asked for; None: nothing. :raises Refused: `quiet_unclear`."""
    typed = as_typed(fields)
    try:
        first, last = (_minutes(typed[name]) for name in ("from", "to"))
        until = _midnight_after(typed["mute"], timezone, now)
    except ValueError as error:
        raise _unclear() from error
    if (first is None) != (last is None):
        raise _unclear()
    hours = (first or 0, last or 0)
    if hours[0] == hours[1] and not until:
        return None
    return Quiet(timezone, *hours, fields.get("warnings") == "on", until)


def as_typed(fields: Mapping[str, Any]) -> dict[str, str]:
    """The fields as somebody left them, to be mended."""
    return {name: str(fields.get(name, ""))[:20].strip() for name in ("from", "to", "mute", "warnings")}


def shown(quiet: Quiet | None, now: int) -> dict[str, str]:
    """The fields as they stand."""
    if quiet is None:
        return {"from": "", "to": "", "mute": "", "warnings": ""}
    some = quiet.first != quiet.last
    last_day = from_ms(quiet.until - 1).astimezone(ZoneInfo(quiet.timezone)).date()
    return {
        "from": _clock(quiet.first) if some else "",
        "to": _clock(quiet.last) if some else "",
        "mute": last_day.isoformat() if quiet.until > now else "",
        "warnings": "on" if quiet.warnings else "",
    }


def _minutes(text: str) -> int | None:
    if not text:
        return None
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _midnight_after(text: str, timezone: str, now: int) -> int:
    """The end of a day there; 0 for none. :raises ValueError: it is past, or too far."""
    if not text:
        return 0
    zone = ZoneInfo(timezone)
    day, today = date.fromisoformat(text), from_ms(now).astimezone(zone).date()
    if not timedelta(0) <= day - today <= timedelta(days=LONGEST_DAYS):
        raise ValueError(text)
    return to_ms(datetime.combine(day + timedelta(days=1), time(), zone))


def _unclear() -> Refused:
    return Refused("quiet_unclear", "Give both hours or none, and a day within a year or none.")
