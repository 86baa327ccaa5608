"""An alert as a thread: where it stands, what its next event makes of it, and the words that end it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alertd.catalogue import Catalogue
from alertd.clock import HOUR, MINUTE
from alertd.errors import Conflict, Missing
from alertd.issue.desk import Desk
from alertd.issue.drafting import add_alert, thread_of
from alertd.issue.guards import after
from alertd.model import Act, AlertState, Content, Station, Text
from alertd.publish.ends import bare, texts_over
from alertd.publish.wording import over_word, sentence, when
from alertd.store import Database, Transaction
from alertd.store.contents import headline, loads

_UNSAID = frozenset({AlertState.DRAFT, AlertState.ARMED})
CLOSING_HOURS = 2
"""How long the word that it is over is still worth delivering."""


@dataclass(frozen=True, slots=True)
class Head:
    """A thread's state, and the last that was said of the matter itself, before any word that it is over."""

    alert_id: int
    state: AlertState
    content: Content
    released_at: int


async def head(db: Database, station_id: int, alert_id: int) -> Head:
    """Where a released thread of this station stands.

    :raises Missing: `alert_unknown`. :raises Conflict: `not_active`: it is a draft.
    """
    rows = await db.fetch("alerts.one", alert_id)
    if not rows or rows[0]["station_id"] != station_id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    state = AlertState(rows[0]["state"])
    if rows[0]["head_id"] is None:
        after(state, Act.END)
    events = await db.fetch("events.of_alert", alert_id)
    said = [event for event in events if event["act"] in {Act.ALERT, Act.UPDATE}][-1]
    return Head(alert_id, state, loads(said["content"]), said["created_at"])


async def act_of(db: Database, alert_id: int | None) -> Act:
    """A thread's first event is an Alert, also when it was a draft, armed or not; what follows is an Update."""
    if alert_id is None:
        return Act.ALERT
    rows = await db.fetch("alerts.one", alert_id)
    return Act.ALERT if rows and rows[0]["state"] in _UNSAID else Act.UPDATE


async def advance(
    desk: Desk,
    tx: Transaction,
    station: Station,
    content: Content,
    act: Act,
    alert_id: int | None,
    event_id: int,
) -> tuple[int, int | None]:
    """Take the thread to where `act` leads, a new one if there is none; its id, and the event before this one.

    :raises Conflict: `not_active`: someone else was quicker.
    """
    if alert_id is None:
        alert_id = await add_alert(tx, station, content)
    row = await thread_of(tx, station.id, alert_id)
    before = AlertState(row["state"])
    state = after(before, act)
    # What it is about stays what it was when it is over: lists show the alert, not the word that ends it.
    over = act in {Act.END, Act.CANCEL}
    title = (
        bare(desk.catalogue, station.locale, row["headline"]) if over else headline(content, station.locale)
    )
    expires = row["expires"] if over else content.expires
    closed = int(state is not AlertState.ACTIVE)
    summary = (content.level, content.topic, title, int(content.exercise), expires)
    if not await tx.execute("alerts.change", alert_id, before, state, *summary, event_id, closed):
        raise Conflict("not_active", "Quelqu'un d'autre vient de modifier cette alerte. Relisez-la.")
    await tx.execute("alerts.drop_draft", alert_id)
    return alert_id, row["head_id"]


def closing_content(
    desk: Desk, station: Station, head: Head, act: Act, texts: Mapping[str, Text] | None
) -> Content:
    """The content of an end or a cancel: what it was, said to be over, for two hours from now."""
    now = desk.clock.now_ms()
    told = texts_over(desk.catalogue, station, head.content)
    said = texts or {
        locale: _closing_text(desk.catalogue, station, locale, text, head, act)
        for locale, text in told.items()
    }
    return replace(
        head.content,
        texts=said,
        onset=None,
        deliver_by=None,
        expires=now + CLOSING_HOURS * HOUR + MINUTE,
        silence={},
        attachments=(),
        picks=None if texts else head.content.picks,
        template="",
    )


def _closing_text(
    catalogue: Catalogue, station: Station, locale: str, text: Text, head: Head, act: Act
) -> Text:
    """Which message is meant, by its headline and its hour; that nothing more is to be feared, or never was."""
    phrase = over_word(act, head.content.level)
    told = when(head.released_at, station.timezone, locale)
    return Text(
        headline=f"{text.headline.removesuffix('.')} ({told})",
        instruction=sentence(catalogue.phrase_sms(locale, phrase)),
    )
