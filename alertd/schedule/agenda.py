"""Schedules as calendars write them: one goes out with its rule, and an event comes in as the dates of a new one.

Holidays are no part of a rule: those of the next two years go out as dates left out. RFC 5545.
"""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar import Event as Entry

from alertd.clock import DAY, from_ms, to_ms
from alertd.errors import Refused
from alertd.model import Station
from alertd.publish.markup import clean
from alertd.schedule.following import written
from alertd.schedule.plans import Plan
from alertd.schedule.recurrence import read_recurrence
from alertd.schedule.saving import ONCE, Wish
from alertd.schedule.stamps import Stamp
from alertd.store.contents import headline

MOST_CHARS: Final = 20_000
AHEAD: Final = 2 * 366 * DAY
MOST_DATES: Final = 1_000


def agenda(station: Station, plans: list[Plan], now: int, host: str) -> bytes:
    """A calendar of schedules, each an event that repeats."""
    whole = Calendar()
    whole.add("prodid", "-//alertd//FR")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", clean(f"{station.name} : programmations"))
    for plan in plans:
        whole.add_component(_entry(station, plan, now, host))
    return bytes(whole.to_ical())


def read_event(text: str, station: Station) -> Wish:
    """The dates of a calendar's only event, in the station's time.

    :raises Refused: `agenda_unreadable`, or the rule's own.
    """
    events = _events(text)
    if len(events) != 1:
        raise _unreadable("Un seul événement à la fois : copiez-en un, de BEGIN:VEVENT à END:VEVENT.")
    event: Any = events[0]
    zone = ZoneInfo(station.timezone)
    begins = event.get("dtstart")
    if begins is None or not isinstance(begins.dt, datetime):
        raise _unreadable("Cet événement n'a pas d'heure de début.")
    start = _wall(begins.dt, zone)
    rule = event["rrule"].to_ical().decode() if "rrule" in event else ONCE
    lines = [f"RRULE:{rule}", *_dates(event, "exdate"), *_dates(event, "rdate")]
    read_recurrence("\n".join(lines), start, zone)
    return Wish("\n".join(lines), start)


def _entry(station: Station, plan: Plan, now: int, host: str) -> Entry:
    entry, found = Entry(), plan.recurrence
    entry.add("uid", f"schedule-{plan.id}@{host}")
    entry.add("dtstamp", from_ms(now))
    entry.add("dtstart", plan.starts.replace(tzinfo=found.zone))
    entry.add("summary", clean(headline(plan.content, station.locale)))
    left_out = [*found.exdates, *_holidays(plan, now)]
    for line in written(found.rule.parts, found.rule.until, left_out, found.rdates).split("\n"):
        _add(entry, line, plan.starts, found.zone)
    return entry


def _add(entry: Entry, line: str, starts: datetime, zone: ZoneInfo) -> None:
    """A line of a rule, as an event has it: days left out stand at the hour of the event."""
    name, _, value = line.partition(":")
    if name == "RRULE":
        parts = dict(part.split("=", 1) for part in value.split(";"))
        parts.pop("UNTIL", None)
        until = _until(value, zone)
        said: dict[str, Any] = {key.lower(): part.split(",") for key, part in parts.items()}
        entry.add("rrule", said | ({"until": until} if until else {}))
        return
    stamp = datetime.strptime(value.rstrip("Z")[:15], "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")  # noqa: DTZ007
    if "T" not in value:
        stamp = datetime.combine(stamp.date(), starts.time())
    entry.add(name.lower(), stamp.replace(tzinfo=UTC if value.endswith("Z") else zone))


def _until(value: str, zone: ZoneInfo) -> datetime | None:
    """RFC 5545 has it as an instant where the start has a zone; a whole day ends with its day."""
    _, found, rest = value.partition("UNTIL=")
    if not found:
        return None
    text = rest.partition(";")[0]
    if "T" not in text:
        text += "T235959"
    moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    return moment.replace(tzinfo=UTC if text.endswith("Z") else zone).astimezone(UTC)


def _holidays(plan: Plan, now: int) -> list[Stamp]:
    if not plan.skips:
        return []
    coming = plan.upcoming(max(now, to_ms(plan.starts.replace(tzinfo=plan.recurrence.zone))), MOST_DATES)
    return [each.at for each in coming if each.left_out and to_ms(each.at) < now + AHEAD]


def _events(text: str) -> list[Entry]:
    if len(text) > MOST_CHARS:
        raise _unreadable("Ce calendrier est trop long : copiez un seul événement.")
    whole = text.strip()
    if not whole.upper().startswith("BEGIN:VCALENDAR"):
        whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//alertd//FR\r\n{whole}\r\nEND:VCALENDAR"
    try:
        return [one for one in Calendar.from_ical(whole).walk("VEVENT") if isinstance(one, Entry)]
    except (ValueError, KeyError, IndexError, AttributeError):
        raise _unreadable("Ce n'est pas un événement d'agenda (.ics) lisible.") from None


def _dates(event: Any, name: str) -> list[str]:
    """EXDATE or RDATE, however often the event has it."""
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    stamps = [each.dt for one in lists for each in one.dts]
    return [f"{name.upper()}:{_written(stamp)}" for stamp in stamps]


def _written(stamp: Any) -> str:
    if not isinstance(stamp, datetime):
        return f"{stamp:%Y%m%d}"
    return f"{stamp:%Y%m%dT%H%M%S}" if stamp.tzinfo is None else f"{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _wall(stamp: datetime, zone: ZoneInfo) -> datetime:
    return stamp if stamp.tzinfo is None else stamp.astimezone(zone).replace(tzinfo=None)


def _unreadable(sentence: str) -> Refused:
    return Refused("agenda_unreadable", sentence, fields={"ics": sentence})
