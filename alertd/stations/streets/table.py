"""The address list as files have it, read into rows. Pure.

Three forms are known by their header: the national address base (https://adresse.data.gouv.fr/donnees-nationales), the
communes' own lists (https://aitf-sig-topo.github.io/voies-adresses/files/AITF_SIG_Topo_Format_Base_Adresse_Locale_v1.3.pdf),
and hamlets typed in a spreadsheet under nom;lat;lon.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import zones
from alertd.errors import Malformed, TooLarge
from alertd.model import Station
from alertd.stations.streets.nouns import MOST_POINTS, BadRow, Row

MOST_BYTES: Final = 100 * 1024 * 1024
FARTHEST_KM: Final = 100
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("nom_voie", "voie_nom", "nom_lieu_dit", "nom"),
    "latitude": ("lat", "latitude"),
    "longitude": ("lon", "long", "longitude"),
    "number": ("numero",),
    "suffix": ("rep", "suffixe"),
    "hamlet": ("nom_ld", "lieudit_complement_nom"),
    "commune": ("nom_commune", "commune_nom"),
}
"""What each column is called, in one form or another."""
DEMANDED: Final = ("name", "latitude", "longitude")
_LONGEST: Final = 120
_NO_DOOR: Final = frozenset({"", "0", "99999"})
"""What stands for the number of a place that has none; 99999 is the communes' own lists' sign."""
_CLOSE_DEGREES: Final = 0.5
"""Under 80 km, wherever on the globe."""
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}([.,][0-9]{0,17})?")
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_SUFFIX: Final = re.compile(r"\w{0,12}")


class _Reader(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...
    def __next__(self) -> list[str]: ...


def decode(raw: bytes) -> str:
    """UTF-8, else what Windows writes in France.

    :raises TooLarge: `addresses_too_large`. :raises Malformed: `addresses_unreadable`.
    """
    if len(raw) > MOST_BYTES:
        raise TooLarge(
            "addresses_too_large", "Un fichier d'adresses a 100 Mo au plus : coupez-le par commune."
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Malformed(
        "addresses_unreadable",
        "Ce fichier n'est pas du texte. Décompressez-le s'il se termine par .gz, ou enregistrez-le au format CSV.",
    )


def rows(text: str, station: Station) -> Iterator[Row | BadRow]:
    """The rows below the header, in order; blank lines are passed over.

    :raises Malformed: `addresses_header`. :raises TooLarge: `addresses_too_many`.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    where: Mapping[str, int] | None = None
    for line, cells in _numbered(reader):
        if isinstance(cells, BadRow):
            yield cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif where is None:
            where = _columns(cells)
        else:
            yield _row(line, {name: _cell(cells, at) for name, at in where.items()}, station)
    if where is None:
        raise _no_header("rien")


def _delimiter(text: str) -> str:
    header = text.lstrip()[:2_000].partition("\n")[0]
    return max(";,\t", key=header.count)


def _numbered(reader: _Reader) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Each row with the line on which it begins; after one that csv cannot read, it goes on with the next."""
    for _ in range(2 * MOST_POINTS):
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, BadRow(line, "guillemets mal fermés")
    raise TooLarge(
        "addresses_too_many", f"Une liste a {MOST_POINTS} adresses au plus : coupez-la par commune."
    )


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; the first of its names counts."""
    named = [cell.strip().lower() for cell in header]
    where = {
        column: named.index(found)
        for column, names in COLUMNS.items()
        if (found := next((name for name in names if name in named), None)) is not None
    }
    missing = [COLUMNS[column][0] for column in DEMANDED if column not in where]
    if missing:
        raise _no_header(", ".join(missing))
    return where


def _no_header(missing: str) -> Malformed:
    return Malformed(
        "addresses_header",
        "La première ligne doit nommer les colonnes de la Base Adresse Nationale (numero;rep;nom_voie;...;lon;lat), "
        f"d'une Base Adresse Locale, ou nom;lat;lon. Manque : {missing}.",
    )


def _cell(cells: Sequence[str], at: int) -> str:
    return " ".join(cells[at].split()) if at < len(cells) else ""


def _row(line: int, cells: Mapping[str, str], station: Station) -> Row | BadRow:
    number, suffix = cells.get("number", "").lstrip("0"), cells.get("suffix", "")
    name, hamlet = cells["name"], cells.get("hamlet", "")
    texts = (name, hamlet, cells.get("commune", ""))
    if not name and not hamlet:
        return BadRow(line, "ni rue ni lieu-dit")
    if any(len(text) > _LONGEST or not text.isprintable() for text in texts):
        return BadRow(line, f"un nom de plus de {_LONGEST} caractères, ou un caractère invisible")
    if number not in _NO_DOOR and not (_NUMBER.fullmatch(number) and _SUFFIX.fullmatch(suffix)):
        return BadRow(line, f"numéro illisible ({f'{number} {suffix}'.strip()[:20]})")
    if not (_DEGREES.fullmatch(cells["latitude"]) and _DEGREES.fullmatch(cells["longitude"])):
        return BadRow(line, "latitude ou longitude illisible")
    latitude, longitude = (float(cells[axis].replace(",", ".")) for axis in ("latitude", "longitude"))
    if why := _misplaced(latitude, longitude, station):
        return BadRow(line, why)
    door = "" if number in _NO_DOOR else f"{number} {suffix}".strip()
    return Row(line, name or hamlet, hamlet, texts[2], door, latitude, longitude)


def _misplaced(latitude: float, longitude: float, station: Station) -> str:
    """Whoever's street lies in the wrong sea is never found; the geodesic only where a glance does not settle it."""
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return "latitude de -90 à 90, longitude de -180 à 180"
    if max(abs(latitude - station.latitude), abs(longitude - station.longitude)) < _CLOSE_DEGREES:
        return ""
    away = zones.distance_m(latitude, longitude, station.latitude, station.longitude) / 1000
    return f"à {away:.0f} km de la mairie" if away > FARTHEST_KM else ""
