"""The zones at a terminal: `python -m zones check ZONE.json` and `python -m zones match ZONE.json PLACES.csv`.

`check` prints one JSON object: the zone as it was understood, or why it is refused. `match` prints the ids of the places
that an alert on this zone would reach, found exactly as the daemon finds them: the place's cell, then the cover's ranges.
`-` stands for standard input. Exit status: 0 done, 1 some rows of places were bad (the others were matched), 2 refused.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import zones
from zones.places import BadRow, Place
from zones.places import places as places_in

_LARGEST_ZONE = 5 * 1024 * 1024  # bytes


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    wanted = _parser().parse_args(arguments)
    limits = zones.OUTLINE if wanted.outline else zones.DRAWN
    if wanted.command == "check":
        return _check(wanted.zone, limits)
    return _match(wanted.zone, wanted.places, limits)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m zones", description="Check a zone; match places with it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="say how a zone is understood, or why it is refused")
    match = commands.add_parser("match", help="print the ids of the places that a zone reaches")
    for command in (check, match):
        command.add_argument("zone", metavar="ZONE.json", help="a circle or GeoJSON; - for standard input")
        command.add_argument("--outline", action="store_true", help="use the limits of registered outlines")
    match.add_argument("places", metavar="PLACES.csv", help="header id,lat,lon; - for standard input")
    return parser


def _check(path: str, limits: zones.Limits) -> int:
    try:
        reading = _zone(path, limits)
    except zones.ZoneError as refusal:
        _say({"ok": False, "code": refusal.code, "message": refusal.message})
        return 2
    zone = reading.zone
    _say(
        {
            "ok": True,
            "kind": "circle" if isinstance(zone, zones.Circle) else "area",
            "area_km2": round(zones.area_km2(zone), 4),
            "repairs": list(reading.repairs),
            "zone": zones.as_json(zone),
        }
    )
    return 0


def _say(answer: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _zone(path: str, limits: zones.Limits) -> zones.Reading:
    try:
        with _opened(path) as source:
            text = source.read(_LARGEST_ZONE + 1)
    except OSError as error:
        raise zones.ZoneError(
            "zone_unreadable", f"Le fichier de la zone ne se lit pas : {error.strerror}."
        ) from error
    if len(text) > _LARGEST_ZONE:
        raise zones.ZoneError(
            "zone_file_too_large", "Le fichier de la zone dépasse 5 Mo : simplifiez son contour."
        )
    try:
        raw = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise zones.ZoneError(
            "zone_not_utf8", "Le fichier de la zone n'est pas en UTF-8 : exportez-le de nouveau."
        ) from error
    except (ValueError, RecursionError) as error:
        raise zones.ZoneError(
            "zone_not_json", "Le fichier de la zone n'est pas du JSON : exportez-le de nouveau."
        ) from error
    return zones.read(raw, limits)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as source:
        yield source


def _match(zone: str, places: str, limits: zones.Limits) -> int:
    if zone == places == "-":
        sys.stderr.write("places_unreadable: standard input holds the zone or the places, not both\n")
        return 2
    try:
        cover = zones.cover(_zone(zone, limits).zone)
        with _opened(places) as source:
            return _print_matches(cover, places_in(_text(source)))
    except OSError as error:
        sys.stderr.write(f"places_unreadable: {error.strerror}\n")
    except zones.ZoneError as refusal:
        sys.stderr.write(f"{refusal}\n")
    return 2


def _text(source: BinaryIO) -> Iterator[str]:
    """Lines of text; bytes that are not UTF-8 come through as they are, for an id may hold some."""
    return (line.decode(errors="surrogateescape") for line in source)


def _print_matches(cover: zones.Cover, rows: Iterator[Place | BadRow]) -> int:
    bad = 0
    for row in rows:
        if isinstance(row, BadRow):
            bad += 1
            sys.stderr.write(f"line {row.line}: {row.reason}\n")
        elif row.cell in cover:
            sys.stdout.buffer.write(row.id.encode(errors="surrogateescape") + b"\n")
    if bad:
        sys.stderr.write(f"{bad} bad row{'s' if bad > 1 else ''}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
