"""alertd station approval: where a second person agrees before a message leaves."""

import click

from alertd.cli.console import ACTOR, Console, command
from alertd.errors import Refused
from alertd.model import Level
from alertd.stations import approval_rules, audit, stations
from alertd.stations.approval_rules import Rule


@click.command("approval")
@click.argument("slug")
@click.argument("level", type=click.Choice([level.word for level in approval_rules.LEVELS]))
@click.option("--minutes", type=int, help="So long anyone of the level's right is waited for.")
@click.option(
    "--deputy-minutes", type=int, default=15, show_default=True, help="And so long again the deputies."
)
@click.option("--otherwise", type=click.Choice(["send", "drop"]), default="drop", show_default=True)
@click.option("--off", is_flag=True, help="Nobody is asked.")
@command
async def approval(
    console: Console,
    *,
    slug: str,
    level: str,
    minutes: int | None,
    deputy_minutes: int,
    otherwise: str,
    off: bool,
) -> None:
    """Show whether a second person agrees at a level, or decide it."""
    if off and minutes is not None:
        raise Refused("approval_unclear", "Say one thing: --minutes or --off.")
    wanted = None if minutes is None else Rule(minutes, deputy_minutes, otherwise)
    async with console.house() as house, house.store.transaction() as tx:
        station = await stations.by_slug(tx, slug)
        if off or wanted:
            await approval_rules.decide(tx, station, Level.of(level), wanted)
            detail = {"level": level, "minutes": minutes or 0}
            await audit.append(
                tx, house.clock, station.id, ACTOR, "station.approval", f"station:{station.id}", detail
            )
        found = await approval_rules.rule(tx, station.id, Level.of(level))
    terms = {"minutes": found.minutes, "deputy_minutes": found.deputy_minutes} if found else {}
    told = (
        f"{found.minutes} minutes, deputies {found.deputy_minutes}, then {found.otherwise}"
        if found
        else "nobody is asked"
    )
    data = {"station": slug, "level": level, **terms, "otherwise": found.otherwise if found else None}
    console.say(f"{slug}, {level}: {told}.", data)
