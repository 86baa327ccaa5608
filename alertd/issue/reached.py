"""Whom a message has reached, in large cells: for the map of who was and who was not."""

from dataclasses import dataclass
from typing import Final

import zones
from alertd.issue.desk import Desk
from alertd.issue.reading import AlertView, Progress
from alertd.model import Act, Event

MOST_CELLS: Final = 200
MOST_DELIVERIES: Final = 50_000
"""Of a message that is larger the map is not drawn: counting it again and again would slow down what it counts."""


@dataclass(frozen=True, slots=True)
class ReachedCell:
    """`prefix` as `zones.coarse_ring` takes it. Both counts in fives, rounded down; -1 for `people`: one to four, who are not told apart."""

    prefix: int
    people: int
    reached: int

    @property
    def few(self) -> bool:
        return self.people < 0


def mapped(view: AlertView, books: tuple[Progress, ...]) -> Event | None:
    """The newest event that the map may tell of: to a zone or to everyone, and not too large."""
    sizes = {book.event_id: book.planned or book.expected for book in books}
    told = [event for event in view.events if event.act in {Act.ALERT, Act.UPDATE} and event.id in sizes]
    if not told or told[-1].content.target.groups or sizes[told[-1].id] > MOST_DELIVERIES:
        return None
    return told[-1]


async def reached(desk: Desk, event: Event) -> tuple[ReachedCell, ...]:
    """The cells in which the event's people have places, the fullest first."""
    messages = await desk.db.fetch("messages.of_alert", event.alert_id)
    message = next((row["id"] for row in messages if row["event_id"] == event.id), None)
    if message is None:
        return ()
    what = (message, event.station_id, zones.COARSE_SHIFT, MOST_CELLS)
    if event.content.target.zone is None:
        rows = await desk.db.fetch("audience.reached_in_station", *what)
    else:
        rows = await desk.db.fetch("audience.reached_in_zone", *what, event.id)
    return tuple(_cell(row["prefix"], row["people"], row["reached"]) for row in rows)


def _cell(prefix: int, people: int, reached_: int) -> ReachedCell:
    if people < 5:
        return ReachedCell(prefix, -1, 0)
    return ReachedCell(prefix, people - people % 5, reached_ - reached_ % 5)
