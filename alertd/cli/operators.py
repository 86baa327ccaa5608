"""alertd operator add | contact | administrator | invite | role | password | reset"""

import sys

import click

from alertd.cli import roles
from alertd.cli.console import ACTOR, Console, command
from alertd.cli.roles import ROLES
from alertd.errors import Conflict, Malformed
from alertd.model import Channel, Role
from alertd.stations import audit, ceremonies, factors, operators, sessions, stations
from alertd.stations.passwords import MOST, Passwords
from alertd.store import Transaction
from alertd.subscribe import contacts
from alertd.subscribe.addresses import canonical


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
        await _check_new(tx, login, slug, role)
        added = await operators.add(tx, house.clock, login=login, name=name or login, password_hash=hashed)
        await operators.set_role(tx, added.id, station.id, Role[role.upper()])
        subject, detail = f"operator:{added.id}", {"role": role}
        await audit.append(tx, house.clock, station.id, ACTOR, "operator.add", subject, detail)
    console.say(
        f"{added.login} is {role} of {slug}.",
        {"id": added.id, "login": added.login, "station": slug, "role": role},
    )


@operator.command()
@click.argument("login")
@click.option("--email", multiple=True, help="An address to be told at.")
@click.option("--sms", multiple=True, help="A mobile number to be told at.")
@click.option("--region", default="FR", help="Of a number without its +: FR, RE, GP...")
@click.option(
    "--remove", multiple=True, type=click.Choice(["email", "sms"]), help="Tell nothing there any more."
)
@command
async def contact(
    console: Console,
    *,
    login: str,
    email: tuple[str, ...],
    sms: tuple[str, ...],
    region: str,
    remove: tuple[str, ...],
) -> None:
    """Where an operator is told of the instance's troubles: a gateway that is down, a credit that runs out."""
    fiction = console.settings.subscribers.fiction_numbers
    given = [(Channel.EMAIL, text) for text in email] + [(Channel.SMS, text) for text in sms]
    addresses = [
        (channel, canonical(channel, text, region.upper(), fiction=fiction)) for channel, text in given
    ]
    async with console.house() as house, house.store.transaction() as tx:
        for word in remove:
            await contacts.withdraw(tx, house.clock, ACTOR, login, Channel.of(word))
        for channel, address in addresses:
            await contacts.give(tx, house.clock, house.keyring, ACTOR, login, channel, address)
        told = await contacts.standing(tx, login)
    counts = {channel.word: n for channel, n in told.items()}
    said = ", ".join(f"{n} by {word}" for word, n in counts.items()) or "none"
    console.say(f"Addresses at which {login} is told: {said}.", {"login": login, "contacts": counts})


@operator.command()
@click.argument("login")
@click.option("--off", is_flag=True, help="Not any more.")
@command
async def administrator(console: Console, *, login: str, off: bool) -> None:
    """Who keeps the instance: with one, its troubles are told to its administrators, and no more to the mayors of its stations."""
    async with console.house() as house, house.store.transaction() as tx:
        one = await operators.by_login(tx, login)
        await operators.set_administrator(tx, one.id, keeps=not off)
        subject, detail = f"operator:{one.id}", {"administrator": not off}
        await audit.append(tx, house.clock, None, ACTOR, "operator.administrator", subject, detail)
        told = sum((await contacts.standing(tx, one.login)).values())
    said = (
        "keeps the instance no more"
        if off
        else f"keeps the instance, and is told at {told} addresses (alertd operator contact)"
    )
    console.say(f"{one.login} {said}.", {"login": one.login, "administrator": not off, "contacts": told})


operator.add_command(roles.role)
operator.add_command(roles.invite)


@operator.command()
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@command
async def password(console: Console, *, login: str, password_stdin: bool) -> None:
    """Give an operator a new password; wherever the person was logged in, it is over."""
    new = _line() if password_stdin else _prompted()
    hashed = await operators.hash_password(Passwords(), login, new)
    async with console.house() as house, house.store.transaction() as tx:
        one = await operators.by_login(tx, login)
        await operators.set_password(tx, one.id, hashed)
        await ceremonies.drop(tx, one.id)
        await audit.append(tx, house.clock, None, ACTOR, "operator.password", f"operator:{one.id}")
    console.say(f"{one.login} has a new password.", {"id": one.id, "login": one.login})


@operator.command()
@click.argument("login")
@command
async def reset(console: Console, *, login: str) -> None:
    """For an operator who lost phone and paper: a password alone opens the account again, until more is set up."""
    async with console.house() as house, house.store.transaction() as tx:
        one = await operators.by_login(tx, login)
        await factors.drop_all(tx, one.id)
        await sessions.close_all(tx, one.id)
        await audit.append(tx, house.clock, None, ACTOR, "operator.reset", f"operator:{one.id}")
    console.say(
        f"{one.login} logs in with the password alone: have more set up on /compte.",
        {"id": one.id, "login": one.login},
    )


async def _check_new(tx: Transaction, login: str, slug: str, role: str) -> None:
    """:raises Conflict: `operator_exists`: with the command that gives them one role more."""
    known = operators.canonical_login(login)
    if await tx.fetch("operators.find_by_login", known):
        more = f"alertd operator role {known} --station {slug} --role {role}"
        raise Conflict("operator_exists", f"There is already an operator {known}. For one role more: {more}")


def _line() -> str:
    text = sys.stdin.readline(MOST + 2).rstrip("\r\n")
    if not text:
        raise Malformed("password_missing", "There is no password on standard input.")
    return text


def _prompted() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
