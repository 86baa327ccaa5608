"""Colleagues: every operator of a station is told at once that something went out, and by whom.

The row that asks for it is made with the event, the letters are written by a loop: a release waits for nobody's address, and a
crash forgets nobody. Of an emergency they hear in its own lane: behind it, they would hear of it when it is over. A station's
letters keep to its mode: what happens in training reaches the sandbox alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import structlog

from alertd.clock import HOUR, MINUTE
from alertd.deliver.service import Limit, Note, Written, service
from alertd.issue.desk import Desk
from alertd.issue.undo import HOLD_MS
from alertd.model import Act, Actor, AlertState, Channel, Content, Lane, Level, Station
from alertd.stations import stations
from alertd.store import Row, Transaction
from alertd.store.contents import headline, loads

log = structlog.get_logger(__name__)

BELL: Final = "colleagues"
AT_ONCE: Final = 20
MOST: Final = 200
"""Addresses that are told of one event."""
WITHIN: Final = 2 * HOUR
EVERY: Final = Limit("colleagues", 30, HOUR // 30)
BEFORE_END: Final = 30 * MINUTE
"""So long before its end an alert's operators are asked whether it goes on."""
QUIET: Final = frozenset({Channel.PUSH, Channel.EMAIL})
"""An information is nobody's call, and no SMS, at the commune's expense."""


async def step(desk: Desk) -> bool:
    """Tell of what went out; True when there may be more at once."""
    now = desk.clock.now_ms()
    await _hasten(desk, now)
    rows = await desk.db.fetch("telling.due", now, AT_ONCE)
    for row in rows:
        await _tell(desk, row)
    return len(rows) == AT_ONCE


async def _hasten(desk: Desk, now: int) -> None:
    """A clock that was set back delays no letter, nor the public page, which waits for the same moment."""
    if await desk.db.fetch("telling.early", now, HOLD_MS):
        async with desk.db.transaction() as tx:
            told = await tx.execute("telling.hasten", now, HOLD_MS)
        log.warning("clock_set_back", action="hasten", letters=told)
        desk.db.ring("front")


async def tell_held(desk: Desk, tx: Transaction, author: Actor, content: Content, alert_id: int) -> None:
    """An emergency that was released did not leave, and nobody may be looking: all are told, its author too."""
    station = await stations.by_id(tx, author.station_id)
    contacts = await tx.fetch("telling.contacts", station.id, int(station.mode), MOST)
    note = await _note(tx, desk, station, content, ("service.told_held", author.name, alert_id))
    await _write(desk, tx, contacts, note)


async def _tell(desk: Desk, row: Row) -> None:
    """What went out; and of what has an end, half an hour before it, unless something was said since."""
    event_id, due = row["event_id"], row["created_at"]
    async with desk.db.transaction() as tx:
        if not await tx.execute("telling.take", event_id, due):
            return  # another node's
        event = (await tx.fetch("events.one", event_id))[0]
        station, content = await stations.by_id(tx, event["station_id"]), loads(event["content"])
        ends = content.expires - BEFORE_END
        if due == ends and not await _is_under_way(tx, event):
            return
        phrase = "service.told_ending" if due == ends else f"service.told_{event['act']}"
        if due < ends and content.level > Level.INFO and Act(event["act"]) in {Act.ALERT, Act.UPDATE}:
            await tx.execute("telling.add", event_id, ends)
        contacts = await tx.fetch("telling.contacts", station.id, int(station.mode), MOST)
        note = await _note(tx, desk, station, content, (phrase, event["released_by"], event["alert_id"]))
        chosen = list(_chosen(contacts, event["released_by"], Act(event["act"]), content))
        await _write(desk, tx, chosen, note)


async def _is_under_way(tx: Transaction, event: Row) -> bool:
    """Whether the thread still says what this event said."""
    alert = (await tx.fetch("alerts.one", event["alert_id"]))[0]
    return bool(alert["state"] == AlertState.ACTIVE and alert["head_id"] == event["id"])


def _chosen(contacts: Sequence[Row], author: str, act: Act, content: Content) -> Iterator[Row]:
    """Everyone by all that they gave; its author, who has it before their eyes, by another channel than the message's if
    they have one: whoever borrowed the account is found out by it.
    """
    of = defaultdict[str, list[Row]](list)
    for row in contacts:
        if content.level > Level.INFO or Channel(row["channel"]) in QUIET:
            of[f"operator:{row['login']}"].append(row)
    for who, rows in of.items():
        others = [row for row in rows if Channel(row["channel"]) not in content.channels]
        yield from others if who == author and act is Act.ALERT and others else rows


async def _note(
    tx: Transaction, desk: Desk, station: Station, content: Content, what: tuple[str, str, int]
) -> Note:
    phrase, author, alert_id = what
    path = f"/alertes/{alert_id}"
    blanks = {
        "level": desk.catalogue.phrase(station.locale, f"level.{content.level.word}"),
        "who": await _name(tx, author),
        "headline": headline(content, station.locale)[:80],
        "link": f"{desk.settings.http.public_url}{path}",
    }
    return Note(
        f"{phrase}_exercise" if content.exercise else phrase,
        blanks,
        title="service.told_title",
        station_id=station.id,
        within_ms=WITHIN,
        path=path,
        thread=f"told-{alert_id}",
        limit=EVERY,
        lane=Lane.DANGER if content.level is Level.DANGER else Lane.SERVICE,
    )


async def _name(tx: Transaction, author: str) -> str:
    """As their colleagues know them; a program by its key."""
    rows = await tx.fetch("operators.find_by_login", author.removeprefix("operator:"))
    return str(rows[0]["name"]) if rows and author.startswith("operator:") else author


async def _write(desk: Desk, tx: Transaction, contacts: Sequence[Row], note: Note) -> None:
    """The bells may ring early: they are hints. A link is not read out on the telephone."""
    called = replace(note, blanks=dict(note.blanks) | {"link": ""})
    for row in contacts:
        said = called if row["channel"] == Channel.VOICE else note
        written = await service(tx, desk, row["id"], said)
        if isinstance(written, Written):
            desk.db.ring(written.bell)
