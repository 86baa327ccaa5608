"""alertd sending pause | resume | status"""

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.clock import from_ms
from alertd.stations import sending_switch


@click.group()
def sending() -> None:
    """The one switch that stops all sending, of every station; nothing is lost, what is over expires."""


@sending.command()
@click.option("--reason", default="", help="Why: kept in the audit, and shown to operators.")
@command
async def pause(console: Console, reason: str) -> None:
    """Stop all sending."""
    await _turn(console, on=False, reason=reason)


@sending.command()
@command
async def resume(console: Console) -> None:
    """Send again."""
    await _turn(console, on=True)


@sending.command()
@command
async def status(console: Console) -> None:
    """Say whether messages leave; if not, since when and why."""
    async with console.house() as house:
        await _say(console, house)


async def _turn(console: Console, *, on: bool, reason: str = "") -> None:
    async with console.house() as house:
        async with house.store.transaction() as tx:
            await sending_switch.decide(tx, house.clock, ACTOR, on=on, reason=reason)
        house.store.ring("sending")
        await _say(console, house)


async def _say(console: Console, house: House) -> None:
    pause = await sending_switch.paused(house.store)
    if pause is None:
        console.say("Sending is on.", {"sending": "on"})
        return
    since = from_ms(pause.since).astimezone().isoformat(timespec="seconds") if pause.since else ""
    told = f" since {since}" if since else ""
    why = f": {pause.reason}" if pause.reason else "."
    console.say(
        f"Sending is paused{told}{why}", {"sending": "paused", "since": since, "reason": pause.reason}
    )
