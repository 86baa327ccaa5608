"""Quiet hours: what is no danger waits for the end of the hours in which its person wants to be left in peace.

A person's own hours count; whoever chose none has the instance's, for informations. The rows wait from fan-out on, with the
reason `quiet`, and come due by themselves. What is too late by then expires, and the books say so. Updates and ends to those who
have the first word already come at once.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.deliver.claim import shift
from alertd.deliver.tallies import Entries
from alertd.deliver.work import Work
from alertd.model import Channel, Hours, Level, Quiet, State, subscriber_of
from alertd.settings.quiet import QuietHours, minutes
from alertd.store import Transaction

REASON: Final = "quiet"
NONE: Final[Mapping[Channel, Hours]] = {}


def usual_hours(chosen: QuietHours) -> Mapping[Channel, Hours]:
    """Of each channel that has any."""
    told = {
        Channel.SMS: (chosen.sms_and_calls, chosen.sundays),
        Channel.VOICE: (chosen.sms_and_calls, chosen.sundays),
        Channel.PUSH: (chosen.push_and_email, True),
        Channel.EMAIL: (chosen.push_and_email, True),
    }
    return {channel: Hours(*minutes(text), sundays) for channel, (text, sundays) in told.items() if text}


@dataclass(frozen=True, slots=True)
class Peace:
    """When a message that could come at `start` (UTC ms) comes: `own` are people's choices, `usual` the instance's hours."""

    level: Level
    start: int
    timezone: str
    own: Mapping[int, Quiet]
    usual: Mapping[Channel, Hours]

    def due(self, person: int, channel: Channel) -> int:
        """The first moment for this person and channel, in UTC ms."""
        own = self.own.get(person)
        at = own.ends(self.level, self.start) if own else self.start
        usual = None if own and own.hours else self.usual.get(channel)
        return usual.opens(at, self.timezone) if usual else at

    @property
    def holds_all(self) -> bool:
        """Whether some channel waits for everybody who chose nothing."""
        return any(hours.opens(self.start, self.timezone) > self.start for hours in self.usual.values())


async def hold(
    tx: Transaction,
    entries: Entries,
    work: Work,
    people: Sequence[int],
    now: int,
    usual: Mapping[Channel, Hours] = NONE,
) -> None:
    """Let those of these people wait who are in peace now, whose deliveries of this piece were just queued."""
    if work.danger or not (usual or await tx.fetch("quiet.anybody")):
        return
    peace = await _peace(tx, work, people, max(work.due_at, now), usual)
    concerned = people if peace.holds_all else sorted(peace.own)
    if not concerned:
        return
    by_due = defaultdict(list)
    for row in await tx.fetch("quiet.queued", work.message_id, json.dumps(list(concerned)), work.ring):
        due = peace.due(subscriber_of(row["endpoint_id"]), Channel(row["channel"]))
        if due > peace.start:
            by_due[due].append(row)
    for due, held in sorted(by_due.items()):
        await shift(tx, entries, held, State.QUEUED, State.WAITING, due, REASON)


async def _peace(
    tx: Transaction, work: Work, people: Sequence[int], start: int, usual: Mapping[Channel, Hours]
) -> Peace:
    rows = await tx.fetch("quiet.of_people", json.dumps(people))
    own = {row["id"]: Quiet.read(row["quiet"]) for row in rows}
    if not usual or work.level is not Level.INFO:
        return Peace(work.level, start, "UTC", own, NONE)
    [there] = await tx.fetch("quiet.timezone", work.station_id)
    return Peace(work.level, start, there["timezone"], own, usual)
