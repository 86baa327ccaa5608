"""A commune's outline from a file, and what the file says of it: name, code, a point inside."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shapely.errors import ShapelyError
from shapely.geometry import shape

from alertd.errors import Malformed, Refused

MOST_BYTES: Final = 50_000_000
NAMES: Final = ("nom", "name", "NOM")
CODES: Final = ("code", "insee", "INSEE_COM", "codgeo")


@dataclass(frozen=True, slots=True)
class Contour:
    """What was found. `latitude` and `longitude` are of a point inside: somewhere to begin, not the mairie."""

    outline: dict[str, Any]
    name: str
    insee: str
    latitude: float
    longitude: float


def read(path: Path, insee: str = "") -> Contour:
    """The file's commune; of several (a département's), the one of that code.

    :raises Malformed: `contour_malformed`. :raises Refused: `contour_several`.
    """
    try:
        raw = json.loads(path.read_bytes()[:MOST_BYTES])
        feature = _chosen(raw, insee)
        inside = shape(feature.get("geometry") or feature).representative_point()
        known = feature.get("properties") or {}
        name, code = _first(known, NAMES), _first(known, CODES)
        return Contour(feature, name, insee or code, round(inside.y, 5), round(inside.x, 5))
    except (OSError, ValueError, AttributeError, TypeError, KeyError, ShapelyError) as error:
        raise Malformed(
            "contour_malformed", f"{path} is not a GeoJSON file of a commune's outline ({error})."
        ) from error


def _chosen(raw: Any, insee: str) -> dict[str, Any]:
    features = raw["features"] if raw.get("type") == "FeatureCollection" else [raw]
    if len(features) > 1:
        features = [each for each in features if _first(each.get("properties") or {}, CODES) == insee]
    if len(features) != 1:
        raise Refused(
            "contour_several",
            f"The file holds several outlines, and {insee or 'no code'} is not one of them: give its INSEE code with --insee.",
        )
    found: dict[str, Any] = features[0]
    return found


def _first(known: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(known[key]) for key in keys if known.get(key)), "")
