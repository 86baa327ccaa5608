"""alertd station election: from which day to which messages of some topics are ticked as promoting nobody."""

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.stations import audit, elections, stations


@click.command("election")
@click.argument("slug")
@click.option("--first", default="", help="The first day, as 2026-09-01; without days: no period.")
@click.option("--last", default="", help="The last day.")
@command
async def election(console: Console, *, slug: str, first: str, last: str) -> None:
    """Set the electoral period of a station and of those under it (code électoral, L52-1), or end it."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        await elections.decide(tx, station, first, last)
        detail = {"first": first, "last": last}
        await audit.append(
            tx, house.clock, station.id, ACTOR, "station.election", f"station:{station.id}", detail
        )
    told = f"from {first} to {last}" if first else "none"
    console.say(
        f"{slug}: electoral period: {told}.", {"station": slug, "first": first or None, "last": last or None}
    )
