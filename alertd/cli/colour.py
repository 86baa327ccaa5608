"""alertd station colour: what is at the head of a station's screens."""

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.model import Accent, Station
from alertd.stations import audit, stations


@click.command("colour")
@click.argument("slug")
@click.argument("accent", type=click.Choice([accent.value for accent in Accent]), required=False)
@command
async def colour(console: Console, *, slug: str, accent: str | None) -> None:
    """Show the colour at the head of a station's screens, or choose it."""
    async with console.house() as house:
        found = await stations.by_slug(house.store, slug)
        if accent:
            found = await _choose(house, found, Accent(accent))
    console.say(f"{slug}: {found.accent}.", {"station": slug, "accent": found.accent.value})


async def _choose(house: House, station: Station, accent: Accent) -> Station:
    async with house.store.transaction() as tx:
        await stations.colour(tx, station.id, accent)
        what = ("station.colour", f"station:{station.id}", {"accent": accent.value})
        await audit.append(tx, house.clock, station.id, ACTOR, *what)
        return await stations.by_id(tx, station.id)
