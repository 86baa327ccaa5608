"""Places from the lines of a CSV file with the columns id, lat and lon, in any order."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from zones.cells import cell
from zones.errors import ZoneError

_COLUMNS = ("id", "lat", "lon")
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}([.,][0-9]*)?([eE][+-]?[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Place:
    """An identifier, exactly as written, and the resolution-12 cell of its coordinates."""

    id: str
    cell: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that names no place: the line it ends on, counted from 1, and why."""

    line: int
    reason: str


def places(lines: Iterator[str]) -> Iterator[Place | BadRow]:
    """Each row as a place or as a bad row, in order; the first line is the header, blank lines are passed over.

    Commas or semicolons separate; a byte order mark is accepted, and so is a decimal comma as spreadsheets write it.
    Raises ZoneError (`places_bad_header`) when a column is missing.
    """
    delimiter, columns = _header(next(lines, "").removeprefix("\ufeff"))
    for line, row in _rows(lines, delimiter):
        if isinstance(row, BadRow):
            yield row
        elif any(field.strip() for field in row):
            yield _place(row, columns, line)


def _header(line: str) -> tuple[str, list[int]]:
    """The separator, and where id, lat and lon stand."""
    for delimiter in (",", ";"):
        names = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
        if all(names.count(column) == 1 for column in _COLUMNS):
            return delimiter, [names.index(column) for column in _COLUMNS]
    raise ZoneError("places_bad_header", "Le fichier des lieux doit commencer par l'en-tête id,lat,lon.")


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Each row with its line; one that the csv module gives up on (a field over 128 kB) does not end the file."""
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield rows.line_num + 1, BadRow(rows.line_num + 1, str(error))
        else:
            yield rows.line_num + 1, row


def _place(row: list[str], columns: list[int], line: int) -> Place | BadRow:
    if len(row) <= max(columns):
        return BadRow(line, "a column is missing")
    name, lat, lon = (row[column] for column in columns)
    if not name.strip() or "\n" in name:
        return BadRow(line, "the id is empty, or longer than a line")
    if not (_DEGREES.fullmatch(lat.strip()) and _DEGREES.fullmatch(lon.strip())):
        return BadRow(line, "lat and lon must be decimal degrees")
    if not (abs(_degrees(lat)) <= 90 and abs(_degrees(lon)) <= 180):
        return BadRow(line, "lat must be from -90 to 90, lon from -180 to 180")
    return Place(name, cell(_degrees(lat), _degrees(lon)))


def _degrees(text: str) -> float:
    return float(text.replace(",", "."))
