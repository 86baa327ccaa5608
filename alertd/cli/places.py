"""alertd station hamlet | zone | group: what an operator of a station picks without a map."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.errors import Malformed, Refused
from alertd.model import Station
from alertd.stations import audit, drawings, stations
from alertd.store import Transaction
from alertd.subscribe import groups
from alertd.subscribe.people import parts_of


@click.command()
@click.argument("slug")
@click.argument("name")
@click.option("--lat", "latitude", type=float, required=True, help="In degrees.")
@click.option("--lon", "longitude", type=float, required=True)
@command
async def hamlet(console: Console, *, slug: str, name: str, latitude: float, longitude: float) -> None:
    """Name a point of a station, around which circles are drawn without a map."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        await drawings.add_hamlet(tx, station, name, latitude, longitude)
        await _noted(house, tx, station, "station.hamlet")
    console.say(f"{name} is a place of {slug}.", {"station": slug, "hamlet": name})


@click.command()
@click.argument("slug")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
async def zone(console: Console, *, slug: str, name: str, file: Path) -> None:
    """Save a zone of a station: a circle or polygons, as `python -m zones check` reads them."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        await drawings.add_zone(tx, station, name, _read(file), house.settings.zones)
        await _noted(house, tx, station, "station.zone")
    console.say(f"{name} is a saved zone of {slug}.", {"station": slug, "zone": name})


@click.command()
@click.argument("slug")
@click.argument("name")
@click.option(
    "--ref", "refs", multiple=True, required=True, help="The station's own key for a person; again for each."
)
@command
async def group(console: Console, *, slug: str, name: str, refs: tuple[str, ...]) -> None:
    """Put a station's people in a group, made where there is none of that name. All are known, or nothing is done."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        made = await groups.named(tx, station.id, name)
        people = [person for ref in refs for person in await _people(tx, station, ref)]
        await groups.put(tx, made, people)
        await _noted(house, tx, station, "station.group")
    console.say(f"Group {made}, {name}: {len(set(people))} people.", {"id": made, "people": len(set(people))})


async def _people(tx: Transaction, station: Station, ref: str) -> list[int]:
    """:raises Refused: `ref_unknown`."""
    rows = await tx.fetch("subscribers.find_by_refs", station.id, parts_of(ref))
    if not rows:
        raise Refused("ref_unknown", f"{station.slug} has nobody under the ref {ref}. Nothing was made.")
    return [row["subscriber_id"] for row in rows]


async def _noted(house: House, tx: Transaction, station: Station, action: str) -> None:
    await audit.append(tx, house.clock, station.id, ACTOR, action, f"station:{station.id}")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        drawn: Mapping[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise Malformed("zone_not_json", f"{path} is not JSON: give a circle or GeoJSON.") from error
    return drawn
