"""A school's list as it is pasted: a child a line, its class, its bus line, and two parents at most. Pure."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alertd.errors import Malformed, Refused
from alertd.subscribe.table import FORMULA

COLUMNS: Final = (
    "enfant", "classe", "ligne", "parent1", "telephone1", "email1", "parent2", "telephone2", "email2",
)  # fmt: skip
MOST_LINES: Final = 1_000
MOST_CHARS: Final = 400_000
MOST_NAME: Final = 80
_SHOWN: Final = 20
_LOST: Final = "\ufffd"
"""What stands for a letter that was read in another encoding than it was written in."""


@dataclass(frozen=True, slots=True)
class Said:
    """A parent, as written: any of the three may be empty, not all."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Line:
    """A child, by its line in the list."""

    number: int
    child: str
    class_: str
    bus: str
    parents: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as it was read: its lines, and why some cannot be, by their numbers."""

    lines: tuple[Line, ...]
    wrong: Mapping[int, str]


def read(text: str) -> tuple[Line, ...]:
    """The list's children. :raises Malformed: `list_malformed`. :raises Refused: `list_invalid`: each line that cannot be, by its number."""
    found = sheet(text)
    if found.wrong:
        raise refused(found.wrong)
    return found.lines


def sheet(text: str) -> Sheet:
    """The list, its first line naming the columns; between them a semicolon, a tab or a comma.

    :raises Malformed: `list_malformed`.
    """
    if _LOST in text:
        raise _malformed(
            "Des lettres accentuées sont perdues (« \ufffd ») : ouvrez le fichier dans le tableur, puis copiez et collez de là."
        )
    if len(text) > MOST_CHARS or "\0" in text:
        raise _malformed(f"La liste a {MOST_LINES} lignes au plus.")
    text = text.removeprefix("\ufeff").strip()
    first = text.partition("\n")[0]
    delimiter = next((sign for sign in ";\t," if sign in first), ";")
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        columns = [_plain(name) for name in next(rows, [])]
        cells = [
            (rows.line_num, dict(zip(columns, row, strict=False))) for row in rows if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise _malformed("Cette liste n'est pas lisible : copiez-la depuis un tableur.") from error
    if not {"enfant", "classe"} <= set(columns) or len(cells) > MOST_LINES or not cells:
        raise _malformed(
            f"La première ligne nomme les colonnes : {', '.join(COLUMNS)} ; puis 1 à {MOST_LINES} enfants."
        )
    return _checked(cells)


def refused(wrong: Mapping[int, str]) -> Refused:
    """What is wrong, line by line, the first twenty: nothing was kept."""
    told = " ".join(f"Ligne {number} : {why}." for number, why in sorted(wrong.items())[:_SHOWN])
    more = f" Et {len(wrong) - _SHOWN} autres." if len(wrong) > _SHOWN else ""
    return Refused("list_invalid", f"Rien n'a été gardé. {told}{more}")


def _checked(cells: list[tuple[int, dict[str, str]]]) -> Sheet:
    wrong, seen = dict[int, str](), set[tuple[str, str]]()
    lines = [_line(number, row) for number, row in cells]
    for line in lines:
        if why := _fault(line, seen):
            wrong[line.number] = why
        seen.add((line.child.casefold(), line.class_.casefold()))
    return Sheet(tuple(lines), wrong)


def _line(number: int, row: Mapping[str, str]) -> Line:
    said = {name: _bare(" ".join((row.get(name) or "").split())) for name in COLUMNS}
    parents = (Said(said[f"parent{n}"], said[f"telephone{n}"], said[f"email{n}"]) for n in (1, 2))
    known = tuple(one for one in parents if one.name or one.phone or one.email)
    return Line(number, said["enfant"], said["classe"], said["ligne"], known)


def _fault(line: Line, seen: set[tuple[str, str]]) -> str:
    if not line.child or not line.class_:
        return "il manque le nom ou la classe"
    names = (line.child, line.class_, line.bus, *(one.name for one in line.parents))
    if any(len(name) > MOST_NAME or not (name.isprintable() or not name) for name in names):
        return f"un nom a plus de {MOST_NAME} caractères, ou un signe invisible"
    if (line.child.casefold(), line.class_.casefold()) in seen:
        return f"{line.child} est deux fois dans cette classe"
    return ""


def _bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from computing it (see `alertd.subscribe.table.guarded`)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _plain(name: str) -> str:
    """As a column is called, however it is written: "Téléphone 1", "E-mail1"."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(sign for sign in bare if sign.isalnum())


def _malformed(sentence: str) -> Malformed:
    return Malformed("list_malformed", sentence)
