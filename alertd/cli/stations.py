"""alertd station add | list | import | export | approval | addresses | children | suspend | grant | hamlet | zone | group | silence | quota | sms"""

import json
from pathlib import Path
from typing import Any

import click

from alertd.cli import approval, election, openings, organisations, places, silence
from alertd.cli import quota as quotas
from alertd.cli.addresses import addresses
from alertd.cli.console import ACTOR, Console, command, table
from alertd.errors import Malformed
from alertd.model import Mode
from alertd.stations import audit, stations
from alertd.stations.stations import KINDS, NewStation


@click.group()
def station() -> None:
    """Stations: who may alert, and what people subscribe to."""


@station.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="As residents read it.")
@click.option("--lat", "latitude", type=float, required=True, help="Of the mairie, in degrees.")
@click.option("--lon", "longitude", type=float, required=True)
@click.option("--kind", type=click.Choice(KINDS), default="commune", show_default=True)
@click.option("--training", is_flag=True, help="For ever a rehearsal: its messages go to the sandbox.")
@click.option("--timezone", default="Europe/Paris", show_default=True)
@click.option(
    "--region", default="FR", show_default=True, help="Of telephone numbers: FR, RE, GP, GF, MQ, YT..."
)
@click.option("--locale", default="fr", show_default=True)
@click.option("--outline", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="GeoJSON file.")
@click.option("--insee", help="Code of the commune.")
@click.option("--phone", help="Of the mairie, as residents read it.")
@click.option("--private", is_flag=True, help="Its messages never appear on public pages.")
@click.option("--parent", help="Slug of the station above.")
@command
async def add(console: Console, *, training: bool, outline: Path | None, **said: Any) -> None:
    """Register a station."""
    mode = Mode.TRAINING if training else Mode.LIVE
    new = NewStation(mode=mode, outline=_read(outline) if outline else None, **said)
    async with console.house() as house, house.store.transaction() as tx:
        added = await stations.add(tx, house.clock, new)
        await audit.append(
            tx, house.clock, added.id, ACTOR, "station.add", f"station:{added.id}", {"kind": added.kind}
        )
    console.say(f"Station {added.slug} is registered.", {"id": added.id, "slug": added.slug})


@station.command("list")
@command
async def list_(console: Console) -> None:
    """List the stations."""
    rows: list[dict[str, object]] = []
    async with console.house() as house:
        while found := await stations.page(house.store, after=int(str(rows[-1]["id"])) if rows else 0):
            rows.extend(
                {
                    "id": one.id,
                    "slug": one.slug,
                    "name": one.name,
                    "kind": one.kind,
                    "mode": one.mode.name.lower(),
                }
                for one in found
            )
    console.say(table([*rows]), rows)


MORE = (
    addresses,
    places.hamlet,
    places.zone,
    places.group,
    silence.policy,
    quotas.quota,
    approval.approval,
    election.election,
    openings.import_,
    openings.leave,
    organisations.children,
    organisations.suspend,
    organisations.grant,
    organisations.sms,
)
for more in MORE:
    station.add_command(more)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Malformed("outline_malformed", f"{path} is not JSON: give the outline as GeoJSON.") from error
