"""Release: one transaction makes the event, freezes its cover and filters, marks what it supersedes, and writes the audit.

Nothing is sent here. Fan-out finds the work; if the process dies now, the work is still there.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from alertd.errors import Conflict
from alertd.issue import across, approval, audience, threads
from alertd.issue.check import check
from alertd.issue.costs import costs
from alertd.issue.desk import Desk
from alertd.issue.guards import after, check_level, check_station
from alertd.issue.hushed import hushed
from alertd.issue.lately import check_lately
from alertd.issue.preview import check_groups, stored
from alertd.issue.write import Order, Spent, write
from alertd.model import Act, Actor, Content, Station, Text
from alertd.stations import preapprovals, stations
from alertd.stations.organisations import check_closing
from alertd.stations.payers import check_may
from alertd.stations.preapprovals import UsedUp
from alertd.store import Row
from alertd.store.contents import fingerprint, loads

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Released:
    """`again`: this digest had already released, and this is what it released then. No event (0): a second person agrees first."""

    alert_id: int
    event_id: int
    again: bool


async def release(
    desk: Desk,
    actor: Actor,
    station: Station,
    digest: str,
    content: Content | None = None,
    *,
    known: int | None = None,
    hold_ms: int = 0,
) -> Released:
    """Release what a preview showed, as a first message or (the preview said of which alert) an update.

    `content`, when given, must equal what was previewed. A digest releases once; again gives the same alert. `known`: see
    `order_of`. Nothing of a first message leaves in the first `hold_ms`.

    :raises Conflict: `preview_stale`, `content_changed`, `people_changed`, `not_active`, `sent_lately`: look again.
    :raises NotAllowed: `level_not_allowed`, `station_suspended`. :raises Missing: `preview_unknown`.
    """
    shown = await stored(desk, actor, digest)
    _check_same(shown, content)
    if shown["event_id"] is not None:
        return await released_before(desk, shown)
    try:
        order = await order_of(desk, actor, station, shown, shown["alert_id"], known)
    except Conflict:
        rows = await desk.db.fetch("previews.one", digest)
        if not rows or rows[0]["event_id"] is None:
            raise
        return await released_before(
            desk, rows[0]
        )  # what stood in the way is this very click, come a moment before
    held = replace(order, hold_ms=hold_ms if order.act is Act.ALERT else 0)
    return await _release(desk, held, shown["alert_id"], digest)


async def order_of(
    desk: Desk,
    actor: Actor,
    station: Station,
    shown: Row,
    alert_id: int | None,
    known: int | None = None,
) -> Order:
    """What a preview's row would become now, as an event of this thread: looked at and counted afresh. Raises as `release`.

    `known` is the newest alert like it of which the sender knows, 0 where they know of none: another one that went out in
    the last ten minutes asks again. None: nobody is asked.
    """
    wanted = loads(shown["content"])
    check_station(station)
    check_level(actor, wanted.level)
    await check(desk, station, wanted)
    await check_may(desk.db, desk.catalogue, station, wanted)
    await check_groups(desk, station, wanted)
    beside = await across.beside(desk, station, wanted)
    counted, _ = await audience.count(desk, station.id, wanted, beside)
    _check_people(desk, shown["people"], counted.people)
    act = await threads.act_of(desk.db, alert_id)
    if act is Act.ALERT and known is not None:
        await check_lately(desk, station, wanted, alert_id, known)
    hush = await hushed(desk, station, wanted, counted, beside, None if act is Act.ALERT else alert_id)
    when = (await costs(desk, station, wanted, counted, beside, hush)).when
    covers = await asyncio.to_thread(audience.covers, wanted.target)
    return Order(act, station, wanted, counted.people, counted.total, covers, actor, when, beside=beside)


async def end(desk: Desk, actor: Actor, alert_id: int, texts: Mapping[str, Text] | None = None) -> Released:
    """Tell everyone that the alert ever reached that it is over; without `texts`, in the standard words.

    :raises Missing: `alert_unknown`. :raises Conflict: `not_active`. :raises NotAllowed: `level_not_allowed`.
    """
    return await _close(desk, actor, alert_id, Act.END, texts)


async def cancel(
    desk: Desk, actor: Actor, alert_id: int, texts: Mapping[str, Text] | None = None
) -> Released:
    """Correct a false alert: skips every queue, reaches all that it ever reached. Raises as `end` does."""
    return await _close(desk, actor, alert_id, Act.CANCEL, texts)


async def _close(
    desk: Desk, actor: Actor, alert_id: int, act: Act, texts: Mapping[str, Text] | None
) -> Released:
    head = await threads.head(desk.db, actor.station_id, alert_id)
    after(head.state, act)
    station = await stations.by_id(desk.db, actor.station_id)
    check_station(station)
    check_level(actor, head.content.level)
    check_closing(station, head.content, own_words=texts is not None)
    content = threads.closing_content(desk, station, head, act, texts)
    if texts is not None:
        await check(desk, station, content)
    counted = await audience.count_reached_before(desk.db, alert_id)
    order = Order(act, station, content, counted.people, counted.total, (), actor)
    return await _release(desk, order, alert_id, None)


async def _release(desk: Desk, order: Order, alert_id: int | None, digest: str | None) -> Released:
    if digest is not None and await approval.needed(desk, order):
        now = desk.clock.now_ms()
        agreed = await preapprovals.fitting(desk.db, order.station, order.content, now)
        if agreed is None:
            return Released(await approval.ask(desk, order, alert_id, digest), 0, again=False)
        order = replace(order, preapproval=agreed.id)
    try:
        alert_id, event_id = await write(desk, order, alert_id, digest)
    except UsedUp:
        return await _release(desk, replace(order, preapproval=None), alert_id, digest)
    except Spent:
        return await released_before(desk, (await desk.db.fetch("previews.one", digest))[0])
    log.info(
        "released", action=order.act.value, alert=alert_id, event_id=event_id, level=order.content.level.word
    )
    desk.db.ring("fan_out")
    desk.db.ring("front")
    return Released(alert_id, event_id, again=False)


async def released_before(desk: Desk, shown: Row) -> Released:
    """What a preview's row has released."""
    rows = await desk.db.fetch("events.one", shown["event_id"])
    return Released(rows[0]["alert_id"], rows[0]["id"], again=True)


def _check_same(shown: Row, content: Content | None) -> None:
    if content is not None and fingerprint(content) != bytes(shown["content_hash"]):
        raise Conflict(
            "content_changed",
            "Le message a changé depuis l'aperçu. Relisez-le, puis envoyez.",
            digest=shown["id"],
        )


def _check_people(desk: Desk, shown: int, now: int) -> None:
    if abs(now - shown) * 100 > desk.settings.limits.people_drift_percent * max(shown, 1):
        raise Conflict(
            "people_changed",
            f"Le nombre de personnes a changé depuis l'aperçu ({shown}, maintenant {now}). Relisez, puis envoyez.",
        )
