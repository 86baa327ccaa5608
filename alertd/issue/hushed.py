"""Hushed: who wants to be left in peace when a message comes, and whether it is still worth having when they no longer do."""

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from alertd.clock import SECOND
from alertd.deliver.quiet import Peace, usual_hours
from alertd.issue import audience
from alertd.issue.audience import NOBODY, Beside
from alertd.issue.coverage import fives
from alertd.issue.desk import Desk
from alertd.issue.packed import ALL_ENDPOINTS
from alertd.issue.write import deliver_by
from alertd.model import Channel, Content, Count, Level, Quiet, Station

NOT_ANYBODY: Final = 0
"""No person's id: whoever chose nothing."""


@dataclass(frozen=True, slots=True)
class Held:
    """A channel that waits for the instance's hours until `due` (UTC ms), on that clock; `soon`: it is still worth having then."""

    channel: Channel
    due: int
    timezone: str
    soon: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """One channel's endpoints that do not leave now: `later` of them so many seconds after the beginning, `lost` never.
    Whoever chose no hours is among those of `usual`: 0 waits for nothing, infinity is too late.
    """

    later: Mapping[float, int] = field(default_factory=dict)
    lost: int = 0
    usual: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.later.values()) + self.lost


@dataclass(frozen=True, slots=True)
class Hushed:
    """People of the audience: those who have it later, and those whose peace ends too late. Of an update those who heard of
    the alert already have it at once: these are the most that wait.
    """

    later: int = 0
    never: int = 0
    usual: tuple[Held, ...] = ()
    """For whoever chose no hours of their own."""
    waits: Mapping[Channel, Waits] = field(default_factory=dict)


async def hushed(
    desk: Desk,
    station: Station,
    content: Content,
    counted: Count,
    beside: Beside = NOBODY,
    alert_id: int | None = None,
) -> Hushed:
    """How many of `counted`; a danger waits for nobody. Of an update of `alert_id`, endpoints that it reached do not wait."""
    if content.level is Level.DANGER:
        return Hushed()
    now = desk.clock.now_ms()
    start, last = max(content.onset or now, now), deliver_by(desk, content)
    peace = await _peace(desk, station, content, start, beside)
    ends = {person: quiet.ends(content.level, start) for person, quiet in peace.own.items()}
    waiting = [person for person, end in ends.items() if end > start]
    concerned = list(peace.own) if peace.holds_all else waiting
    there = await audience.present(desk, station.id, content, concerned, beside) if concerned else {}
    before = (
        (await audience.count_reached_before(desk.db, alert_id)).endpoints if alert_id is not None else {}
    )
    wait = await asyncio.to_thread(_waits, peace, counted, there, last)
    never = sum(ends[person] >= last for person in there)
    return Hushed(
        later=sum(ends[person] > start for person in there) - never,
        never=never,
        usual=tuple(_usual(peace, content, last)),
        waits={channel: _without(one, before.get(channel, 0)) for channel, one in wait.items()},
    )


def rounded(hush: Hushed, rough: Count) -> Hushed:
    """In fives, as the live count is: what it says of time must tell nobody's own hours."""
    told = {channel: _rounded(one, rough.endpoints[channel]) for channel, one in hush.waits.items()}
    return replace(hush, waits=told)


def _rounded(one: Waits, total: int) -> Waits:
    later = {at: fives(n) for at, n in one.later.items() if at != one.usual and n >= 5}
    lost = 0 if one.usual == math.inf else fives(one.lost) * (one.lost >= 5)
    others = max(0, total - sum(later.values()) - lost)
    if one.usual == math.inf:
        return Waits(later, others, one.usual)
    return Waits(later | ({one.usual: others} if one.usual else {}), lost, one.usual)


async def _peace(desk: Desk, station: Station, content: Content, start: int, beside: Beside) -> Peace:
    rows = await desk.db.fetch("quiet.of_stations", json.dumps([station.id, *beside]))
    read = {text: Quiet.read(text) for text in {row["quiet"] for row in rows}}
    usual = usual_hours(desk.settings.quiet) if content.level is Level.INFO else {}
    own = {row["id"]: read[row["quiet"]] for row in rows}
    return Peace(content.level, start, station.timezone, own, usual)


def _usual(peace: Peace, content: Content, last: int) -> Iterator[Held]:
    for channel, hours in peace.usual.items():
        due = hours.opens(peace.start, peace.timezone)
        if channel in content.channels and due > peace.start:
            yield Held(channel, due, peace.timezone, due < last)


def _waits(peace: Peace, counted: Count, there: Mapping[int, int], last: int) -> dict[Channel, Waits]:
    """Channel by channel: who chose hours by their own, everybody else by the instance's."""
    kinds = Counter((peace.own[person], bits) for person, bits in there.items())
    alike = {peace.own[person]: person for person in there}
    found = dict[Channel, Waits]()
    for channel, total in counted.endpoints.items():
        dues, others = Counter[int](), peace.due(NOT_ANYBODY, channel)
        for (quiet, bits), n in kinds.items():
            if bits >> 4 * channel & ALL_ENDPOINTS:
                dues[peace.due(alike[quiet], channel)] += n
        dues[others] += max(0, total - dues.total())
        after = {due: (due - peace.start) / SECOND if due < last else math.inf for due in dues}
        later = {after[due]: n for due, n in sorted(dues.items()) if 0 < after[due] < math.inf and n}
        lost = sum(n for due, n in dues.items() if after[due] == math.inf)
        if later or lost:
            found[channel] = Waits(later, lost, after[others])
    return found


def _without(waits: Waits, n: int) -> Waits:
    """As many fewer wait as have the first word already; which of them they are nobody counts."""
    later = dict(waits.later)
    for at in sorted(later):
        spared = min(later[at], n)
        later[at], n = later[at] - spared, n - spared
    return Waits({at: left for at, left in later.items() if left}, max(0, waits.lost - n), waits.usual)
