"""alertd operator add"""

import sys

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.errors import Malformed
from alertd.model import Role
from alertd.stations import audit, operators, stations
from alertd.stations.passwords import MOST, Passwords

ROLES = tuple(role.word for role in Role)


@click.group()
def operator() -> None:
    """People who log in."""


@operator.command()
@click.argument("login")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do there.")
@click.option("--name", help="As colleagues know the person; by default the login.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@command
async def add(
    console: Console, *, login: str, slug: str, role: str, name: str | None, password_stdin: bool
) -> None:
    """Register an operator, with a password and a role in a station."""
    password = _line() if password_stdin else _prompted()
    hashed = await operators.hash_password(Passwords(), login, password)
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        added = await operators.add(tx, house.clock, login=login, name=name or login, password_hash=hashed)
        await operators.set_role(tx, added.id, station.id, Role[role.upper()])
        subject, detail = f"operator:{added.id}", {"role": role}
        await audit.append(tx, house.clock, station.id, ACTOR, "operator.add", subject, detail)
    console.say(
        f"{added.login} is {role} of {slug}.",
        {"id": added.id, "login": added.login, "station": slug, "role": role},
    )


def _line() -> str:
    text = sys.stdin.readline(MOST + 2).rstrip("\r\n")
    if not text:
        raise Malformed("password_missing", "There is no password on standard input.")
    return text


def _prompted() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
