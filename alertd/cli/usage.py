"""alertd usage --month 2026-03"""

import click

from alertd.cli.console import Console, command, table
from alertd.issue.usage import Usage
from alertd.issue.usage import usage as of_month
from alertd.model import Channel


@click.command("usage")
@click.option("--month", required=True, help="As 2026-03, on each station's own clock.")
@command
async def usage(console: Console, *, month: str) -> None:
    """What each station handed to providers in a month: deliveries, SMS segments and euros at the configured tariffs; and of
    these what left by its own gateways, which is not the host's to bill.
    """
    from alertd.node.desk import desk_of

    async with console.house() as house:
        desk = await desk_of(house.settings, house.clock, house.store)
        rows = [_row(one) for one in await of_month(desk, month)]
    console.say(table([*rows]), rows)


def _row(one: Usage) -> dict[str, object]:
    counts = {
        channel.word: one.deliveries.get(channel, 0) for channel in Channel if channel is not Channel.DISPLAY
    }
    segments = one.units.get(Channel.SMS, 0)
    return {
        "station": one.station.slug,
        "paid_by": one.payer.slug,
        **counts,
        "segments": segments,
        "euros": round(one.euros, 2),
        "own_segments": one.own_units.get(Channel.SMS, 0),
        "own_euros": round(one.own_euros, 2),
    }
