"""« Demander à la mairie »: what an organisation may not send itself it asks of its commune, which answers."""

from dataclasses import dataclass
from typing import Final

from alertd.clock import HOUR, Clock
from alertd.deliver.service import House
from alertd.errors import Conflict, Missing, Refused, TooOften
from alertd.model import Station
from alertd.stations import audit, stations, throttle
from alertd.stations.calling import MOST as MOST_TOLD
from alertd.stations.calling import Called, call_deciders, write_to
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

MOST: Final = 1_000
"""Characters of a request, or of its answer."""
PER_HOUR: Final = 12
PAGE: Final = 50
IN_LETTER: Final = 140
"""Characters of the request in the letter that calls the mairie: an SMS."""
IN_ANSWER: Final = 60
"""Characters of it in the letter that brings the answer."""
PATH: Final = "/organisations"
"""Where the mairie answers."""
ASKED: Final = "/demandes"
"""Where the organisation reads the answer."""
ANSWERS: Final = ("done", "adapted", "declined")


@dataclass(frozen=True, slots=True)
class Request:
    """`other` is the name of the station at the other end; `state` is open, done, adapted or declined."""

    id: int
    station_id: int
    other: str
    author: str
    words: str
    created_at: int
    state: str
    answer: str
    answered_by: str
    answered_at: int | None


async def ask(tx: Transaction, clock: Clock, station: Station, who: str, words: str) -> int:
    """Ask the commune; the request's id.

    :raises Refused: `request_invalid`, `no_parent`. :raises TooOften: `requests_too_many`.
    """
    if station.parent_id is None:
        raise Refused("no_parent", "Cette organisation ne dépend d'aucune mairie : appelez-la.")
    said = _words(words, "Écrivez ce qui se passe, où, et ce qu'il faut dire.")
    bucket = throttle.Bucket(f"request:{station.id}", PER_HOUR * 1000 / HOUR, PER_HOUR)
    if wait := await throttle.take(tx, clock, bucket):
        sentence = "Trop de demandes en une heure : appelez la mairie."
        raise TooOften("requests_too_many", sentence, retry_after_s=wait)
    id_ = await take(tx, "request")
    await tx.execute("requests.ask", id_, station.id, station.parent_id, who, said)
    await audit.append(tx, clock, station.id, who, "request.ask", f"request:{id_}")
    return id_


async def ask_and_call(
    tx: Transaction, house: House, station: Station, who: str, words: str
) -> tuple[int, tuple[str, ...]]:
    """Ask, and write to the mairie's deciders; the request's id, and the bells to ring. Raises as `ask`."""
    id_ = await ask(tx, house.clock, station, who, words)
    parent = await stations.by_id(tx, station.parent_id or 0)
    blanks = {"organisation": station.name, "words": " ".join(words.split())[:IN_LETTER]}
    return id_, await call_deciders(tx, house, parent, "service.organisation_asks", blanks, PATH)


async def answer(
    tx: Transaction, house: House, parent: Station, who: str, id_: int, state: str, words: str
) -> tuple[str, ...]:
    """Answer, once, and write to whoever asked; the bells to ring. A refusal says why.

    :raises Refused: `request_invalid`. :raises Conflict: `request_closed`: someone was quicker, or it is not ours.
    """
    if state not in ANSWERS:
        raise Refused("request_invalid", "Choisissez une réponse.")
    said = (
        words.strip()
        if state == "done" and not words.strip()
        else _words(words, "Dites pourquoi, en une phrase.")
    )
    rows = await tx.fetch("requests.answer", id_, parent.id, state, said, who)
    if not rows:
        raise Conflict("request_closed", "Cette demande a déjà sa réponse.")
    await audit.append(tx, house.clock, parent.id, who, f"request.{state}", f"request:{id_}")
    return await _tell(tx, house, parent, rows[0], state, said)


async def _tell(
    tx: Transaction, house: House, parent: Station, row: Row, state: str, said: str
) -> tuple[str, ...]:
    """To the person who asked, while they work there; what a program asked, or somebody who has left, to those who decide there."""
    station = await stations.by_id(tx, row["station_id"])
    rows = await tx.fetch("requests.author", row["author"], station.id, MOST_TOLD)
    rows = rows or await tx.fetch("organisations.deciders", station.id, MOST_TOLD)
    blanks = {
        "mairie": parent.name,
        "reason": " ".join(said.split())[:IN_LETTER],
        "words": " ".join(row["words"].split())[:IN_ANSWER],
    }
    told = Called(f"service.asked_{state}", blanks, ASKED, title="service.asked_title")
    return await write_to(tx, house, station, rows, told)


async def one(store: Database, parent: Station, id_: int) -> Request:
    """What was asked of this mairie. :raises Missing: `request_unknown`: there is none, or it is another's."""
    rows = await store.fetch("requests.one", id_, parent.id)
    if not rows:
        raise Missing("request_unknown", "Cette demande n'existe pas, ou s'adresse à une autre mairie.")
    return _request(rows[0])


async def asked_of(store: Database, parent: Station) -> tuple[Request, ...]:
    """What was asked of a mairie: open ones first."""
    return tuple(map(_request, await store.fetch("requests.of_parent", parent.id, PAGE)))


async def asked_by(store: Database, station: Station) -> tuple[Request, ...]:
    """What an organisation asked, the latest first."""
    return tuple(map(_request, await store.fetch("requests.of_station", station.id, PAGE)))


async def waiting(store: Database, parent: Station) -> int:
    """How many wait for an answer."""
    return int((await store.fetch("requests.open_of_parent", parent.id))[0]["n"])


def _words(words: str, missing: str) -> str:
    said = words.strip()
    if not said or len(said) > MOST or "\0" in said:
        raise Refused(
            "request_invalid", missing if not said else f"{MOST} caractères au plus, sans signe invisible."
        )
    return said


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        station_id=row["station_id"],
        other=row["name"],
        author=row["author"],
        words=row["words"],
        created_at=row["created_at"],
        state=row["state"],
        answer=row["answer"] or "",
        answered_by=row["answered_by"] or "",
        answered_at=row["answered_at"],
    )
