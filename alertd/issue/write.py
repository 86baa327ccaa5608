"""The rows of a release, in one transaction: nothing of it exists by halves."""

import json
from dataclasses import dataclass, field, replace
from typing import Final

import zones
from alertd import story
from alertd.clock import MINUTE, SECOND
from alertd.deliver.pace import Forecast
from alertd.deliver.work import Phase
from alertd.issue import across, attachments, threads
from alertd.issue.audience import ONLY_PLACES, Beside, concerns_audience
from alertd.issue.desk import Desk
from alertd.model import EVERYWHERE, Act, Actor, Content, Lane, Level, Station
from alertd.stations import audit, preapprovals, quotas, stations, topics
from alertd.stations.calling import call_deciders
from alertd.stations.organisations import is_organisation
from alertd.store import Transaction, ids
from alertd.store.contents import dumps, headline

NOT_FORECAST: Final = Forecast(None, None, None)
"""Ends and corrections: nobody was shown how long they would take."""

_KINDS: Final = {EVERYWHERE: "zone", ONLY_PLACES: "places"}
"""What a piece of fan-out takes of a station's followers: all who are in the zone, or only those with a place there."""

ANYBODY: Final = 2**63 - 1
"""Of a piece of fan-out nobody is left out by their id."""


class Spent(Exception):
    """Two clicks at once: the other one released."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is about to become an event. `covers` are the zone's rings, nearest first; `expected` counts endpoints.

    `forecast` was made afresh at release: what stands ahead in the queues may have changed since the preview. Nothing leaves
    in the first `hold_ms`: it may be undone. `told`: the station's operators are told that it went out, once it has.
    `beside` are the other stations whose followers it is for. `noted`: the audit has it, as whatever somebody decided.
    `preapproval` is by which nobody else needs to agree.
    """

    act: Act
    station: Station
    content: Content
    people: int
    expected: int
    covers: tuple[zones.Cover, ...]
    actor: Actor
    forecast: Forecast = NOT_FORECAST
    hold_ms: int = 0
    told: bool = True
    beside: Beside = field(default_factory=dict)
    noted: bool = True
    preapproval: int | None = None

    @property
    def foreseen(self) -> tuple[float | None, ...]:
        """Seconds from now until the first, half and the last."""
        times = (self.forecast.first_s, self.forecast.half_s, self.forecast.last_s)
        return tuple(None if each is None else each + self.hold_ms / SECOND for each in times)


@dataclass(frozen=True, slots=True)
class _Made:
    """Its ids. It is for those who had joined by `as_of`."""

    alert: int
    event: int
    message: int
    event_before: int | None
    as_of: int


async def write(desk: Desk, order: Order, alert_id: int | None, digest: str | None) -> tuple[int, int]:
    """Make the event; (alert's id, event's id).

    :raises Spent: the digest has released meanwhile. :raises Conflict: `not_active`, `quota_exceeded`.
    :raises TooOften: `quota_exceeded`. :raises UsedUp: what was agreed beforehand holds no more.
    """
    async with desk.db.transaction() as tx:
        return await enter(desk, tx, order, alert_id, digest)


async def enter(
    desk: Desk, tx: Transaction, order: Order, alert_id: int | None, digest: str | None
) -> tuple[int, int]:
    """As `write`, in a transaction that holds more: a schedule's occurrence and its next date."""
    event_id = await ids.take(tx, "event")
    if digest is not None and not await tx.execute("previews.spend", digest, event_id):
        raise Spent
    await _check_quota(desk, tx, order, alert_id)
    alert_id, before = await threads.advance(
        desk, tx, order.station, order.content, order.act, alert_id, event_id
    )
    if concerns_audience(order.act):
        await attachments.keep(tx, order.station.id, alert_id, order.content)
    made = _Made(alert_id, event_id, await ids.take(tx, "message"), before, desk.joined.by(desk.clock))
    await _event(desk, tx, order, made)
    beside = await across.address(desk, tx, alert_id, order.content, order.beside)
    await _message(desk, tx, replace(order, beside=beside), made)
    if order.noted:
        await _audit(desk, tx, order, made)
    if order.preapproval is not None:
        await preapprovals.use(tx, desk.clock, order.station, order.actor.name, order.preapproval, alert_id)
    await _call_commune(desk, tx, order)
    if order.told:
        await tx.execute("telling.add", event_id, desk.clock.now_ms() + order.hold_ms)
        desk.db.ring("colleagues")
    return alert_id, event_id


async def _call_commune(desk: Desk, tx: Transaction, order: Order) -> None:
    """The mairie is told at once of a danger that an organisation under it sent; the bell may ring early, it is a hint."""
    parent_id = order.station.parent_id
    if order.content.level is not Level.DANGER or not is_organisation(order.station) or parent_id is None:
        return
    said = {"organisation": order.station.name, "headline": headline(order.content, order.station.locale)}
    parent = await stations.by_id(tx, parent_id)
    for bell in await call_deciders(
        tx, desk, parent, "service.organisation_danger", said, f"/organisations/{order.station.id}"
    ):
        desk.db.ring(bell)


async def _check_quota(desk: Desk, tx: Transaction, order: Order, alert_id: int | None) -> None:
    wanted = quotas.Wanted(order.station, order.content.level, order.act, order.expected, alert_id)
    await quotas.check(tx, wanted, desk.settings.quotas, desk.clock.now_ms())


async def _event(desk: Desk, tx: Transaction, order: Order, made: _Made) -> None:
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
        made.as_of,
        order.actor.name,
        made.event_before,
        order.people,
        order.expected,
        now,
        *order.foreseen,
        await _labels(desk, tx, order, made.event_before),
    )
    await tx.execute_many("events.add_range", _ranges(made.event, order.covers))
    await tx.execute_many("events.add_group", [(made.event, group) for group in order.content.target.groups])


async def _labels(desk: Desk, tx: Transaction, order: Order, before: int | None) -> str | None:
    """What the topic is called now, for good: what was published of it does not change when the station renames it. The word that it
    is over calls it as the alert did.
    """
    if before is not None and not concerns_audience(order.act):
        kept: str | None = (await tx.fetch("events.one", before))[0]["topic_labels"]
        return kept
    found = await topics.labels(tx, desk.catalogue, order.station, order.content.topic)
    return json.dumps(dict(found), ensure_ascii=False, sort_keys=True) if found else None


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


async def _message(desk: Desk, tx: Transaction, order: Order, made: _Made) -> None:
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
    await tx.execute("messages.keep_request", made.message, story.current())
    now = desk.clock.now_ms()
    due = max(order.content.onset or now, now + order.hold_ms)
    last = await _last_person(tx) if made.as_of > now else ANYBODY
    work = _work(order, [row["id"] for row in earlier])
    pieces = [(made.message, *piece, ANYBODY if piece[-1] == "message" else last, due) for piece in work]
    await tx.execute_many("fan_out.add", pieces)
    if not work:
        await tx.execute("messages.plan", made.message)


async def _last_person(tx: Transaction) -> int:
    """Where a clock was set back dates do not tell who joins later; whoever is new then has an id behind this one."""
    given = {row["noun"]: row["last"] for row in await tx.fetch("ids.all")}
    return int(given.get("subscriber", 0))


def _work(order: Order, earlier: list[int]) -> list[tuple[Phase, int, int, str]]:
    """(phase, ring, source, kind) of each piece of fan-out. An update asks of those reached before whether it still concerns
    them: its audience is noted first.
    """
    reached = [(Phase.REACHED, ring, message, "message") for ring, message in enumerate(earlier)]
    if not concerns_audience(order.act):
        return reached
    sources = _sources(order)
    noted = [(Phase.AUDIENCE, *source) for source in sources] if reached else []
    return noted + reached + [(Phase.DELIVERIES, *source) for source in sources]


def _sources(order: Order) -> list[tuple[int, int, str]]:
    """(ring, source, kind): where the people come from."""
    target, station = order.content.target, order.station.id
    if target.zone is not None:
        kinds = {station: "zone"} | {one: _KINDS[lowest] for one, lowest in order.beside.items()}
        return [(ring, one, kind) for ring in range(len(order.covers)) for one, kind in kinds.items()]
    if target.station:
        return [(0, station, "station")]
    return [(0, group, "group") for group in target.groups]


async def _audit(desk: Desk, tx: Transaction, order: Order, made: _Made) -> None:
    detail = {"event": made.event, "level": order.content.level.word, "people": order.people}
    where = (order.station.id, order.actor.name)
    await audit.append(tx, desk.clock, *where, f"alert.{order.act}", f"alert:{made.alert}", detail)
