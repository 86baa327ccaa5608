"""alertd sending pause | resume | status"""

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.stations import audit, sending_switch


@click.group()
def sending() -> None:
    """The one switch that stops all sending, of every station; nothing is lost, what is over expires."""


@sending.command()
@command
async def pause(console: Console) -> None:
    """Stop all sending."""
    await _turn(console, on=False)


@sending.command()
@command
async def resume(console: Console) -> None:
    """Send again."""
    await _turn(console, on=True)


@sending.command()
@command
async def status(console: Console) -> None:
    """Say whether messages leave."""
    async with console.house() as house:
        _say(console, on=await sending_switch.is_on(house.store))


async def _turn(console: Console, *, on: bool) -> None:
    async with console.house() as house:
        async with house.store.transaction() as tx:
            await sending_switch.turn(tx, on=on)
            action = "sending.resume" if on else "sending.pause"
            await audit.append(tx, house.clock, None, ACTOR, action, "instance")
        house.store.ring("sending")
    _say(console, on=on)


def _say(console: Console, *, on: bool) -> None:
    console.say("Sending is on." if on else "Sending is paused.", {"sending": "on" if on else "paused"})
