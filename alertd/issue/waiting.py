"""What waits for a second person: its row, what it would become now, and what is written down and told when it is decided."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from alertd.clock import from_ms
from alertd.errors import Conflict, Missing
from alertd.issue import across, audience
from alertd.issue.check import check
from alertd.issue.costs import costs
from alertd.issue.desk import Desk
from alertd.issue.guards import check_station
from alertd.issue.hushed import hushed
from alertd.issue.preview import check_groups
from alertd.issue.write import Order, enter
from alertd.model import Act, Actor, Content, Level, Station
from alertd.stations import audit, calling, stations
from alertd.stations.payers import check_may
from alertd.store import Row, Transaction
from alertd.store.contents import headline, loads

PATH: Final = "/accords"
DENIED: Final = frozenset({"refused", "dropped"})


@dataclass(frozen=True, slots=True)
class Approval:
    """`mark` is the content's: who agrees sends it back. Times are UTC ms; `state` as the table says."""

    id: int
    station_id: int
    alert_id: int
    author: str
    act: Act
    level: Level
    content: Content
    mark: str
    people: int
    asked_at: int
    deputy_at: int
    ends_at: int
    otherwise: str
    state: str
    decided_by: str
    decided_at: int | None
    reason: str

    @property
    def waits(self) -> bool:
        return self.state == "waiting"


async def latest(desk: Desk, station_id: int, alert_id: int) -> Approval:
    """:raises Missing: `approval_unknown`: nothing of this alert was ever asked, or it is another station's."""
    rows = await desk.db.fetch("approvals.latest", alert_id)
    if not rows or rows[0]["station_id"] != station_id:
        raise Missing("approval_unknown", "Aucun accord n'a été demandé pour cette alerte.")
    return approval_of(rows[0])


async def denied(desk: Desk, alert_id: int) -> Approval | None:
    """What was last asked of an alert, where the answer was no, or there was none in time, and nothing was asked since."""
    rows = await desk.db.fetch("approvals.latest", alert_id)
    one = approval_of(rows[0]) if rows else None
    return one if one is not None and one.state in DENIED else None


async def order_of(desk: Desk, station: Station, one: Approval, actor: Actor) -> Order:
    """What it would become now: looked at and counted afresh. Raises as `release`."""
    content = one.content
    check_station(station)
    await check(desk, station, content)
    await check_may(desk.db, desk.catalogue, station, content)
    await check_groups(desk, station, content)
    beside = await across.beside(desk, station, content)
    counted, _ = await audience.count(desk, station.id, content, beside)
    hush = await hushed(
        desk, station, content, counted, beside, None if one.act is Act.ALERT else one.alert_id
    )
    when = (await costs(desk, station, content, counted, beside, hush)).when
    covers = await asyncio.to_thread(audience.covers, content.target)
    return Order(one.act, station, content, counted.people, counted.total, covers, actor, when, beside=beside)


async def settle(
    desk: Desk, tx: Transaction, one: Approval, state: str, who: str, reason: str | None = None
) -> None:
    """Decide it, once. :raises Conflict: `approval_decided`: someone was quicker."""
    if not await tx.execute("approvals.settle", one.id, state, who, desk.clock.now_ms(), reason):
        raise decided()
    await tx.execute("approvals.unpend", one.alert_id)
    detail = {"author": one.author} | ({"reason": reason} if reason else {})
    await note(desk, tx, one.station_id, who, f"approval.{state}", one.alert_id, detail)


async def enter_thread(desk: Desk, tx: Transaction, order: Order, one: Approval) -> int:
    """Make the event of it; its id."""
    return (await enter(desk, tx, order, one.alert_id, None))[1]


async def tell_author(
    desk: Desk, tx: Transaction, one: Approval, phrase: str, blanks: Mapping[str, str]
) -> tuple[str, ...]:
    """Tell the one who asked; the bells to ring."""
    station = await stations.by_id(tx, one.station_id)
    rows = await tx.fetch("approvals.author", one.author, calling.MOST)
    said = {"headline": headline(one.content, station.locale)} | dict(blanks)
    return await calling.write_to(
        tx, desk, station, rows, calling.Called(phrase, said, f"{PATH}/{one.alert_id}")
    )


def letter(phrase: str, station: Station, content: Content, alert_id: int, until: int) -> calling.Called:
    """What is said of it, with the hour until which it waits."""
    local = from_ms(until).astimezone(ZoneInfo(station.timezone))
    blanks = {"time": f"{local:%H:%M}", "headline": headline(content, station.locale)}
    return calling.Called(phrase, blanks, f"{PATH}/{alert_id}")


def decided() -> Conflict:
    """Someone was quicker."""
    return Conflict(
        "approval_decided",
        "Somebody has decided already, or took the message back to change it.",
        french="Quelqu'un a déjà décidé, ou le message a été repris pour être modifié.",
    )


def ring(desk: Desk, bells: Iterable[str]) -> None:
    """Wake who waits for it."""
    for bell in bells:
        desk.db.ring(bell)


async def note(
    desk: Desk,
    tx: Transaction,
    station_id: int,
    who: str,
    action: str,
    alert_id: int,
    detail: Mapping[str, object],
) -> None:
    """Enter it in the audit."""
    await audit.append(tx, desk.clock, station_id, who, action, f"alert:{alert_id}", detail)


def approval_of(row: Row) -> Approval:
    """An approval from its row."""
    return Approval(
        id=row["id"],
        station_id=row["station_id"],
        alert_id=row["alert_id"],
        author=row["author"],
        act=Act(row["act"]),
        level=Level(row["level"]),
        content=loads(row["content"]),
        mark=bytes(row["content_hash"]).hex(),
        people=row["people"],
        asked_at=row["asked_at"],
        deputy_at=row["deputy_at"],
        ends_at=row["ends_at"],
        otherwise=row["otherwise"],
        state=row["state"],
        decided_by=row["decided_by"] or "",
        decided_at=row["decided_at"],
        reason=row["reason"] or "",
    )
