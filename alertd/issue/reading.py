"""What became of an alert: threads, books that balance, deliveries. Never an address."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from alertd.clock import DAY, SECOND
from alertd.errors import Missing
from alertd.issue.desk import Desk
from alertd.keys import delivery_key
from alertd.model import (
    UNSENT,
    Act,
    AlertState,
    Channel,
    Content,
    Event,
    Level,
    State,
    ref_shown,
    subscriber_of,
)
from alertd.store import Row
from alertd.store.contents import event_of, labels_of, loads


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from release (or onset) until the first, half and the last are handed over; None where it is not known."""

    first_s: float | None
    half_s: float | None
    last_s: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One event's books. `planned` is None until fan-out ends; until then `expected` is what there is to show.

    `tally` has all thirteen states by word, and `planned` is always their sum once it is known.
    """

    event_id: int
    act: Act
    people: int
    expected: int
    planned: int | None
    tally: Mapping[str, int]
    channels: Mapping[str, Mapping[str, int]]
    superseded: bool
    closed: bool
    forecast: Times
    actual: Times


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """A thread as lists show it; times in UTC milliseconds. `labels`: what its topic was called when its newest event was released, by
    language; none of a draft.
    """

    id: int
    station_id: int
    state: AlertState
    level: Level
    topic: str
    headline: str
    exercise: bool
    expires: int
    created_at: int
    sent_at: int | None
    closed_at: int | None
    labels: Mapping[str, str]

    @property
    def dated(self) -> int:
        """When it was sent; of what was not, when it was begun: a draft may have waited for days."""
        return self.created_at if self.sent_at is None else self.sent_at


@dataclass(frozen=True, slots=True)
class AlertView:
    """A thread whole: its summary, its newest content (or its draft's), its events, oldest first."""

    summary: AlertSummary
    content: Content
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A personal link: the alert, its reader's language, and the delivery that carried it; `seen` once they said so."""

    view: AlertView
    locale: str
    message_id: int
    endpoint_id: int
    seen: bool


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery as its station may see it: `ref` is the station's own key for the person."""

    message_id: int
    endpoint_id: int
    subscriber: int
    ref: str | None
    channel: str
    state: str
    reason: str | None
    tries: int
    code: str | None


async def alert(desk: Desk, alert_id: int) -> AlertView:
    """:raises Missing: `alert_unknown`."""
    rows = await desk.db.fetch("alerts.one", alert_id)
    if not rows:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    events = tuple(event_of(row) for row in await desk.db.fetch("events.of_alert", alert_id))
    if events:
        return AlertView(summary_of(rows[0]), events[-1].content, events)
    draft = await desk.db.fetch("alerts.draft", alert_id)
    return AlertView(summary_of(rows[0]), loads(draft[0]["content"]), ())


async def written(desk: Desk, view: AlertView) -> Content:
    """What is being written of a thread: its draft, its update's that has not left, else what it says."""
    draft = await desk.db.fetch("alerts.draft", view.summary.id)
    return loads(draft[0]["content"]) if draft else view.content


async def alerts(
    desk: Desk, station_id: int, before: int | None = None, limit: int = 50
) -> list[AlertSummary]:
    """A station's threads, newest first, those with an id below `before`; at most 200."""
    newest = 1 << 62 if before is None else before
    rows = await desk.db.fetch("alerts.of_station", station_id, newest, min(limit, 200))
    return [summary_of(row) for row in rows]


async def progress(desk: Desk, alert_id: int) -> tuple[Progress, ...]:
    """Each event's books, oldest first; a draft has none."""
    messages = await desk.db.fetch("messages.of_alert", alert_id)
    events = {row["id"]: row for row in await desk.db.fetch("events.of_alert", alert_id)}
    books: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for row in await desk.db.fetch("tallies.of_alert", alert_id):
        books[row["message_id"]][row["channel"], row["state"]] = row["n"]
    return tuple(
        _progress(message, events[message["event_id"]], books[message["id"]]) for message in messages
    )


async def deliveries(
    desk: Desk, alert_id: int, after: tuple[int, int] = (0, 0), limit: int = 500
) -> list[DeliveryView]:
    """An alert's deliveries in the order of their keys (message, endpoint), those after `after`; at most 500."""
    rows = await desk.db.fetch("deliveries.of_alert", alert_id, *after, min(limit, 500))
    return [_delivery(row) for row in rows]


async def alert_by_code(desk: Desk, code: str) -> Link | None:
    """What a personal link leads to, until a day after the alert closed."""
    for number in desk.keyring.numbers(code):
        rows = await desk.db.fetch("deliveries.one", *delivery_key(number))
        if rows and rows[0]["alert_id"] is not None:
            view = await alert(desk, rows[0]["alert_id"])
            closed = view.summary.closed_at
            if closed is None or desk.clock.now_ms() < closed + DAY:
                return _link(view, rows[0])
    return None


def _link(view: AlertView, row: Row) -> Link:
    return Link(
        view=view,
        locale=row["locale"] or "fr",
        message_id=row["message_id"],
        endpoint_id=row["endpoint_id"],
        seen=row["state"] == State.SEEN,
    )


def _progress(message: Row, event: Row, book: Mapping[tuple[int, int], int]) -> Progress:
    superseded = message["superseded_at"] is not None
    channels: dict[str, dict[str, int]] = {}
    tally = {state.word: 0 for state in State}
    for (channel, number), n in book.items():
        state = _read_as(State(number), superseded)
        words = channels.setdefault(Channel(channel).word, {each.word: 0 for each in State})
        words[state.word] += n
        tally[state.word] += n
    return Progress(
        event_id=event["id"],
        act=Act(event["act"]),
        people=event["people"],
        expected=event["expected"],
        planned=message["planned"],
        tally=tally,
        channels=channels,
        superseded=superseded,
        closed=message["closed_at"] is not None,
        forecast=Times(event["first_s"], event["half_s"], event["last_s"]),
        actual=_actual(message, max(message["created_at"], event["onset"])),
    )


def _actual(message: Row, since: int) -> Times:
    moments = (message["first_at"], message["half_at"], message["last_at"])
    return Times(*(None if at is None else max(0, at - since) / SECOND for at in moments))


def _read_as(state: State, superseded: bool) -> State:
    """What waits of a superseded message never leaves: it reads as cancelled before its rows are settled."""
    return State.CANCELLED if superseded and state in UNSENT else state


def _delivery(row: Row) -> DeliveryView:
    state = _read_as(State(row["state"]), row["superseded_at"] is not None)
    return DeliveryView(
        message_id=row["message_id"],
        endpoint_id=row["endpoint_id"],
        subscriber=subscriber_of(row["endpoint_id"]),
        ref=ref_shown(row["ref"]),
        channel=Channel(row["channel"]).word,
        state=state.word,
        reason=row["reason"],
        tries=row["tries"],
        code=row["code"],
    )


def summary_of(row: Row) -> AlertSummary:
    """A thread's row as lists show it."""
    return AlertSummary(
        id=row["id"],
        station_id=row["station_id"],
        state=AlertState(row["state"]),
        level=Level(row["level"]),
        topic=row["topic"],
        headline=row["headline"],
        exercise=bool(row["exercise"]),
        expires=row["expires"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        closed_at=row["closed_at"],
        labels=labels_of(row),
    )
