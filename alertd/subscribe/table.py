"""A list as mairies have them: CSV from any office suite, read into rows of known columns. Pure."""

import csv
import io
import re
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
    "stay_until",
)
DEMANDED: Final = frozenset({"consent_source", "consent_at"})
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
MOST_CHARS: Final = 1_000
DELIMITERS: Final = ",;\t"
NAMED: Final = {
    ",": ("commas", "des virgules"),
    ";": ("semicolons", "des points-virgules"),
    "\t": ("tabs", "des tabulations"),
}
"""What separates, as a sentence names it, in English and in French."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet compute a cell, full-width signs too: https://owasp.org/www-community/attacks/CSV_Injection"""
NOT_TEXT: Final = (
    b"PK\x03\x04",
    b"\x89PNG",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xff\xfe",
    b"\xfe\xff",
)
"""How xlsx and ods, PNG, PDF, xls, JPEG, GIF and UTF-16 files begin."""
_SAMPLE: Final = 65_536
_CONTROL_BYTES: Final = bytes({*range(32), 127} - {*b"\t\n\r"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNSEEN: Final = "caractère invisible (U+{:04X}) : retapez la cellule"


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

    A control character here and there is its own line's fault, told with that line.

    :raises TooLarge: `import_too_large`. :raises Malformed: `import_unreadable`, it is not text, said in French.
    """
    if len(raw) > MOST_BYTES:
        raise TooLarge("import_too_large", "A list has at most 50 MB: cut it into several.")
    if _is_no_text(raw):
        raise Malformed(
            "import_unreadable",
            "Ce fichier n'est pas du texte. Enregistrez la liste au format CSV (dans le tableur : Fichier, "
            "Enregistrer sous, CSV UTF-8), puis importez ce fichier-là.",
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _is_no_text(raw: bytes) -> bool:
    """Known by its first bytes, or by more than one control character in twenty: compressed data has one in nine."""
    sample = raw[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return raw.startswith(NOT_TEXT) or controls * 20 > len(sample)


def rows(text: str) -> Iterator[Line | Refusal]:
    """The rows of a list below its header; a row that cannot be read is a Refusal. Empty lines are passed over.

    :raises Malformed: `import_header`, which names what is missing or unknown; `import_mixed`, which names what separates.
    :raises TooLarge: `import_too_large`, over a million rows.
    """
    columns: list[str] | None = None
    sign = _delimiter(text)
    for number, cells in _numbered(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)):
        if isinstance(cells, Refusal):
            yield cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif columns is None:
            columns = _columns(cells, sign)
        else:
            yield _line(number, columns, cells, sign)
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


def _columns(header: list[str], sign: str) -> list[str]:
    named = [cell.strip().lower() for cell in header]
    for name in named:
        if name and name not in COLUMNS:
            _refuse_mixed(name, sign)
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


def _refuse_mixed(name: str, sign: str) -> None:
    """Two columns of ours that another sign keeps apart are no column that nobody knows."""
    for other in DELIMITERS.replace(sign, ""):
        if other in name and {each.strip() for each in name.split(other)} & set(COLUMNS):
            (here, ici), (there, la) = NAMED[sign], NAMED[other]
            raise Malformed(
                "import_mixed",
                f"The first line separates its columns by {here}, and by {there} in {name[:40]!r}: save the list with one of them alone.",
                french=f"La première ligne sépare ses colonnes par {ici}, et par {la} dans {name[:40]!r} : enregistrez la liste avec un "
                "seul séparateur.",
            )


def _mixed(columns: list[str], cells: list[str], sign: str) -> str:
    """What separates a row that is short of cells, where it is not what separates the first line; empty where it is. A tab stands in no
    cell; other signs may, so that they must separate all of it.
    """
    for other in DELIMITERS.replace(sign, "") if len(cells) < len(columns) else "":
        parts = sum(cell.count(other) + 1 for cell in cells)
        if parts == len(columns) and (other == "\t" or len(cells) == 1):
            return other
    return ""


def _line(number: int, columns: list[str], cells: list[str], sign: str) -> Line | Refusal:
    if other := _mixed(columns, cells, sign):
        why = f"séparée par {NAMED[other][1]}, la première ligne par {NAMED[sign][1]} : enregistrez la liste avec un seul séparateur"
        return Refusal(number, "", why)
    control = _CONTROL.search("".join(cells))
    if control:
        return Refusal(number, _column_of(control[0], columns, cells), _UNSEEN.format(ord(control[0])))
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


def _column_of(sign: str, columns: list[str], cells: list[str]) -> str:
    return next((name for name, cell in zip(columns, cells, strict=False) if sign in cell), "")


def _plain(cell: str) -> str:
    """The cell as it was meant: without the mark that `guarded` puts before a formula's first sign."""
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def guarded(cell: str) -> str:
    """The cell so that no spreadsheet computes it: an apostrophe before a formula's first sign."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
