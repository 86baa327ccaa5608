"""alertd gateways list | prefer | auto: what is configured, what was decided, and an administrator's last word."""

from collections.abc import Iterator, Mapping

import click

from alertd.cli.console import ACTOR, Console, command, table
from alertd.deliver.routes import SANDBOX, gateways_of
from alertd.settings import Settings
from alertd.stations import gateways as accounts
from alertd.stations.gateways import Chosen, Decision

CHANNELS = click.Choice(["sms", "push", "email", "voice", "display"])


@click.group()
def gateways() -> None:
    """The accounts at providers: what each serves, and which one speaks."""


@gateways.command("list")
@command
async def list_(console: Console) -> None:
    """Say what is configured, what is preferred, and the latest decisions of the running nodes."""
    async with console.house() as house:
        preferred = await accounts.choices(house.store)
        decided = await accounts.decisions(house.store)
    rows: list[Mapping[str, object]] = list(_rows(house.settings, preferred))
    history: list[Mapping[str, object]] = [_decision(one) for one in decided]
    console.say(f"{table(rows)}\n\n{table(history)}", {"gateways": rows, "decisions": history})


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


def _rows(settings: Settings, preferred: Mapping[str, Chosen]) -> Iterator[dict[str, str]]:
    for name, gateway in gateways_of(settings).items():
        for channel in gateway.channels:
            route = settings.route(channel)
            place = "training" if gateway.driver == SANDBOX else _place(route, name)
            chosen = channel in preferred and preferred[channel].gateway == name
            yield {
                "gateway": name,
                "driver": gateway.driver,
                "channel": channel,
                "place": place,
                "preferred": "yes" if chosen else "",
                "senders": str(max(1, len(gateway.senders))),
            }


def _decision(one: Decision) -> dict[str, str]:
    return {
        "at": str(one.at),
        "who": one.actor,
        "what": one.action,
        "gateway": one.object_,
        "why": one.detail.get("reason", ""),
    }


def _place(route: tuple[str, ...], name: str) -> str:
    """Nothing for one that serves the channel and that [routes] leaves out."""
    return str(route.index(name) + 1) if name in route else ""
