"""alertd station children | suspend | grant | sms: the organisations under a commune."""

import click

from alertd import catalogue
from alertd.cli.console import ACTOR, Console, command, table
from alertd.errors import Refused
from alertd.stations import audit, organisations, payers, stations


@click.command("children")
@click.argument("slug")
@command
async def children(console: Console, *, slug: str) -> None:
    """The organisations directly under a station: figures, never an address."""
    rows: list[dict[str, object]] = []
    async with console.house() as house:
        parent = await stations.by_slug(house.store, slug)
        for one in await organisations.children(house.store, parent.id, house.clock.now_ms()):
            found = await stations.by_id(house.store, one.id)
            grants = await organisations.granted(house.store, found)
            state = "suspended" if one.suspended else "open"
            may = " ".join(sorted(grants)) if grants is not None else "every danger"
            counts = {"followers": one.followers, "alerts": one.alerts, "info_per_day": one.info_per_day}
            rows.append({"slug": one.slug, "kind": one.kind, "state": state, **counts, "dangers": may})
    console.say(table([*rows]), rows)


@click.command("suspend")
@click.argument("slug")
@click.option("--resume", is_flag=True, help="Let it work again.")
@command
async def suspend(console: Console, *, slug: str, resume: bool) -> None:
    """Let nothing leave in a station's name any more, and its keys open nothing; or end that."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        await stations.suspend(tx, station.id, None if resume else house.clock.now_ms())
        action = "station.resume" if resume else "station.suspend"
        await audit.append(tx, house.clock, station.id, ACTOR, action, f"station:{station.id}")
    state = "open" if resume else "suspended"
    console.say(f"{slug} is {state}.", {"station": slug, "state": state})


@click.command("grant")
@click.argument("slug")
@click.argument("template")
@click.option("--withdraw", is_flag=True, help="It may not be sent any more.")
@command
async def grant(console: Console, *, slug: str, template: str, withdraw: bool) -> None:
    """Let an organisation send one danger, in the words of a ready text (config/templates.toml) and to its followers."""
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        if withdraw:
            await organisations.withdraw(tx, station, template)
        else:
            await organisations.grant(tx, catalogue.load(), station, template, ACTOR)
        action = "station.withdraw" if withdraw else "station.grant"
        detail = {"template": template}
        await audit.append(tx, house.clock, station.id, ACTOR, action, f"station:{station.id}", detail)
        grants = sorted(await organisations.granted(tx, station) or ())
    console.say(f"{slug} may send: {', '.join(grants) or 'no danger'}.", {"station": slug, "dangers": grants})


@click.command("sms")
@click.argument("slug")
@click.option("--paid-by", type=click.Choice(payers.PAYERS), help="Who pays SMS and calls from now on.")
@click.option("--default", is_flag=True, help="As its kind has: nobody for a club, itself for all others.")
@command
async def sms(console: Console, *, slug: str, paid_by: str | None, default: bool) -> None:
    """Show who pays an organisation's SMS and calls, or decide it. Where nobody does, only a granted danger leaves by them."""
    if default and paid_by is not None:
        raise Refused("payer_unclear", "Say one thing: --paid-by or --default.")
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        if default or paid_by is not None:
            await payers.decide(tx, station, paid_by)
            detail = {"paid_by": paid_by}
            await audit.append(
                tx, house.clock, station.id, ACTOR, "station.sms", f"station:{station.id}", detail
            )
        found = await payers.payer(tx, station)
    console.say(f"{slug}: SMS and calls are paid by {found}.", {"station": slug, "paid_by": found})
