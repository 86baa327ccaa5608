"""Many stations at once, from a table: all of its lines are read and checked before the first station is made."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.errors import AlertdError, Malformed, Refused
from alertd.model import Mode
from alertd.stations import audit, stations
from alertd.stations.stations import NewStation
from alertd.store.database import Database

COLUMNS: Final = (
    "slug", "name", "lat", "lon", "kind", "parent", "insee", "phone", "timezone", "region", "locale", "private", "training",
)  # fmt: skip
NEEDED: Final = frozenset({"slug", "name", "lat", "lon"})
MOST: Final = 5_000
SLICE: Final = 20
"""Stations made in one transaction: a daemon may be writing beside."""
DEEPEST: Final = 20
"""Stations above one another."""
_YES: Final = frozenset({"1", "oui", "yes", "x", "true"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table, by its number in the file."""

    number: int
    new: NewStation


def read(text: str) -> list[Line]:
    """The table's stations. Comma or semicolon; decimals with a point or a comma.

    :raises Malformed: `table_malformed`. :raises Refused: `stations_invalid`: each line that cannot be, by its number.
    """
    sample = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";" if ";" in sample else ",")
    if not set(rows.fieldnames or ()) >= NEEDED:
        raise Malformed(
            "table_malformed", f"The first line names the columns: {', '.join(COLUMNS)}; four are needed."
        )
    lines, wrong = list[Line](), dict[str, str]()
    for number, row in enumerate(rows, 2):
        if number > MOST + 1:
            raise Malformed("table_malformed", f"At most {MOST} stations at once.")
        try:
            lines.append(Line(number, _new(row)))
        except AlertdError as error:
            wrong[f"line {number}"] = error.message
        except (KeyError, ValueError):
            wrong[f"line {number}"] = "lat and lon are degrees."
    wrong |= dict(_twice(lines))
    if wrong:
        raise Refused("stations_invalid", _sentence(wrong), fields=wrong)
    return lines


async def open_all(store: Database, clock: Clock, lines: list[Line], who: str) -> tuple[int, int]:
    """Make those that are not there yet, parents before children; how many were made, how many were there.

    :raises Missing: `station_unknown`, a parent that is neither there nor in the table.
    """
    made = there = 0
    ordered = list(_parents_first(lines))
    for begin in range(0, len(ordered), SLICE):
        async with store.transaction() as tx:
            for line in ordered[begin : begin + SLICE]:
                if await tx.fetch("stations.find_by_slug", line.new.slug):
                    there += 1
                    continue
                one = await stations.add(tx, clock, line.new)
                detail = {"kind": one.kind, "line": line.number}
                await audit.append(tx, clock, one.id, who, "station.add", f"station:{one.id}", detail)
                made += 1
    return made, there


def _new(row: Mapping[str, str | None]) -> NewStation:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    new = NewStation(
        slug=said["slug"],
        name=said["name"],
        latitude=float(said["lat"].replace(",", ".")),
        longitude=float(said["lon"].replace(",", ".")),
        kind=said["kind"] or "commune",
        mode=Mode.TRAINING if said["training"].lower() in _YES else Mode.LIVE,
        timezone=said["timezone"] or "Europe/Paris",
        region=said["region"] or "FR",
        locale=said["locale"] or "fr",
        insee=said["insee"] or None,
        phone=said["phone"] or None,
        private=said["private"].lower() in _YES,
        parent=said["parent"] or None,
    )
    stations.check(new)
    return new


def _twice(lines: list[Line]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for line in lines:
        if seen.setdefault(line.new.slug, line.number) != line.number:
            yield f"line {line.number}", f"{line.new.slug} is on line {seen[line.new.slug]} already."


def _parents_first(lines: list[Line]) -> Iterator[Line]:
    """In the order of the table, but for a parent that comes later; who is under oneself comes as written, and is refused."""
    by_slug, done = {line.new.slug: line for line in lines}, set[str]()

    def above(line: Line, depth: int) -> Iterator[Line]:
        parent = by_slug.get(line.new.parent or "")
        if parent is not None and parent.new.slug not in done and depth < DEEPEST:
            yield from above(parent, depth + 1)
        if line.new.slug not in done:
            done.add(line.new.slug)
            yield line

    for line in lines:
        yield from above(line, 0)


def _sentence(wrong: Mapping[str, str]) -> str:
    first = [f"{line}: {why}" for line, why in list(wrong.items())[:20]]
    more = f" And {len(wrong) - 20} more." if len(wrong) > 20 else ""
    return f"Nothing was made. {' '.join(first)}{more}"
