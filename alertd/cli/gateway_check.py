"""alertd gateways check: a real message, marked as a test, through one gateway, and what its provider's answer means."""

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.cli.gateway_answers import explained
from alertd.deliver import routes
from alertd.deliver.trial import Trial, Trier
from alertd.errors import Missing, Refused
from alertd.model import Channel
from alertd.settings.providers import Gateway as Table
from alertd.stations import audit, sending_switch
from alertd.subscribe.addresses import canonical

WORDS = tuple(channel.word for channel in Channel)


@click.command()
@click.argument("name")
@click.option("--to", "text", required=True, help="Your own number or address: somebody receives it.")
@click.option("--channel", type=click.Choice(WORDS), help="Needed where the gateway serves several.")
@click.option("--region", default="FR", help="Of a number without its +: FR, RE, GP...")
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=30.0,
    help="Seconds to wait for a later word. Default: 30.",
)
@command
async def check(
    console: Console, *, name: str, text: str, channel: str | None, region: str, wait: float
) -> None:
    """Send a real message, marked ESSAI, through a gateway, and explain the answer; status 1 when it did not pass."""
    table = _table(console, name)
    way = _channel(name, table, channel)
    address = canonical(way, text, region.upper(), fiction=console.settings.subscribers.fiction_numbers)
    async with console.house() as house:
        if not await sending_switch.is_on(house.store):
            raise Refused(
                "sending_paused", "All sending is paused, and a test is sending too: `alertd sending resume`."
            )
        trial, told = await _try(house, name, way, address, wait)
    said = explained(trial, wait, told=told, driver=table.driver)
    console.say(f"{name}: {said}", _document(name, way, trial, said))
    if not trial.passed:
        raise SystemExit(1)


async def _try(house: House, name: str, way: Channel, address: str, wait: float) -> tuple[Trial, bool]:
    """The trial, entered in the audit before and after; and whether the provider reports later."""
    from alertd.accounts import alone

    db, clock, keyring = house.store, house.clock, house.keyring
    trier = Trier(db, clock, keyring, house.settings.http.public_url)
    async with alone(house.settings, clock, db, keyring, name) as gateway:
        await _note(house, "gateway.check", name, {"channel": way.word})
        trial = await trier.run(gateway, way, address, wait)
        last = trial.last
        detail = {"channel": way.word, "outcome": last.outcome.value, "reason": last.trouble or ""}
        await _note(house, "gateway.checked", name, detail)
        told = gateway.capabilities.polled or gateway.capabilities.receipts
    return trial, told


async def _note(house: House, action: str, name: str, detail: dict[str, str]) -> None:
    """Neither the address nor the provider's words: they may hold it."""
    async with house.store.transaction() as tx:
        await audit.append(tx, house.clock, None, ACTOR, action, f"gateway:{name}", detail)


def _table(console: Console, name: str) -> Table:
    """Its table; the sandbox has no far end to be tried."""
    tables = routes.gateways_of(console.settings)
    if name not in tables:
        raise Missing("gateway_unknown", f"There is no gateway {name}; there are: {', '.join(tables)}.")
    if tables[name].driver == routes.SANDBOX:
        raise Refused(
            "gateway_sandbox", "The sandbox reaches nobody, so there is nothing to test: name a real gateway."
        )
    return tables[name]


def _channel(name: str, table: Table, chosen: str | None) -> Channel:
    word = chosen or (table.channels[0] if len(table.channels) == 1 else None)
    if word not in table.channels:
        served = ", ".join(table.channels)
        raise Refused("channel_unserved", f"{name} serves {served}: say which with --channel.")
    return Channel.of(word)


def _document(name: str, way: Channel, trial: Trial, said: str) -> dict[str, object]:
    last = trial.last
    return {
        "gateway": name,
        "channel": way.word,
        "passed": trial.passed,
        "outcome": last.outcome.value,
        "trouble": last.trouble.value if last.trouble else None,
        "code": last.code,
        "answer": trial.answer.outcome.value,
        "later": trial.later.outcome.value if trial.later else None,
        "explained": said,
    }
