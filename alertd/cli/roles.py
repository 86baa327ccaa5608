"""alertd operator role | invite: who may do what in a station"""

from typing import Final

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.issue.desk import Desk
from alertd.model import Role, Station
from alertd.stations import audit, operators, stations, team
from alertd.stations.operators import Operator
from alertd.store import Transaction
from alertd.subscribe import invitations

ROLES: Final = tuple(role.word for role in Role)


@click.command()
@click.argument("login")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@click.option(
    "--role", type=click.Choice(ROLES), help="What the person may do there from now on; by default nothing."
)
@command
async def role(console: Console, *, login: str, slug: str, role: str | None) -> None:
    """Give an operator a role in a station, a first one or another, or none any more; the last mayor stays."""
    wanted = None if role is None else Role[role.upper()]
    async with console.house() as house, house.store.transaction() as tx:
        station, one = await stations.by_slug(tx, slug), await operators.by_login(tx, login)
        await tx.fetch("stations.hold", station.id)
        if wanted is not None and not await tx.fetch("operators.find_role", one.id, station.id):
            await _first(tx, house, station, one, wanted)
        else:
            content = {"operator": one.id, "role": None if wanted is None else int(wanted)}
            await team.carry_out(tx, house.clock, station, ACTOR, team.ROLE, content)
    told = {"login": one.login, "station": slug, "role": role}
    console.say(f"{one.login} is {role or 'nobody any more'} of {slug}.", told)


@click.command()
@click.argument("email")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do there.")
@click.option("--name", default="", help="As colleagues know the person; by default from the address.")
@command
async def invite(console: Console, *, email: str, slug: str, role: str, name: str) -> None:
    """Write somebody a letter by which they take a role in a station and choose a password; a running node sends it.

    Whoever has an account under another login logs in first, and takes the role with that.
    """
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        desk = await desk_at(house)
        async with house.store.transaction() as tx:
            said = {"email": email, "name": name, "role": int(Role[role.upper()])}
            url = house.settings.http.public_url
            bells = await invitations.send(tx, desk, station, ACTOR, url, said)
        for bell in bells:
            house.store.ring(bell)
    console.say(
        f"A letter to {email} is on its way: {role} of {slug}, for seven days.",
        {"email": email, "station": slug, "role": role},
    )


async def desk_at(house: House) -> Desk:
    """What writing a letter needs, beside a node that may be running."""
    from alertd.node.desk import desk_of

    return await desk_of(house.settings, house.clock, house.store)


async def _first(tx: Transaction, house: House, station: Station, one: Operator, wanted: Role) -> None:
    await operators.set_role(tx, one.id, station.id, wanted)
    whom, detail = f"operator:{one.id}", {"role": wanted.word}
    await audit.append(tx, house.clock, station.id, ACTOR, "operator.role", whom, detail)
