"""An instance founded as a mairie would: a station, a key, and a list of people, by the command line."""

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from crash.house import HOME, SLUG, Instance

COLUMNS: Final = ("ref", "locale", "phone", "email", "lat", "lon", "consent_source", "consent_at")


def found(
    folder: Path,
    store: str,
    people: Sequence[Mapping[str, object]],
    *outline: str,
    columns: Sequence[str] = COLUMNS,
) -> Instance:
    """A new instance, made by the commands that a mairie would type: a station, a key, an import."""
    instance = Instance(folder, store)
    instance.configure(port=9)
    place = ("--lat", str(HOME[0]), "--lon", str(HOME[1]))
    instance.run("station", "add", SLUG, "--name", "Bras-sur-Meuse", *place, *outline)
    token = instance.run("key", "create", "programme", "--station", SLUG, "--scope", "danger")["token"]
    roll = folder / "people.csv"
    with roll.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(people)
    report = instance.run("subscribers", "import", str(roll), "--station", SLUG)
    assert (report["people"], report["refusals"]) == (len(people), 0), report
    return Instance(folder, store, token)


def crowd(mailed: int, called: int = 0, seed: int = 1) -> list[dict[str, object]]:
    """People within some two kilometres of the mairie: some with an e-mail address, some with a telephone."""
    chance = random.Random(seed)
    places = [[x + chance.uniform(-0.02, 0.02) for x in HOME] for _ in range(mailed + called)]
    people = [person(i, *place, email=f"p{i}@bras.example") for i, place in enumerate(places[:mailed])]
    return people + [
        person(i, *place, phone=f"+33612{i:06d}") for i, place in enumerate(places[mailed:], mailed)
    ]


def person(
    number: int, lat: float | None = None, lon: float | None = None, **endpoint: str
) -> dict[str, object]:
    """Someone of the list; without coordinates, warned wherever it happens."""
    placed = lat is not None and lon is not None
    return {
        "ref": f"p{number}",
        "locale": "fr",
        "consent_source": "mairie",
        "consent_at": "2026-01-05",
        **endpoint,
        **({"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"} if placed else {}),
    }
