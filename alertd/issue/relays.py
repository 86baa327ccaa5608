"""« Demande de relais »: a station asks the communes under it to send a message on to their own followers.

Nothing is sent in a commune's name but by the commune: who answers "Diffuser" gets a draft of theirs, and its preview, guards,
countdown and second person like any alert's. What became of that draft is the answer that the asker reads: who, and when.
"""

from dataclasses import dataclass
from typing import Final

from alertd.errors import Conflict, Missing
from alertd.issue.desk import Desk
from alertd.model import Actor, AlertState, Content, Level, Role, Station
from alertd.publish.wording import when
from alertd.stations import stations
from alertd.stations.calling import call_deciders
from alertd.stations.organisations import is_organisation
from alertd.store import Database, Row, Transaction
from alertd.store.contents import headline, loads

PATH: Final = "/relais"
BELL: Final = "relays"
PAGE: Final = 50
AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Relay:
    """What is asked, by whom (`asker` is the station's name), until when; times are UTC milliseconds."""

    id: int
    station_id: int
    asker: str
    author: str
    content: Content
    words: str
    asked_at: int
    ends_at: int
    withdrawn: bool

    def over(self, now: int) -> bool:
        """Nobody can answer any more."""
        return self.withdrawn or now >= self.ends_at


@dataclass(frozen=True, slots=True)
class Answer:
    """What one station made of it. `state`: open, taken (its draft has not gone out), waiting (for a second person),
    relayed, adapted (sent in other words, elsewhere, or at another level) or declined; `by` and `at` are of that.
    """

    station_id: int
    name: str
    phone: str
    told: bool
    state: str
    alert_id: int | None
    by: str
    at: int | None
    reason: str


async def communes(store: Database | Transaction, station: Station) -> tuple[Station, ...]:
    """Whom a station may ask: the communes under it, of its own mode; none for an organisation."""
    if is_organisation(station):
        return ()
    rows = await store.fetch("relays.communes", station.id, int(station.mode))
    return tuple(stations.station(row) for row in rows)


async def one(store: Database, station_id: int, relay_id: int) -> Relay:
    """A relay that this station asked, or was asked. :raises Missing: `relay_unknown`: any other."""
    rows = await store.fetch("relays.one", relay_id)
    ours = rows and (
        rows[0]["station_id"] == station_id or await store.fetch("relays.answers", relay_id, station_id)
    )
    if not ours:
        raise unknown()
    return _relay(rows[0])


async def answers(store: Database, relay: Relay, station_id: int = 0) -> tuple[Answer, ...]:
    """What each station made of it, by name; of one station alone, its own."""
    rows = await store.fetch("relays.answers", relay.id, station_id)
    return tuple(_answer(relay, row) for row in rows)


async def asked_by(store: Database, station: Station) -> tuple[tuple[Relay, int, int], ...]:
    """What it asked, the latest first: how many stations, and how many of them have said nothing yet."""
    rows = await store.fetch("relays.asked_by", station.id, PAGE)
    return tuple((_relay(row), row["asked"], row["unanswered"]) for row in rows)


async def asked_of(store: Database, station: Station) -> tuple[tuple[Relay, str], ...]:
    """What it was asked, the latest first, and its own answer's state in the table."""
    rows = await store.fetch("relays.asked_of", station.id, PAGE)
    return tuple((_relay(row), row["state"]) for row in rows)


async def waiting(desk: Desk, station: Station) -> int:
    """How many wait for its answer."""
    return int((await desk.db.fetch("relays.open_of", station.id, desk.clock.now_ms()))[0]["n"])


async def step(desk: Desk) -> bool:
    """Write to the mayors of those who were asked; True when there may be more at once."""
    rows = await desk.db.fetch("relays.untold", AT_ONCE)
    for row in rows:
        await _tell(desk, row)
    return len(rows) == AT_ONCE


def may_answer(actor: Actor, level: Level) -> bool:
    """Those who are written to, deputies and mayors; and a program whose key may release what is asked."""
    if actor.role is None:
        return actor.releases is not None and actor.releases >= level
    return actor.role >= Role.DEPUTY


async def group_names(store: Database | Transaction, relay: Relay) -> tuple[str, ...]:
    """What the asker calls the groups that it means: each station has its own, under the same name or none."""
    wanted = set(relay.content.target.groups)
    rows = await store.fetch("groups.list_of_station", relay.station_id) if wanted else ()
    return tuple(row["name"] for row in rows if row["id"] in wanted)


def unknown() -> Missing:
    """Never asked, or of others."""
    return Missing("relay_unknown", "Cette demande de relais n'existe pas.")


def answered() -> Conflict:
    """Someone of the same mairie was quicker."""
    return Conflict("relay_sent", "Votre mairie a déjà répondu à cette demande.")


def over() -> Conflict:
    """Too late."""
    return Conflict(
        "relay_over", "Cette demande n'attend plus de réponse : son délai est passé, ou elle est retirée."
    )


async def stations_of(db: Database, relay_id: int) -> tuple[int, ...]:
    """Those that were asked, then the one that asks; none where there is no such relay."""
    return tuple(row["station_id"] for row in await db.fetch("relays.stations", relay_id))


async def _tell(desk: Desk, row: Row) -> None:
    """Who could not answer any more is not written to."""
    now = desk.clock.now_ms()
    async with desk.db.transaction() as tx:
        if not await tx.execute("relays.tell", row["relay_id"], row["station_id"], now):
            return  # another node's
        if row["withdrawn_at"] is not None or now >= row["ends_at"]:
            return
        asker, station = [await stations.by_id(tx, row[name]) for name in ("asker_id", "station_id")]
        said = {
            "organisation": asker.name,
            "time": when(row["ends_at"], station.timezone, station.locale),
            "headline": headline(loads(row["content"]), station.locale)[:80],
        }
        path = f"{PATH}/{row['relay_id']}"
        bells = await call_deciders(tx, desk, station, "service.relay_asked", said, path)
    for bell in bells:
        desk.db.ring(bell)


def _relay(row: Row) -> Relay:
    return Relay(
        id=row["id"],
        station_id=row["station_id"],
        asker=row["name"],
        author=row["author"],
        content=loads(row["content"]),
        words=row["words"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        withdrawn=row["withdrawn_at"] is not None,
    )


def _answer(relay: Relay, row: Row) -> Answer:
    state, by, at = row["state"], row["answered_by"], row["answered_at"]
    if row["sent"] is not None:
        state = "relayed" if _same(relay.content, loads(row["sent"])) else "adapted"
        by, at = row["released_by"], row["released_at"]
    elif state == "taken" and row["alert_state"] in {AlertState.PENDING, AlertState.ARMED}:
        state = "waiting"
    return Answer(
        station_id=row["station_id"],
        name=row["name"],
        phone=row["phone"] or "",
        told=row["told_at"] is not None,
        state=state,
        alert_id=row["alert_id"],
        by=(by or "").removeprefix("operator:"),
        at=at,
        reason=row["reason"] or "",
    )


def _same(asked: Content, sent: Content) -> bool:
    """Said in the same words, at the same level, for the same place; groups are each station's own."""
    parts = ("level", "topic", "texts", "attachments")
    where = asked.target == sent.target or bool(asked.target.groups and sent.target.groups)
    return where and all(getattr(asked, part) == getattr(sent, part) for part in parts)
