"""The rows of a release, in one transaction: nothing of it exists by halves."""

from dataclasses import dataclass
from typing import Final

import zones
from alertd.clock import MINUTE
from alertd.deliver.pace import Forecast
from alertd.issue import threads
from alertd.issue.audience import concerns_audience
from alertd.issue.desk import Desk
from alertd.model import EVERYWHERE, Act, Actor, Content, Lane, Station
from alertd.stations import audit, quotas
from alertd.store import Transaction, ids
from alertd.store.contents import dumps

NOT_FORECAST: Final = Forecast(None, None, None)
"""Ends and corrections: nobody was shown how long they would take."""

AUDIENCE, REACHED, DELIVERIES = 0, 1, 2
"""The phases of fan-out: people of the target; those whom the thread reached before; deliveries to the people."""


class Spent(Exception):
    """Two clicks at once: the other one released."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is about to become an event. `covers` are the zone's rings, nearest first; `expected` counts endpoints.

    `forecast` was made afresh at release: what stands ahead in the queues may have changed since the preview.
    """

    act: Act
    station: Station
    content: Content
    people: int
    expected: int
    covers: tuple[zones.Cover, ...]
    actor: Actor
    forecast: Forecast = NOT_FORECAST


@dataclass(frozen=True, slots=True)
class _Ids:
    alert: int
    event: int
    message: int
    event_before: int | None


async def write(desk: Desk, order: Order, alert_id: int | None, digest: str | None) -> tuple[int, int]:
    """Make the event; (alert's id, event's id).

    :raises Spent: the digest has released meanwhile. :raises Conflict: `not_active`, `quota_exceeded`.
    :raises TooOften: `quota_exceeded`.
    """
    async with desk.db.transaction() as tx:
        event_id = await ids.take(tx, "event")
        if digest is not None and not await tx.execute("previews.spend", digest, event_id):
            raise Spent
        await _check_quota(desk, tx, order)
        alert_id, before = await threads.advance(
            tx, order.station, order.content, order.act, alert_id, event_id
        )
        made = _Ids(alert_id, event_id, await ids.take(tx, "message"), before)
        await _event(desk, tx, order, made)
        await _message(desk, tx, order, made)
        await _audit(desk, tx, order, made)
    return alert_id, event_id


async def _check_quota(desk: Desk, tx: Transaction, order: Order) -> None:
    what = (order.content.level, order.act, order.expected)
    await quotas.check(tx, order.station, *what, desk.settings.quotas, desk.clock.now_ms())


async def _event(desk: Desk, tx: Transaction, order: Order, made: _Ids) -> None:
    now = desk.clock.now_ms()
    await tx.execute(
        "events.add",
        made.event,
        made.alert,
        order.station.id,
        order.act,
        dumps(order.content),
        order.content.onset or now,
        deliver_by(desk, order.content),
        order.content.expires,
        now,
        order.actor.name,
        made.event_before,
        order.people,
        order.expected,
        order.forecast.first_s,
        order.forecast.half_s,
        order.forecast.last_s,
    )
    await tx.execute_many("events.add_range", _ranges(made.event, order.covers))
    await tx.execute_many("events.add_group", [(made.event, group) for group in order.content.target.groups])


def deliver_by(desk: Desk, content: Content) -> int:
    """What the author said, else the level's default after onset; never later than the end."""
    if content.deliver_by is not None:
        return content.deliver_by
    within = desk.catalogue.levels[content.level.word].deliver_within_minutes
    return min(content.expires, (content.onset or desk.clock.now_ms()) + within * MINUTE)


def _ranges(event_id: int, covers: tuple[zones.Cover, ...]) -> list[tuple[int, int, int, int]]:
    """Every ring's ranges; those who gave no place are in every zone, and come with the outermost ring."""
    if not covers:
        return []
    rows = [(event_id, ring, lo, hi) for ring, cover in enumerate(covers) for lo, hi in cover.ranges]
    return [*rows, (event_id, len(covers) - 1, EVERYWHERE, EVERYWHERE)]


async def _message(desk: Desk, tx: Transaction, order: Order, made: _Ids) -> None:
    earlier = await tx.fetch("messages.of_alert", made.alert)
    for row in earlier:
        if row["superseded_at"] is None:
            await tx.fetch("gates.shut", row["id"])
    await tx.execute("messages.supersede", made.alert, made.message)
    await tx.execute(
        "messages.add",
        made.message,
        order.station.id,
        order.station.mode,
        made.alert,
        made.event,
        order.act,
        order.content.level,
        Lane.CANCEL if order.act is Act.CANCEL else Lane.of(order.content.level),
        earlier[-1]["id"] if earlier else None,
        deliver_by(desk, order.content),
        int(bool(order.content.silence)),
    )
    due = order.content.onset or desk.clock.now_ms()
    work = _work(order, [row["id"] for row in earlier])
    await tx.execute_many("fan_out.add", [(made.message, *piece, due) for piece in work])
    if not work:
        await tx.execute("messages.plan", made.message)


def _work(order: Order, earlier: list[int]) -> list[tuple[int, int, int, str]]:
    """(phase, ring, source, kind) of each piece of fan-out. An update asks of those reached before whether it still concerns
    them: its audience is noted first.
    """
    reached = [(REACHED, ring, message, "message") for ring, message in enumerate(earlier)]
    if not concerns_audience(order.act):
        return reached
    sources = _sources(order)
    noted = [(AUDIENCE, *source) for source in sources] if reached else []
    return noted + reached + [(DELIVERIES, *source) for source in sources]


def _sources(order: Order) -> list[tuple[int, int, str]]:
    """(ring, source, kind): where the people come from."""
    target, station = order.content.target, order.station.id
    if target.zone is not None:
        return [(ring, station, "zone") for ring in range(len(order.covers))]
    if target.station:
        return [(0, station, "station")]
    return [(0, group, "group") for group in target.groups]


async def _audit(desk: Desk, tx: Transaction, order: Order, made: _Ids) -> None:
    detail = {"event": made.event, "level": order.content.level.word, "people": order.people}
    where = (order.station.id, order.actor.name)
    await audit.append(tx, desk.clock, *where, f"alert.{order.act}", f"alert:{made.alert}", detail)
