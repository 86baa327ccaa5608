"""A station's address list, replaced whole: the new one is there, or the old one still is."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from alertd.clock import Clock
from alertd.errors import Conflict, Refused
from alertd.model import Station
from alertd.stations import audit
from alertd.stations.streets import fold
from alertd.stations.streets.arrange import arrange
from alertd.stations.streets.nouns import AddressList, BadRow, Row
from alertd.stations.streets.table import decode, rows
from alertd.store.database import Database, Transaction
from alertd.store.ids import take

Progress = Callable[[str, int, int], None]
"""Called with a stage ("read", "keep"), how much of it is done, and how much there is (0: not known)."""
Values = tuple[Any, ...]

READ_SLICE: Final = 2_000
KEEP_SLICE: Final = 5_000
MOST_TOLD: Final = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """What a station has now."""

    points: int
    streets: int
    hamlets: int
    merged: int


async def replace(
    store: Database,
    clock: Clock,
    station: Station,
    raw: bytes,
    *,
    actor: str,
    progress: Progress = lambda *_: None,
) -> Kept:
    """Read a file and keep it in place of what the station had, in one transaction.

    :raises Refused: `addresses_refused`, with the first hundred bad lines in `detail["rows"]` and how many in `detail["bad"]`;
        `addresses_none`. :raises Malformed, TooLarge: as `table`. :raises Conflict: `import_danger_under_way`.
    """
    found = await _read(decode(raw), station, progress)
    listed = await asyncio.to_thread(arrange, found)
    kept = _kept(listed)
    async with store.transaction() as tx:
        await _refuse_during_danger(tx)
        await put(tx, station.id, listed, progress)
        detail = {"points": kept.points, "streets": kept.streets, "hamlets": kept.hamlets}
        await audit.append(tx, clock, station.id, actor, "station.addresses", f"station:{station.id}", detail)
    return kept


async def _read(text: str, station: Station, progress: Progress) -> list[Row]:
    good, bad, lines = list[Row](), list[BadRow](), rows(text, station)
    while slice_ := list(islice(lines, READ_SLICE)):
        good.extend(row for row in slice_ if isinstance(row, Row))
        bad.extend(row for row in slice_ if isinstance(row, BadRow))
        progress("read", len(good) + len(bad), 0)
        await asyncio.sleep(0)
    if bad:
        raise Refused(
            "addresses_refused",
            f"Rien n'a été changé : {len(bad)} ligne{'s' if len(bad) > 1 else ''} à corriger.",
            rows=[(row.line, row.why) for row in bad[:MOST_TOLD]],
            bad=len(bad),
        )
    return good


async def put(
    tx: Transaction, station_id: int, listed: AddressList, progress: Progress = lambda *_: None
) -> None:
    """The list in place of the one before."""
    await tx.execute("streets.forget_points", station_id)
    await tx.execute("streets.forget_blocks", station_id)
    await tx.execute("streets.forget_grams", station_id)
    await tx.execute("streets.forget", station_id)
    first = await take(tx, "street", len(listed.streets))
    for slice_ in _slices(_streets(listed, station_id, first)):
        await tx.execute_many("streets.add", slice_)
    for slice_ in _slices(_grams(listed, station_id, first)):
        await tx.execute_many("streets.add_gram", slice_)
    if listed.points:
        await _put_points(tx, station_id, listed, first, progress)


async def _put_points(
    tx: Transaction, station_id: int, listed: AddressList, street: int, progress: Progress
) -> None:
    block = await take(tx, "address_block", len(listed.blocks))
    for slice_ in _slices(
        (block + at, station_id, one.label, one.points) for at, one in enumerate(listed.blocks)
    ):
        await tx.execute_many("streets.add_block", slice_)
    done, point = 0, await take(tx, "address_point", len(listed.points))
    for slice_ in _slices(_points(listed, station_id, street, block, point)):
        await tx.execute_many("streets.add_point", slice_)
        done += len(slice_)
        progress("keep", done, len(listed.points))


def _streets(listed: AddressList, station_id: int, first: int) -> Iterator[Values]:
    for id_, one in enumerate(listed.streets, first):
        where = (one.latitude, one.longitude)
        yield id_, station_id, one.name, one.commune, one.kind, fold.folded(one.label), one.points, *where


def _grams(listed: AddressList, station_id: int, first: int) -> Iterator[Values]:
    for id_, one in enumerate(listed.streets, first):
        for gram in sorted(fold.grams(fold.folded(one.label))):
            yield station_id, gram, id_


def _points(listed: AddressList, station_id: int, street: int, block: int, first: int) -> Iterator[Values]:
    for id_, one in enumerate(listed.points, first):
        whose = (street + one.street, block + one.block)
        yield station_id, one.cell, id_, *whose, one.number, one.latitude, one.longitude


def _slices(values: Iterator[Values]) -> Iterator[Sequence[Values]]:
    while slice_ := list(islice(values, KEEP_SLICE)):
        yield slice_


def _kept(listed: AddressList) -> Kept:
    hamlets = sum(one.kind == "hamlet" for one in listed.streets)
    return Kept(len(listed.points), len(listed.streets) - hamlets, hamlets, listed.merged)


async def _refuse_during_danger(tx: Transaction) -> None:
    if await tx.fetch("imports.find_danger"):
        raise Conflict(
            "import_danger_under_way",
            "Une alerte de danger est en train de partir : importez les adresses quand tous auront été prévenus.",
        )
