"""alertd gateways list | check | prefer | auto: what is configured, what was decided, and an administrator's last word."""

from collections.abc import Mapping

import click

from alertd.cli import gateway_rows
from alertd.cli.console import ACTOR, Console, command, table
from alertd.cli.gateway_check import check
from alertd.deliver import routes
from alertd.model import Mode
from alertd.stations import gateways as accounts

CHANNELS = click.Choice(["sms", "push", "email", "voice", "display"])


@click.group()
def gateways() -> None:
    """The accounts at providers: what each serves, and which one speaks."""


gateways.add_command(check)


@gateways.command("list")
@command
async def list_(console: Console) -> None:
    """Say who speaks for each channel and what the running nodes see of each gateway; what became of the messages of the
    last seven days, by range of numbers too; then what was decided.
    """
    async with console.house() as house:
        drawn = routes.drawn(house.settings)
        voices = {mode: await accounts.voices(house.store, house.settings, drawn, mode) for mode in Mode}
        decided = await accounts.decisions(house.store)
        names = await accounts.node_names(house.store)
    rows: list[Mapping[str, object]] = list(gateway_rows.standing(console.settings, voices))
    ranges: list[Mapping[str, object]] = list(gateway_rows.ranges(voices))
    history: list[Mapping[str, object]] = [gateway_rows.decided(one, names) for one in decided]
    heard = any(row["state"] != gateway_rows.UNKNOWN for row in rows)
    silence = "" if heard else "No running node has said what it sees: is alertd running?\n\n"
    tables = "\n\n".join(table(each) for each in (rows, ranges, history) if each or each is not ranges)
    console.say(silence + tables, {"gateways": rows, "ranges": ranges, "decisions": history})


@gateways.command()
@click.argument("name")
@click.option("--channel", type=CHANNELS, required=True, help="For which channel.")
@click.option("--reason", required=True, help="Why: kept in the audit.")
@command
async def prefer(console: Console, name: str, channel: str, reason: str) -> None:
    """Let a gateway speak for a channel, whatever the breakers say."""
    async with console.house() as house:
        await accounts.prefer(house.store, house.clock, house.settings, ACTOR, channel, name, reason)
    said = {"gateway": name, "reason": reason.strip()[: accounts.MOST_REASON], "channel": channel}
    console.say(f"{name} now speaks for {channel}, within a second.", said)


@gateways.command()
@click.option("--channel", type=CHANNELS, required=True, help="For which channel.")
@command
async def auto(console: Console, channel: str) -> None:
    """Leave the choice to the nodes again."""
    async with console.house() as house:
        await accounts.auto(house.store, house.clock, ACTOR, channel)
    console.say(f"The nodes choose for {channel} again.", {"channel": channel})
