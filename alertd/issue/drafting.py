"""Drafts: an alert being written. Kept whole or not at all; nothing of it is checked but its shape."""

from alertd.errors import Conflict, Missing
from alertd.issue.attachments import keep
from alertd.issue.desk import Desk
from alertd.model import Actor, AlertState, Content, Station
from alertd.stations import audit
from alertd.store import Row, Transaction, ids
from alertd.store.contents import dumps, headline


async def save_draft(
    desk: Desk, actor: Actor, station: Station, content: Content, alert_id: int | None = None
) -> int:
    """Store a new draft, or rewrite one; the alert's id.

    :raises Missing: `alert_unknown`. :raises Conflict: `not_draft`: it has been sent.
    """
    async with desk.db.transaction() as tx:
        if alert_id is None:
            alert_id = await add_alert(tx, station, content)
        else:
            await rewrite(tx, station, content, alert_id)
        await tx.execute("alerts.save_draft", alert_id, dumps(content), actor.name)
        await keep(tx, station.id, alert_id, content)
        await audit.append(tx, desk.clock, station.id, actor.name, "draft", f"alert:{alert_id}", {})
    return alert_id


async def add_alert(tx: Transaction, station: Station, content: Content) -> int:
    """A new thread, as a draft."""
    alert_id = await ids.take(tx, "alert")
    await tx.execute(
        "alerts.add",
        alert_id,
        station.id,
        AlertState.DRAFT,
        content.level,
        content.topic,
        headline(content, station.locale),
        int(content.exercise),
        int(is_private(station, content)),
        content.expires,
    )
    return alert_id


def is_private(station: Station, content: Content) -> bool:
    """A group's messages and a private station's never appear on public pages."""
    return station.private or bool(content.target.groups)


async def thread_of(tx: Transaction, station_id: int, alert_id: int) -> Row:
    """The alert's row, if it is this station's.

    :raises Missing: `alert_unknown`: there is none, or it is another station's.
    """
    rows = await tx.fetch("alerts.one", alert_id)
    if not rows or rows[0]["station_id"] != station_id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    return rows[0]


async def rewrite(tx: Transaction, station: Station, content: Content, alert_id: int) -> None:
    """A draft's summary follows its content. Raises as `save_draft` does."""
    await thread_of(tx, station.id, alert_id)
    changed = await tx.execute(
        "alerts.rewrite",
        alert_id,
        content.level,
        content.topic,
        headline(content, station.locale),
        int(content.exercise),
        int(is_private(station, content)),
        content.expires,
    )
    if not changed:
        raise Conflict("not_draft", "Ce brouillon a déjà été envoyé : utilisez « Corriger ».")
