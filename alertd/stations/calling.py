"""Telling those who decide in a station, at once, by their own addresses: letters of the house, never an alert's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import HOUR
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.model import Mode, Station
from alertd.store.database import Row, Transaction

MOST: Final = 200
"""Addresses that are told: where there are more, each person at one before anybody at a second."""
WITHIN: Final = 2 * HOUR
EVERY: Final = Limit("deciders", 30, HOUR // 30)


async def call_deciders(
    tx: Transaction, house: House, station: Station, phrase: str, blanks: Mapping[str, str], path: str
) -> tuple[str, ...]:
    """Write to deputies and mayors of a station, in the transaction of what it tells of; the bells to ring after it."""
    rows = await tx.fetch("organisations.deciders", station.id, MOST)
    return await write_to(tx, house, station, rows, Called(phrase, blanks, path))


@dataclass(frozen=True, slots=True)
class Called:
    """What is said: a phrase of the book and its blanks; `path` is the page it leads to, `title` the phrase of its subject."""

    phrase: str
    blanks: Mapping[str, str]
    path: str
    title: str = "service.house_title"


async def write_to(
    tx: Transaction, house: House, station: Station, rows: Sequence[Row], said: Called
) -> tuple[str, ...]:
    """Write to endpoints (`id`) in a live station's name. A training station calls nobody: their telephones are live ones."""
    if station.mode is not Mode.LIVE:
        return ()
    note = Note(
        said.phrase,
        said.blanks,
        title=said.title,
        station_id=station.id,
        within_ms=WITHIN,
        path=said.path,
        thread=said.phrase,
        limit=EVERY,
    )
    bells = []
    for row in rows:
        written = await service(tx, house, row["id"], note)
        if isinstance(written, Written):
            bells.append(written.bell)
    return tuple(dict.fromkeys(bells))
