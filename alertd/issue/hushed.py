"""Hushed: who wants to be left in peace when a message comes, and whether it is still worth having when they no longer do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from alertd.deliver.quiet import usual_hours
from alertd.issue import audience
from alertd.issue.audience import NOBODY, Beside
from alertd.issue.desk import Desk
from alertd.issue.write import deliver_by
from alertd.model import Channel, Content, Level, Quiet, Station


@dataclass(frozen=True, slots=True)
class Held:
    """A channel that waits for the instance's hours until `due` (UTC ms), on that clock; `soon`: it is still worth having then."""

    channel: Channel
    due: int
    timezone: str
    soon: bool


@dataclass(frozen=True, slots=True)
class Hushed:
    """People of the audience: those who have it later, and those whose peace ends too late. Of an update those who heard of
    the alert already have it at once: these are the most that wait.
    """

    later: int = 0
    never: int = 0
    usual: tuple[Held, ...] = ()
    """For whoever chose no hours of their own."""


async def hushed(desk: Desk, station: Station, content: Content, beside: Beside = NOBODY) -> Hushed:
    """How many; a danger waits for nobody."""
    if content.level is Level.DANGER:
        return Hushed()
    now = desk.clock.now_ms()
    start, last = max(content.onset or now, now), deliver_by(desk, content)
    usual = tuple(_usual(desk, station, content, start, last))
    rows = await desk.db.fetch("quiet.of_stations", json.dumps([station.id, *beside]))
    ends = {row["id"]: Quiet.read(row["quiet"]).ends(content.level, start) for row in rows}
    waiting = [person for person, end in ends.items() if end > start]
    if not waiting:
        return Hushed(usual=usual)
    there = await audience.present(desk, station.id, content, waiting, beside)
    never = sum(ends[person] >= last for person in there)
    return Hushed(len(there) - never, never, usual)


def _usual(desk: Desk, station: Station, content: Content, start: int, last: int) -> Iterator[Held]:
    if content.level is not Level.INFO:
        return
    for channel, hours in usual_hours(desk.settings.quiet).items():
        due = hours.opens(start, station.timezone)
        if channel in content.channels and due > start:
            yield Held(channel, due, station.timezone, due < last)
