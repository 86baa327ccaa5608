"""A schedule of the town, as tests save it, let it run and read what became of it."""

from datetime import UTC, datetime

from alertd.clock import to_ms
from alertd.model import Level, Target
from alertd.schedule import firing, saving
from alertd.schedule.saving import Wish
from alertd.schedule.stamps import read_local


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))


async def saved(town, rule="FREQ=DAILY", starts="2026-03-03T07:30", skips="", **changes):
    """A schedule of an information to everyone, at 7:30 in Paris."""
    usual = {"level": Level.INFO, "topic": "waste", "target": Target(station=True)} | changes
    shown = await town.preview(**usual)
    wish = Wish(rule, read_local(starts, "starts"), skips)
    return await saving.save(town.desk, town.mayor, town.station, shown.digest, wish)


async def run_until(town, moment):
    """The clock goes forward to a moment, and ticks there."""
    town.clock.advance(moment - town.clock.now_ms())
    await firing.tick(town.desk)


async def decided(town, schedule):
    rows = await town.db.fetch("schedules.decided", schedule, 500)
    return [(row["fire_at"], row["state"], row["reason"]) for row in reversed(rows)]
