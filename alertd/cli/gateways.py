"""alertd gateways list | prefer | auto: what is configured, what was decided, and an administrator's last word."""

import json
from collections.abc import Iterator, Mapping

import click

from alertd.cli.console import ACTOR, Console, command, table
from alertd.deliver.health import PREFER
from alertd.deliver.routes import SANDBOX, gateways_of
from alertd.errors import Refused
from alertd.settings import Settings
from alertd.stations import audit
from alertd.store import Row

CHANNELS = click.Choice(["sms", "push", "email", "voice", "display"])


@click.group()
def gateways() -> None:
    """The accounts at providers: what each serves, and which one speaks."""


@gateways.command("list")
@command
async def list_(console: Console) -> None:
    """Say what is configured, what is preferred, and the latest decisions of the running nodes."""
    async with console.house() as house:
        preferred = await house.store.fetch("instance.preferences", PREFER)
        decided = await house.store.fetch("audit.gateways", 20)
    rows: list[Mapping[str, object]] = list(
        _rows(house.settings, {row["key"].removeprefix(PREFER): row for row in preferred})
    )
    history: list[Mapping[str, object]] = [_decision(row) for row in decided]
    console.say(f"{table(rows)}\n\n{table(history)}", {"gateways": rows, "decisions": history})


@gateways.command()
@click.argument("name")
@click.option("--channel", type=CHANNELS, required=True, help="For which channel.")
@click.option("--reason", required=True, help="Why: kept in the audit.")
@command
async def prefer(console: Console, name: str, channel: str, reason: str) -> None:
    """Let a gateway speak for a channel, whatever the breakers say."""
    _check(console.settings, name, channel)
    async with console.house() as house, house.store.transaction() as tx:
        said = {"gateway": name, "reason": reason[:500]}
        await tx.execute("instance.write_setting", f"{PREFER}{channel}", json.dumps(said))
        where = (None, ACTOR, "gateway.prefer", f"gateway:{name}")
        await audit.append(tx, house.clock, *where, {"channel": channel, "reason": reason[:500]})
    console.say(f"{name} now speaks for {channel}, within a second.", said | {"channel": channel})


@gateways.command()
@click.option("--channel", type=CHANNELS, required=True, help="For which channel.")
@command
async def auto(console: Console, channel: str) -> None:
    """Leave the choice to the nodes again."""
    async with console.house() as house, house.store.transaction() as tx:
        await tx.execute("instance.drop_setting", f"{PREFER}{channel}")
        await audit.append(tx, house.clock, None, ACTOR, "gateway.auto", f"channel:{channel}")
    console.say(f"The nodes choose for {channel} again.", {"channel": channel})


def _check(settings: Settings, name: str, channel: str) -> None:
    """:raises Refused: `gateway_unknown`."""
    if name not in settings.route(channel):
        known = ", ".join(settings.route(channel)) or "none"
        raise Refused("gateway_unknown", f"No gateway {name} serves {channel}; the route is: {known}.")


def _rows(settings: Settings, preferred: Mapping[str, Row]) -> Iterator[dict[str, str]]:
    for name, gateway in gateways_of(settings).items():
        for channel in gateway.channels:
            route = settings.route(channel)
            place = "training" if gateway.driver == SANDBOX else str(route.index(name) + 1)
            chosen = channel in preferred and json.loads(preferred[channel]["value"])["gateway"] == name
            yield {
                "gateway": name,
                "driver": gateway.driver,
                "channel": channel,
                "place": place,
                "preferred": "yes" if chosen else "",
                "senders": str(max(1, len(gateway.senders))),
            }


def _decision(row: Row) -> dict[str, str]:
    return {
        "at": str(row["at"]),
        "who": row["actor"],
        "what": row["action"],
        "gateway": row["object"].removeprefix("gateway:"),
        "why": json.loads(row["detail"]).get("reason", ""),
    }
