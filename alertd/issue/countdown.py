"""The countdown: an emergency released from the pages leaves ten seconds later, unless anyone of the station stops it.

It is a row of the store, and no browser's: whichever node comes first makes the event, in one transaction with the row that
says so. What ended so long ago that nobody expects it any more (the node was down) is a draft again, and asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from alertd import story
from alertd.clock import MINUTE, SECOND
from alertd.errors import AlertdError, Conflict, Missing, NotAllowed, Unavailable
from alertd.issue import attachments
from alertd.issue.colleagues import tell_held
from alertd.issue.desk import Desk
from alertd.issue.drafting import add_alert, rewrite
from alertd.issue.preview import stored
from alertd.issue.release import order_of, released_before
from alertd.issue.write import Order, Spent, enter
from alertd.model import Act, Actor, Role
from alertd.stations import audit, operators, stations
from alertd.store import Database, Row, Transaction, ids
from alertd.store.contents import dumps, loads

LASTS_MS: Final = 10 * SECOND
LATE_MS: Final = MINUTE
"""Later than this it is not sent, but asked again."""
AT_ONCE: Final = 20
BELL: Final = "countdown"
LATE: Final = "late"
SPENT: Final = "spent"
BROKEN: Final = "broken"

log = structlog.get_logger(__name__)


class State(StrEnum):
    """What became of it."""

    ARMED = "armed"
    RELEASED = "released"
    STOPPED = "stopped"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Countdown:
    """`left_ms` is how long it takes when it is read. `settled_by` stopped it; `reason` is why it was held: late, or the code of what stood in the way."""

    id: int
    alert_id: int
    exercise: bool
    armed_by: str
    left_ms: int
    state: State
    reason: str
    settled_by: str
    settled_at: int | None


async def arm(desk: Desk, actor: Actor, digest: str, known: int | None = None) -> int:
    """Begin the countdown of what a preview showed; the alert's id. The same click again changes nothing.

    All that would stand in the way of the release is looked at now, while its author is looking. Raises as `release` does;
    :raises Conflict: `countdown_running`: something else of this alert is about to leave.
    """
    shown = await stored(desk, actor, digest)
    if shown["event_id"] is not None:
        return (await released_before(desk, shown)).alert_id
    before = await desk.db.fetch("countdowns.of_digest", digest)
    if before and before[0]["state"] == State.ARMED:
        return int(before[0]["alert_id"])
    alert_id = before[0]["alert_id"] if before else shown["alert_id"]
    station = await stations.by_id(desk.db, actor.station_id)
    try:
        order = await order_of(desk, actor, station, shown, alert_id, known)
        async with desk.db.transaction() as tx:
            alert_id = await _arm(desk, tx, order, alert_id, digest)
    except Spent:
        return await _armed_elsewhere(desk, digest)
    except Conflict:
        rows = await desk.db.fetch("countdowns.of_digest", digest)
        if not rows or rows[0]["state"] not in {State.ARMED, State.RELEASED}:
            raise
        return int(rows[0]["alert_id"])  # what stood in the way is this very click, come a moment before
    log.info("armed", action="count_down", alert=alert_id, level=order.content.level.word)
    _ring(desk, station.id)
    return alert_id


async def stop(desk: Desk, actor: Actor, alert_id: int) -> bool:
    """Stop an alert's countdown; False where it had ended already. The words stay, as a draft.

    :raises NotAllowed: `read_only`: a reader sees. :raises Missing: `alert_unknown`: not of this station.
    """
    rows = await desk.db.fetch("alerts.one", alert_id)
    if not rows or rows[0]["station_id"] != actor.station_id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    if actor.role is None or actor.role < Role.PUBLISHER:
        raise NotAllowed("read_only", "Votre rôle permet de voir les alertes, pas d'arrêter un envoi.")
    found = await latest(desk.db, alert_id)
    if found is None or not await _settle(desk, found.id, alert_id, State.STOPPED, actor, ""):
        return False
    _ring(desk, actor.station_id)
    return True


def bell(station_id: int) -> str:
    """Rung when something of a station begins to be counted down, or ends."""
    return f"{BELL}:{station_id}"


async def latest(db: Database, alert_id: int) -> Countdown | None:
    """An alert's last countdown, whatever became of it."""
    rows = await db.fetch("countdowns.of_alert", alert_id)
    return _countdown(rows[0]) if rows else None


async def running(db: Database, station_id: int) -> tuple[Countdown, ...]:
    """What of a station is about to leave, the next first."""
    return tuple(_countdown(row) for row in await db.fetch("countdowns.of_station", station_id))


async def running_of(db: Database, operator_id: int) -> tuple[tuple[str, Countdown], ...]:
    """What is about to leave in any of an operator's stations, with the station's name, the next first."""
    rows = await db.fetch("countdowns.of_operator", operator_id)
    return tuple((row["station"], _countdown(row)) for row in rows)


async def step(desk: Desk) -> bool:
    """Release what has been counted down; True when there may be more at once."""
    rows = await desk.db.fetch("countdowns.due", LATE_MS, AT_ONCE)
    settled = []
    for row in rows:
        with story.about(row["request"] or story.made()):
            settled.append(await _ended(desk, row))
    return len(rows) == AT_ONCE and any(settled)


async def _ended(desk: Desk, row: Row) -> bool:
    """One of them; False when it could not be decided: that must not silence the others, and time will.

    :raises Unavailable: the store is away: it is decided when it is back, or asked again.
    """
    try:
        return await _release(desk, row)
    except Unavailable:
        raise
    except AlertdError as refused:
        return await _hold(desk, row, refused.code)
    except Spent:
        return await _hold(desk, row, SPENT)
    except Exception:
        log.exception("countdown_broken", action="hold", alert=row["alert_id"])
        return await _hold(desk, row, BROKEN)


async def _release(desk: Desk, row: Row) -> bool:
    if row["early"]:
        return await _begin_again(desk, row)
    if row["late"]:
        return await _hold(desk, row, LATE)
    author = await _author(desk, row)
    station = await stations.by_id(desk.db, row["station_id"])
    shown = (await desk.db.fetch("previews.one", row["digest"]))[0]
    order = await order_of(desk, author, station, shown, row["alert_id"])
    async with desk.db.transaction() as tx:
        if not await tx.execute("countdowns.release", row["id"], LATE_MS):
            return False  # stopped, or another node's
        await tx.execute("alerts.disarm", row["alert_id"])
        _, event = await enter(desk, tx, order, row["alert_id"], row["digest"])
        detail = {"event": event, "people": order.people}
        await _audit(desk, tx, author, "alert.released", row["alert_id"], detail)
    log.info(
        "released",
        action=order.act.value,
        alert=row["alert_id"],
        event_id=event,
        level=order.content.level.word,
    )
    desk.db.ring("fan_out")
    desk.db.ring("front")
    _ring(desk, row["station_id"])
    return True


async def _begin_again(desk: Desk, row: Row) -> bool:
    """The store's clock was set back while it ran."""
    async with desk.db.transaction() as tx:
        await tx.execute("countdowns.begin_again", row["id"])
    log.warning("clock_set_back", action="count_down", alert=row["alert_id"])
    _ring(desk, row["station_id"])
    return True


def _ring(desk: Desk, station_id: int) -> None:
    desk.db.ring(BELL)
    desk.db.ring(bell(station_id))


async def _author(desk: Desk, row: Row) -> Actor:
    """Whoever armed it, as they stand now.

    :raises NotAllowed: `author_gone`: they may not log in any more.
    """
    login = row["armed_by"].removeprefix("operator:")
    rows = await desk.db.fetch("countdowns.author", login, row["station_id"])
    if not rows:
        raise NotAllowed("author_gone", "Qui a préparé cet envoi n'a plus de droit ici.")
    return operators.actor_of(login, row["station_id"], Role(rows[0]["role"]))


async def _hold(desk: Desk, row: Row, reason: str) -> bool:
    """It is not sent; the page says why, and asks."""
    author = Actor(row["armed_by"], row["station_id"], None)
    if not await _settle(desk, row["id"], row["alert_id"], State.HELD, author, reason):
        return False
    log.error("countdown_held", action="ask_again", alert=row["alert_id"], reason=reason)
    _ring(desk, row["station_id"])
    return True


async def _settle(
    desk: Desk, countdown_id: int, alert_id: int, state: State, actor: Actor, reason: str
) -> bool:
    """Whoever is first decides; False where someone was quicker."""
    async with desk.db.transaction() as tx:
        what = (state.value, actor.name, reason or None)
        if not await tx.execute("countdowns.settle", countdown_id, *what):
            return False
        await tx.execute("alerts.disarm", alert_id)
        await _audit(desk, tx, actor, f"alert.{state}", alert_id, {"reason": reason} if reason else {})
        draft = await tx.fetch("alerts.draft", alert_id) if state is State.HELD else ()
        if draft:  # none where somebody ended the alert meanwhile: that was told
            await tell_held(desk, tx, actor, loads(draft[0]["content"]), alert_id)
    return True


async def _arm(desk: Desk, tx: Transaction, order: Order, alert_id: int | None, digest: str) -> int:
    """:raises Spent: the same click is counted down already. :raises Conflict: `not_draft`, `countdown_running`."""
    first = order.act is Act.ALERT
    if first:
        alert_id = await _drafted(tx, order, alert_id)
    assert alert_id is not None  # noqa: S101 - an update has its alert
    id_, who = await ids.take(tx, "countdown"), order.actor.name
    if not await tx.execute("countdowns.arm", id_, alert_id, order.station.id, digest, who, LASTS_MS):
        raise Spent
    await tx.execute("countdowns.keep_request", id_, story.current())
    await tx.execute("alerts.save_draft", alert_id, dumps(order.content), who)
    if first:
        await attachments.keep(tx, order.station.id, alert_id, order.content)
    detail = {"level": order.content.level.word, "people": order.people}
    await _audit(desk, tx, order.actor, "alert.armed", alert_id, detail)
    return alert_id


async def _drafted(tx: Transaction, order: Order, alert_id: int | None) -> int:
    """The thread of a first message, armed: from now on nobody rewrites it."""
    if alert_id is None:
        alert_id = await add_alert(tx, order.station, order.content)
    else:
        await rewrite(tx, order.station, order.content, alert_id)
    await tx.execute("alerts.arm", alert_id)
    return alert_id


async def _armed_elsewhere(desk: Desk, digest: str) -> int:
    rows = await desk.db.fetch("countdowns.of_digest", digest)
    if not rows:
        raise Conflict(
            "countdown_running", "Une autre mise à jour de cette alerte est déjà sur le point de partir."
        )
    return int(rows[0]["alert_id"])


async def _audit(
    desk: Desk, tx: Transaction, actor: Actor, action: str, alert_id: int, detail: Mapping[str, object]
) -> None:
    await audit.append(tx, desk.clock, actor.station_id, actor.name, action, f"alert:{alert_id}", detail)


def _countdown(row: Row) -> Countdown:
    return Countdown(
        id=row["id"],
        alert_id=row["alert_id"],
        exercise=bool(row["exercise"]),
        armed_by=row["armed_by"],
        left_ms=row["left_ms"],
        state=State(row["state"]),
        reason=row["reason"] or "",
        settled_by=row["settled_by"] or "",
        settled_at=row["settled_at"],
    )
