"""A list as mairies have them: CSV from any office suite, read into rows of known columns. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Protocol

from alertd.errors import Malformed, TooLarge

COLUMNS: Final = (
    "ref",
    "locale",
    "phone",
    "email",
    "lat",
    "lon",
    "kind",
    "topics",
    "min_level",
    "valid_until",
    "consent_source",
    "consent_at",
)
DEMANDED: Final = frozenset({"consent_source", "consent_at"})
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
MOST_CHARS: Final = 1_000
DELIMITERS: Final = ",;\t"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a cell: https://owasp.org/www-community/attacks/CSV_Injection"""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the file's line on which it begins, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line was left out, in French, for whoever keeps the list."""

    line: int
    column: str
    why: str


class _Reader(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...
    def __next__(self) -> list[str]: ...


def decode(raw: bytes) -> str:
    """UTF-8, with its mark or without; else what Windows writes in France (cp1252, or Latin-1 where it is not that).

    :raises TooLarge: `import_too_large`. :raises Malformed: `import_unreadable`, it is not text.
    """
    if len(raw) > MOST_BYTES:
        raise TooLarge("import_too_large", "A list has at most 50 MB: cut it into several.")
    if b"\0" in raw:
        raise Malformed("import_unreadable", "This is not a CSV file: save the list as CSV, in UTF-8.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def rows(text: str) -> Iterator[Line | Refusal]:
    """The rows of a list below its header; a row that cannot be read is a Refusal. Empty lines are passed over.

    :raises Malformed: `import_header`, which names what is missing or unknown.
    :raises TooLarge: `import_too_large`, over a million rows.
    """
    columns: list[str] | None = None
    for number, cells in _numbered(
        csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    ):
        if isinstance(cells, Refusal):
            yield cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif columns is None:
            columns = _columns(cells)
        else:
            yield _line(number, columns, cells)
    if columns is None:
        raise Malformed("import_header", f"The list is empty: its first line is {','.join(COLUMNS)}.")


def _numbered(reader: _Reader) -> Iterator[tuple[int, list[str] | Refusal]]:
    """Each row with the line on which it begins. After a row that csv cannot read, it goes on with the next line."""
    for _ in range(MOST_ROWS + 2):
        number = reader.line_num + 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error:
            why = f"guillemets mal fermés : rien n'a été lu jusqu'à la ligne {reader.line_num} comprise"
            yield number, Refusal(number, "", why)
    raise TooLarge("import_too_large", f"A list has at most {MOST_ROWS:,} rows: cut it into several.")


def _delimiter(text: str) -> str:
    """The sign that separates the columns' names."""
    header = text.lstrip()[:2_000].partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _columns(header: list[str]) -> list[str]:
    named = [cell.strip().lower() for cell in header]
    for name in named:
        if name and name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            known = ",".join(COLUMNS)
            raise Malformed("import_header", f"Unknown column {name[:40]!r}.{hint} The columns are {known}.")
    doubled = [name for name in COLUMNS if named.count(name) > 1]
    missing = [
        *sorted(DEMANDED - set(named)),
        *([] if {"phone", "email"} & set(named) else ["phone or email"]),
    ]
    if doubled or missing:
        fault = f"twice {doubled[0]}" if doubled else f"no {missing[0]}"
        raise Malformed("import_header", f"The first line has {fault}. The columns are {','.join(COLUMNS)}.")
    return named


def _line(number: int, columns: list[str], cells: list[str]) -> Line | Refusal:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return Refusal(
            number, "", "plus de cellules que de colonnes : un séparateur en trop, ou des guillemets oubliés"
        )
    named = dict.fromkeys(COLUMNS, "") | {
        name: _plain(cell) for name, cell in zip(columns, cells, strict=False) if name
    }
    for name, cell in named.items():
        if len(cell) > MOST_CHARS:
            return Refusal(number, name, f"plus de {MOST_CHARS} caractères")
        if "\n" in cell or "\r" in cell:
            return Refusal(number, name, "cellule sur plusieurs lignes : il manque sans doute un guillemet")
    return Line(number, named)


def _plain(cell: str) -> str:
    """The cell as it was meant: without the mark that `guarded` puts before a formula's first sign."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def guarded(cell: str) -> str:
    """The cell so that no spreadsheet computes it: an apostrophe before a formula's first sign."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
