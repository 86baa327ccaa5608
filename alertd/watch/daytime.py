"""Daytime: where it is day now, and when a person may be written to about nothing that is pressing."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alertd.clock import from_ms
from alertd.deliver import quiet
from alertd.deliver.quiet import Peace
from alertd.model import Channel, Level, Quiet, subscriber_of
from alertd.settings.quiet import QuietHours, minutes
from alertd.store import Database, Row


async def timezones(db: Database, now: int, hours: str) -> list[str]:
    """Of those of live stations, where the clock stands within these hours ("10:00-17:00") at `now` (UTC ms)."""
    rows = await db.fetch("stations.live_timezones")
    return [row["timezone"] for row in rows if within(row["timezone"], now, hours)]


def due(row: Row, channel: Channel, timezone: str, now: int, chosen: QuietHours) -> int:
    """When this endpoint's person (`id`, `quiet`), or the instance, lets an information come by that channel, in UTC ms."""
    person = subscriber_of(row["id"])
    own = {person: Quiet.read(row["quiet"])} if row["quiet"] else {}
    return Peace(Level.INFO, now, timezone, own, quiet.usual_hours(chosen)).due(person, channel)


def within(timezone: str, now: int, hours: str) -> bool:
    """Whether the clock stands within these hours there at `now` (UTC ms)."""
    there: datetime = from_ms(now).astimezone(ZoneInfo(timezone))
    first, last = minutes(hours)
    return first <= there.hour * 60 + there.minute < last
