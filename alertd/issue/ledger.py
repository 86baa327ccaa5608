"""What came of what was sent, in figures that add up: how many messages left and arrived, what they cost, who left after."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from phonenumbers import country_code_for_region

from alertd.clock import DAY, FOREVER
from alertd.deliver.owners import owners
from alertd.deliver.routes import Owners, first
from alertd.issue.costs import units_each
from alertd.issue.desk import Desk
from alertd.issue.reading import AlertSummary, summary_of
from alertd.model import Channel, Content, Level, State, Station
from alertd.store import Row
from alertd.store.contents import loads

SLICE: Final = 200
MOST_LOOKED_AT: Final = 2_000
MOST_EVENTS: Final = 2_000
MOST_ROWS: Final = 100_000
LEAVING_MS: Final = 2 * DAY
"""Who leaves later than this after an alert left for another reason."""
ARRIVED: Final = frozenset({State.DELIVERED, State.SEEN})
SENT: Final = ARRIVED | {State.ACCEPTED}
BILLED: Final = SENT | {State.UNKNOWN}

Book = Mapping[tuple[Channel, State], int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: every one of the words, from `since` to before `until` (UTC ms), a topic or "" for any; with the exercises
    or without them.
    """

    words: str = ""
    since: int = 0
    until: int = FOREVER
    topic: str = ""
    exercises: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """Alerts newest first; `older` is behind which id the search goes on, None where it came to the end."""

    alerts: tuple[AlertSummary, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Messages that left, those of which are known to have arrived, and euros at today's tariffs."""

    sent: int = 0
    arrived: int = 0
    price: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.sent + other.sent, self.arrived + other.arrived, self.price + other.price)


@dataclass(frozen=True, slots=True)
class Released:
    """One event with what came of it; `created_at` in UTC ms. An exercise is counted with exercises only."""

    alert_id: int
    created_at: int
    exercise: bool
    sums: Sums


async def search(desk: Desk, station_id: int, wanted: Wanted, before: int | None, most: int) -> Found:
    """The next alerts that were sent and are wanted; at most 2,000 are looked at, then it says where to go on."""
    newest, kept = before or FOREVER, list[AlertSummary]()
    terms = (wanted.since, wanted.until, wanted.topic, SLICE)
    words = _plain(wanted.words).split()
    for _ in range(MOST_LOOKED_AT // SLICE):
        rows = await desk.db.fetch("history.page", station_id, newest, *terms)
        for row in rows:
            newest = row["id"]
            if (wanted.exercises or not row["exercise"]) and _says(row, words):
                kept.append(summary_of(row))
            if len(kept) == most:
                return Found(tuple(kept), newest)
        if len(rows) < SLICE:
            return Found(tuple(kept), None)
    return Found(tuple(kept), newest)


async def released_since(desk: Desk, station: Station, since: int) -> list[Released]:
    """What the station released, newest first, 2,000 events at most, each with its sums."""
    rows = await desk.db.fetch("history.events", station.id, since, MOST_EVENTS)
    books: dict[int, dict[tuple[Channel, State], int]] = defaultdict(dict)
    for row in await desk.db.fetch("history.books", station.id, since, MOST_ROWS):
        books[row["event_id"]][Channel(row["channel"]), State(row["state"])] = row["n"]
    whose = await owners(desk.db, desk.routes.owning, station.id)
    return [_released(desk, station, whose, row, books[row["id"]]) for row in rows]


def _released(desk: Desk, station: Station, whose: Owners, row: Row, book: Book) -> Released:
    content = loads(row["content"])
    return Released(
        row["alert_id"],
        row["created_at"],
        content.exercise,
        sums(desk, station, whose, content, book),
    )


def sums(desk: Desk, station: Station, whose: Owners, content: Content, book: Book) -> Sums:
    """What left, what arrived, and what it cost at the tariffs of whoever would send it today; `whose` gateways are its own."""
    billed: dict[Channel, int] = defaultdict(int)
    for (channel, state), n in book.items():
        billed[channel] += n if state in BILLED else 0
    return Sums(
        sum(n for (_, state), n in book.items() if state in SENT),
        sum(n for (_, state), n in book.items() if state in ARRIVED),
        sum(_price(desk, station, whose, content, channel, n) for channel, n in billed.items() if n),
    )


async def left_after(desk: Desk, station_id: int, moments: Sequence[int], *, exercise: bool) -> list[int]:
    """How many left the station in the two days after each of these moments (UTC ms), of exercises alone or of what was none: who left
    after the one did not leave after the other.
    """
    kind = int(exercise)
    rows = [
        await desk.db.fetch("history.left_after", station_id, at, at + LEAVING_MS, kind) for at in moments
    ]
    return [found[0]["n"] for found in rows]


async def left_between(desk: Desk, station_id: int, since: int, until: int) -> int:
    """How many left the station from `since` to before `until` (UTC ms)."""
    return int((await desk.db.fetch("history.left_between", station_id, since, until))[0]["n"])


def _price(desk: Desk, station: Station, whose: Owners, content: Content, channel: Channel, n: int) -> float:
    danger = content.level is Level.DANGER
    sender = first(desk.routes, station.mode, channel, danger=danger, owners=whose)
    if sender is None or not sender.priced:
        return 0.0
    each = units_each(desk, station, content, sender)
    return n * each * sender.price_to(f"+{country_code_for_region(station.region)}")


def _says(row: Row, words: Iterable[str]) -> bool:
    """Whether every word is somewhere in what the thread said, whatever its accents."""
    if not words:
        return True
    texts = (text for said in json.loads(row["said"]) for text in said["texts"].values())
    whole = _plain(" ".join([row["headline"], *(part for text in texts for part in text.values())]))
    return all(word in whole for word in words)


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text[:10_000].casefold().replace("œ", "oe").replace("’", "'"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))
