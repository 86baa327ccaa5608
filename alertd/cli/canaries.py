"""alertd canary add | remove | list | try: test alerts that show that an alert would arrive."""

import click

from alertd.cli.console import ACTOR, Console, command, table
from alertd.errors import Malformed, Refused
from alertd.model import Channel, EndpointState, Mode
from alertd.stations import sending_switch
from alertd.subscribe.addresses import canonical
from alertd.watch import canary as canaries
from alertd.watch import flights, reserved

SHOWN = 20


@click.group()
def canary() -> None:
    """Reserved addresses, to which a test alert flies every few minutes; whoever keeps the instance is told of a late one."""


def _address(function: "click.decorators.FC") -> "click.decorators.FC":
    function = click.option("--region", default="FR", help="Of a number without its +: FR, RE, GP...")(
        function
    )
    function = click.option(
        "--sandbox", is_flag=True, help="The sandbox: free, and leaves this machine never."
    )(function)
    function = click.option("--sms", help="A mobile number that is always on. Each canary costs.")(function)
    return click.option("--email", help="A mailbox of its own: it gets 288 letters a day.")(function)


@canary.command()
@_address
@command
async def add(console: Console, *, email: str | None, sms: str | None, sandbox: bool, region: str) -> None:
    """Reserve an address; from the next interval on a running node lets canaries fly to it."""
    channel, address, mode = _read(console, email, sms, sandbox, region)
    if mode is Mode.LIVE and not console.settings.route(channel.word):
        raise Refused("channel_unserved", f"No gateway serves {channel.word}: nothing would fly there.")
    async with console.house() as house, house.store.transaction() as tx:
        id_ = await reserved.add(tx, house.clock, house.keyring, ACTOR, channel, address, mode)
    terms = console.settings.canary
    every = canaries.every_ms(terms, channel) // 60_000
    console.say(f"A canary flies there every {every} minutes.", {"endpoint": id_, "every_minutes": every})


@canary.command()
@_address
@command
async def remove(console: Console, *, email: str | None, sms: str | None, sandbox: bool, region: str) -> None:
    """Let nothing fly there any more; the address is forgotten."""
    channel, address, _ = _read(console, email, sms, sandbox, region)
    async with console.house() as house, house.store.transaction() as tx:
        await reserved.remove(tx, house.clock, house.keyring, ACTOR, channel, address)
    console.say("Nothing flies there any more.", {"removed": True})


@canary.command("list")
@command
async def list_(console: Console) -> None:
    """What is reserved (never which address), and the latest flights."""
    async with console.house() as house:
        found = await reserved.ways(house.store)
        flown = await flights.history(house.store, SHOWN)
    ways = [
        {
            "endpoint": way.endpoint_id,
            "channel": _name(way.mode, way.channel),
            "state": way.state.name.lower(),
        }
        for way in found
    ]
    rows = [
        {
            "endpoint": one.endpoint_id,
            "flown_at": one.flown_at,
            "handed_ms": "" if one.handed_at is None else one.handed_at - one.flown_at,
            "verdict": one.verdict.value if one.verdict else "flies",
        }
        for one in flown
    ]
    console.say(f"{table([*ways])}\n\n{table([*rows])}", {"reserved": ways, "flights": rows})


@canary.command("try")
@command
async def try_(console: Console) -> None:
    """Let one fly to every reserved address now; a running node sends it, and `list` tells what became of it."""
    from alertd.node.desk import desk_of

    async with console.house() as house:
        if not await sending_switch.is_on(house.store):
            raise Refused("sending_paused", "All sending is paused: alertd sending resume.")
        desk = await desk_of(house.settings, house.clock, house.store)
        found = [way for way in await reserved.ways(house.store) if way.state is EndpointState.ACTIVE]
        if not found:
            raise Refused("canaries_none", "No address is reserved: alertd canary add.")
        for together in reserved.lists(found):
            await canaries.fly(desk, together, house.clock.now_ms())
    console.say(f"{len(found)} on their way: alertd canary list.", {"flown": len(found)})


def _read(
    console: Console, email: str | None, sms: str | None, sandbox: bool, region: str
) -> tuple[Channel, str, Mode]:
    """The one address that was said, canonical. :raises Malformed: `canary_address`, none was, or several."""
    if sum((email is not None, sms is not None, sandbox)) != 1:
        raise Malformed("canary_address", "Say one of --email, --sms, --sandbox.")
    if sandbox:
        return Channel.EMAIL, reserved.SANDBOX, Mode.TRAINING
    channel, text = (Channel.EMAIL, email) if email is not None else (Channel.SMS, sms)
    fiction = console.settings.subscribers.fiction_numbers
    return channel, canonical(channel, text or "", region.upper(), fiction=fiction), Mode.LIVE


def _name(mode: Mode, channel: Channel) -> str:
    return "sandbox" if mode is Mode.TRAINING else channel.word
