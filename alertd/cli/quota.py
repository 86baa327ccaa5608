"""alertd station quota: how many deliveries of informations a station may release a day."""

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.errors import Refused
from alertd.model import Level, Station
from alertd.stations import audit, quotas, stations


@click.command("quota")
@click.argument("slug")
@click.option("--info-per-day", type=int, help="Deliveries of informations a day; 0: no quota at all.")
@click.option("--default", is_flag=True, help="As [quotas] says for its kind, or for everyone.")
@command
async def quota(console: Console, *, slug: str, info_per_day: int | None, default: bool) -> None:
    """Show a station's daily quota of informations, or decide it. An organisation's warnings count too; a commune's, and danger, have none."""
    if default and info_per_day is not None:
        raise Refused("quota_unclear", "Say one thing: --info-per-day or --default.")
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        if default or info_per_day is not None:
            await _decide(house, station, info_per_day)
        found = await quotas.per_day(house.store, station, console.settings.quotas)
    what = "informations and warnings" if quotas.gravest(station) is Level.WARNING else "informations"
    told = f"{found} deliveries of {what} a day" if found else "no quota"
    console.say(f"{slug}: {told}.", {"station": slug, "info_per_day": found})


async def _decide(house: House, station: Station, info_per_day: int | None) -> None:
    async with house.store.transaction() as tx:
        await quotas.decide(tx, station, info_per_day)
        detail = {"info_per_day": info_per_day}
        subject = f"station:{station.id}"
        await audit.append(tx, house.clock, station.id, ACTOR, "station.quota", subject, detail)
