"""The electoral period: for six months nothing that a commune publishes may promote anybody (code électoral, L52-1).

https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000006353027 - whoever writes what could, says that it does not; it is
logged. A danger is never asked: seconds count, and it promotes nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.catalogue.nouns import base
from alertd.clock import to_ms
from alertd.errors import Malformed, Refused
from alertd.model import Content, Level, Station
from alertd.store.database import Database, Transaction

TOPICS: Final = frozenset({"event", "council", "mairie", "club"})
LONGEST: Final = timedelta(days=400)
QUESTION: Final = "Ce message ne fait la promotion de personne : ni élu, ni candidat, ni bilan (article L52-1 du code électoral)"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to another, in UTC milliseconds."""

    starts: int
    ends: int


async def running(store: Database | Transaction, station: Station, now: int) -> Period | None:
    """The period that holds now for this station, its own or that of one above it."""
    rows = await store.fetch("elections.above", station.id, now)
    return Period(rows[0]["starts"], rows[0]["ends"]) if rows else None


async def needs_tick(store: Database | Transaction, station: Station, content: Content, now: int) -> bool:
    """Whether its author says that it promotes nobody."""
    asked = base(content.topic) in TOPICS and content.level is not Level.DANGER
    return asked and await running(store, station, now) is not None


async def check_tick(store: Database, station: Station, content: Content, now: int, *, ticked: bool) -> bool:
    """Whether a tick was needed, and is there: to be logged. :raises Refused: `election_tick`: it is missing."""
    if not await needs_tick(store, station, content, now):
        return False
    if not ticked:
        raise Refused(
            "election_tick",
            f"Période électorale : cochez « {QUESTION} ».",
            fields={"neutral": "Relisez, puis cochez."},
        )
    return True


async def own(store: Database | Transaction, station: Station) -> Period | None:
    """What the station set for itself."""
    rows = await store.fetch("elections.own", station.id)
    return Period(rows[0]["starts"], rows[0]["ends"]) if rows else None


async def decide(tx: Transaction, station: Station, first: str, last: str) -> None:
    """From the first day to the end of the last, on the station's clock; both empty: none.

    :raises Malformed: `election_invalid`.
    """
    if not first and not last:
        await tx.execute("elections.drop", station.id)
        return
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        fits = timedelta(0) <= end - begin <= LONGEST
        days = (begin, end + timedelta(days=1))
    except (ValueError, OverflowError):
        fits = False
    if not fits:
        raise Malformed(
            "election_invalid", "Indiquez le premier et le dernier jour, dans l'ordre, un an au plus."
        )
    zone = ZoneInfo(station.timezone)
    await tx.execute(
        "elections.set", station.id, *(to_ms(datetime.combine(day, time(), zone)) for day in days)
    )
