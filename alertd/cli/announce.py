"""alertd announce: one banner to all operators."""

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.clock import from_ms
from alertd.errors import Refused
from alertd.stations import announcement


@click.command("announce")
@click.argument("text", default="")
@click.option("--hours", type=int, default=72, show_default=True, help="How long it is shown.")
@click.option("--clear", is_flag=True, help="Show nothing any more.")
@command
async def announce(console: Console, *, text: str, hours: int, clear: bool) -> None:
    """Show a banner on every operator's pages, of every station; without a text, say what is shown."""
    if clear and text:
        raise Refused("announcement_unclear", "Say one thing: a text, or --clear.")
    async with console.house() as house:
        if clear or text:
            async with house.store.transaction() as tx:
                if clear:
                    await announcement.clear(tx, house.clock, ACTOR)
                else:
                    await announcement.say(tx, house.clock, ACTOR, text, hours)
        found = await announcement.current(house.store, house.clock.now_ms())
    until = from_ms(found.until).astimezone().isoformat(timespec="minutes") if found else ""
    told = f"Operators read, until {until}: {found.text}" if found else "Operators read no banner."
    console.say(told, {"text": found.text if found else None, "until": until or None})
