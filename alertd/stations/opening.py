"""Many stations at once, from a table: all of its lines are read and checked before the first station is made."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from alertd.clock import Clock
from alertd.errors import AlertdError, Malformed, Refused
from alertd.model import Mode, Station
from alertd.stations import audit, stations
from alertd.stations.stations import NewStation
from alertd.store.database import Transaction

COLUMNS: Final = (
    "slug", "name", "lat", "lon", "kind", "parent", "insee", "phone", "timezone", "region", "locale", "private", "training",
    "mayor_email",
)  # fmt: skip
MOST: Final = 5_000
DEEPEST: Final = 20
"""Stations above one another."""
COMMUNE: Final = "commune"
_YES: Final = frozenset({"1", "oui", "yes", "x", "true"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table as it was written, by its number in the file. `slug` may be "" where `insee` is told."""

    number: int
    said: Mapping[str, str]

    @property
    def slug(self) -> str:
        return self.said["slug"]

    @property
    def insee(self) -> str:
        """Of a commune, whose name, place and outline come from it; of what lies in one, its commune's."""
        return self.said["insee"]

    @property
    def is_commune(self) -> bool:
        return self.said["kind"] in {"", COMMUNE}


@dataclass(frozen=True, slots=True)
class Line:
    """A station that can be made, and who is to be its mayor, "" where nobody is invited."""

    number: int
    new: NewStation
    mayor: str


def read(text: str) -> list[Entry]:
    """The table's lines. Comma or semicolon.

    :raises Malformed: `table_malformed`.
    """
    try:
        return _read(text)
    except csv.Error as error:
        raise Malformed("table_malformed", f"The table cannot be read as CSV: {error}.") from error


def _read(text: str) -> list[Entry]:
    sample = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";" if ";" in sample else ",")
    named = set(rows.fieldnames or ())
    if not (named >= {"slug", "name", "lat", "lon"} or "insee" in named):
        needed = "slug, name, lat and lon are needed, or insee"
        raise Malformed(
            "table_malformed", f"The first line names the columns: {', '.join(COLUMNS)}; {needed}."
        )
    found = [
        Entry(number, {name: (row.get(name) or "").strip() for name in COLUMNS})
        for number, row in enumerate(rows, 2)
    ]
    if len(found) > MOST:
        raise Malformed("table_malformed", f"At most {MOST} stations at once.")
    return found


def checked(
    entries: list[Entry], known: Mapping[int, Mapping[str, Any]], wrong: dict[int, str]
) -> list[Line]:
    """The stations to be made, parents before children; by line, what is `known` of each beside what was written, and what is `wrong`
    already. Decimals with a point or a comma.

    :raises Refused: `stations_invalid`: each line that cannot be, by its number.
    """
    lines = list[Line]()
    for entry in entries:
        try:
            if entry.number not in wrong:
                lines.append(
                    Line(entry.number, _new(entry, known.get(entry.number, {})), entry.said["mayor_email"])
                )
        except AlertdError as error:
            wrong[entry.number] = error.message
        except ValueError:
            wrong[entry.number] = "lat and lon are degrees."
    told = {f"line {number}": wrong[number] for number in sorted(wrong)} | dict(_twice(lines))
    if told:
        raise Refused("stations_invalid", _sentence(told), fields=told)
    return list(_parents_first(lines))


async def open_one(tx: Transaction, clock: Clock, line: Line, who: str) -> Station:
    """Make it. Raises as `stations.add`."""
    one = await stations.add(tx, clock, line.new)
    detail = {"kind": one.kind, "line": line.number}
    await audit.append(tx, clock, one.id, who, "station.add", f"station:{one.id}", detail)
    return one


def _new(entry: Entry, known: Mapping[str, Any]) -> NewStation:
    said = entry.said
    new = NewStation(
        slug=said["slug"] or known.get("slug", ""),
        name=said["name"] or known.get("name") or "",
        latitude=_degrees(said["lat"], known.get("latitude")),
        longitude=_degrees(said["lon"], known.get("longitude")),
        kind=said["kind"] or COMMUNE,
        mode=Mode.TRAINING if said["training"].lower() in _YES else Mode.LIVE,
        timezone=said["timezone"] or known.get("timezone") or "Europe/Paris",
        region=said["region"] or known.get("region") or "FR",
        locale=said["locale"] or "fr",
        outline=known.get("outline"),
        insee=said["insee"] or None,
        phone=said["phone"] or None,
        private=said["private"].lower() in _YES,
        parent=said["parent"] or None,
    )
    stations.check(new)
    return new


def _degrees(said: str, known: float | None) -> float:
    """:raises ValueError: neither written nor known."""
    return float(said.replace(",", ".")) if said or known is None else known


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
