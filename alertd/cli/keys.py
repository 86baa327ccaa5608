"""alertd key create | revoke | list"""

import click

from alertd.cli.console import ACTOR, Console, command, table
from alertd.clock import from_ms
from alertd.model import Scope
from alertd.stations import api_keys, audit, stations

SCOPES = tuple(scope.word for scope in Scope)


@click.group()
def key() -> None:
    """API keys of a station: what programs may release, and whether they may see to people."""


@key.command()
@click.argument("name")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    default="draft",
    show_default=True,
    help="Gravest level it may release.",
)
@click.option("--subscribers", is_flag=True, help="It may read, add and remove people.")
@command
async def create(console: Console, *, name: str, slug: str, scope: str, subscribers: bool) -> None:
    """Make a key. Its token is shown this once."""
    granted = Scope[scope.upper()]
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        id_, token = await api_keys.create(tx, house.clock, station, name, granted, subscribers=subscribers)
        detail = {"scope": scope, "subscribers": subscribers}
        await audit.append(tx, house.clock, station.id, ACTOR, "key.create", f"key:{id_}", detail)
    if not console.as_json:
        console.note(f"Key {id_} of {slug}. Keep the line below in a safe place: it is not shown again.")
    console.say(
        token, {"id": id_, "station": slug, "scope": scope, "subscribers": subscribers, "token": token}
    )


@key.command()
@click.argument("id", type=int)
@command
async def revoke(console: Console, *, id: int) -> None:  # noqa: A002  (the argument's name, as people type it)
    """End a key, at once and for good."""
    async with console.house() as house, house.store.transaction() as tx:
        station_id = await api_keys.revoke(tx, house.clock, id)
        await audit.append(tx, house.clock, station_id, ACTOR, "key.revoke", f"key:{id}")
    console.say(f"Key {id} no longer works.", {"id": id, "revoked": True})


@key.command("list")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@command
async def list_(console: Console, *, slug: str) -> None:
    """List a station's keys, without their tokens."""
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        rows: list[dict[str, object]] = [
            {
                "id": one.id,
                "name": one.name,
                "scope": one.scope.word,
                "subscribers": one.subscribers,
                "created_at": from_ms(one.created_at).isoformat(timespec="seconds"),
                "revoked_at": from_ms(one.revoked_at).isoformat(timespec="seconds")
                if one.revoked_at
                else None,
            }
            for one in await api_keys.of_station(house.store, station.id)
        ]
    console.say(table([*rows]), rows)
