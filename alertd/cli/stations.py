"""alertd station add | list | import | export | approval | addresses | outline | children | suspend | grant | hamlet | zone | group | silence | quota | colour | topic | sms"""

from pathlib import Path
from typing import Any

import click

from alertd.cli import approval, election, opening, openings, organisations, places, silence
from alertd.cli import colour as colours
from alertd.cli import outline as outlines
from alertd.cli import quota as quotas
from alertd.cli import topics as station_topics
from alertd.cli.addresses import addresses
from alertd.cli.commune import Known, known, slug_of
from alertd.cli.console import ACTOR, Console, command, table
from alertd.errors import Refused
from alertd.model import Mode
from alertd.stations import audit, stations
from alertd.stations.stations import KINDS, NewStation


@click.group()
def station() -> None:
    """Stations: who may alert, and what people subscribe to."""


@station.command("add")
@click.argument("slug", required=False)
@click.option(
    "--insee",
    help="Code of the commune: its name comes from it, its outline and mairie from the State's register.",
)
@click.option("--name", help="As residents read it.")
@click.option("--lat", "latitude", type=float, help="Of the mairie, in degrees.")
@click.option("--lon", "longitude", type=float)
@click.option("--kind", type=click.Choice(KINDS), default="commune", show_default=True)
@click.option("--training", is_flag=True, help="For ever a rehearsal: its messages go to the sandbox.")
@click.option("--timezone", help="The commune's, or Europe/Paris.")
@click.option("--region", help="Of telephone numbers: FR, RE, GP, GF, MQ, YT...; the commune's, or FR.")
@click.option("--locale", default="fr", show_default=True)
@click.option(
    "--outline",
    "--contour",
    "outline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="GeoJSON file.",
)
@click.option("--phone", help="Of the mairie, as residents read it.")
@click.option("--private", is_flag=True, help="Its messages never appear on public pages.")
@click.option("--parent", help="Slug of the station above.")
@command
async def add(console: Console, *, training: bool, outline: Path | None, **said: Any) -> None:
    """Register a station: by its INSEE code, or by what is said of it. What it is called in addresses comes from its name, unless given."""
    new = await _new(console, outline, said | {"mode": Mode.TRAINING if training else Mode.LIVE})
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
    outlines.outline,
    places.hamlet,
    places.zone,
    places.group,
    silence.policy,
    quotas.quota,
    colours.colour,
    station_topics.topic,
    approval.approval,
    election.election,
    opening.import_,
    openings.leave,
    organisations.children,
    organisations.suspend,
    organisations.grant,
    organisations.sms,
)
for more in MORE:
    station.add_command(more)


async def _new(console: Console, outline: Path | None, said: dict[str, Any]) -> NewStation:
    """What was said, and of a commune what is known where nothing was."""
    raw = outlines.read(outline) if outline else None
    wanting = [name for name in ("name", "latitude", "longitude") if said[name] is None]
    found = Known(insee=said["insee"])
    if said["kind"] == "commune":
        file, name = (outline if wanting else None), said["name"]
        found = await known(
            console,
            console.settings.communes,
            file=file,
            insee=said["insee"] or "",
            name=name,
            outlined=bool(raw),
        )
    told = found.filling(said) | {"insee": found.insee, "outline": found.outline or raw}
    if missing := [f"--{name[:3] if name != 'name' else name}" for name in wanting if told[name] is None]:
        raise Refused(
            "station_incomplete", f"Give {', '.join(missing)}, or an --insee code while there is a network."
        )
    return NewStation(**told | {"slug": said["slug"] or slug_of(told["name"])})
