"""alertd station outline: a commune's, drawn again or for the first time."""

import json
from pathlib import Path
from typing import Any

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.errors import Malformed, Refused
from alertd.model import Station
from alertd.settings.communes import CommunesSettings
from alertd.stations import audit, register, stations


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@command
async def outline(console: Console, *, slug: str, file: Path | None) -> None:
    """Give a station its outline: a GeoJSON FILE, or else what the State's register has for its INSEE code."""
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        raw = read(file) if file else await _registered(console.settings.communes, station)
        async with house.store.transaction() as tx:
            await stations.redraw(tx, station.id, raw)
            await audit.append(tx, house.clock, station.id, ACTOR, "station.outline", f"station:{station.id}")
    console.say(f"{slug} has its outline.", {"station": slug})


def read(path: Path) -> Any:
    """The file's JSON; Malformed `outline_malformed`."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Malformed("outline_malformed", f"{path} is not JSON: give the outline as GeoJSON.") from error


async def _registered(settings: CommunesSettings, station: Station) -> Any:
    if not (settings.base_url and station.insee):
        raise Refused(
            "outline_missing",
            f"{station.slug} has no INSEE code, or [communes] base_url names no register: give the outline's file.",
        )
    return (await register.ask(settings, station.insee)).outline
