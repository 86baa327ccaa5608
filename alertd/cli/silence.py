"""alertd station silence: how long SMS and calls wait for the phones of those who also get a notification."""

from typing import Any

import click

from alertd.cli.console import ACTOR, Console, House, command
from alertd.errors import Refused
from alertd.model import Channel, Level, Station
from alertd.stations import audit, silence, stations
from alertd.stations.silence import WAITING, Delays, Policy


@click.command("silence")
@click.argument("slug")
@click.argument("level", type=click.Choice([level.word for level in Level]))
@click.option("--sms", type=int, help="Seconds before the SMS of those whose phone stays silent.")
@click.option("--voice", type=int, help="Seconds before the call of those whose phone stays silent.")
@click.option("--off", is_flag=True, help="Nothing waits, whatever the station above or the instance says.")
@click.option("--default", is_flag=True, help="As the station above says, else the instance.")
@command
async def policy(console: Console, *, slug: str, level: str, **said: Any) -> None:
    """Show how long SMS and calls of a level wait for a phone that stays silent, or decide it."""
    decided, meant = _decided(**said), Level.of(level)
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        if any(said[name] is not None and said[name] is not False for name in said):
            await _decide(house, station, meant, decided)
        found = await silence.policy(house.store, station, meant, console.settings.silence)
    console.say(
        _sentence(slug, found), {"station": slug, "level": level, **_told(found.delays), "from": found.slug}
    )


def _decided(*, sms: int | None, voice: int | None, off: bool, default: bool) -> Delays | None:
    """The delays that were said: none with --off; None with --default."""
    said = {Channel.SMS: sms, Channel.VOICE: voice}
    delays = {channel: seconds for channel, seconds in said.items() if seconds is not None}
    if bool(delays) + off + default > 1:
        raise Refused("silence_unclear", "Say one thing: delays (--sms, --voice), --off or --default.")
    return None if default else delays


async def _decide(house: House, station: Station, level: Level, delays: Delays | None) -> None:
    async with house.store.transaction() as tx:
        await silence.decide(tx, station, level, delays)
        detail = {"level": level.word, "own": delays is not None, **_told(delays or {})}
        subject = f"station:{station.id}"
        await audit.append(tx, house.clock, station.id, ACTOR, "station.silence", subject, detail)


def _told(delays: Delays) -> dict[str, int | None]:
    return {f"{channel.word}_after_s": delays.get(channel) for channel in WAITING}


def _sentence(slug: str, found: Policy) -> str:
    if found.level is Level.DANGER:
        return f"{slug}: a danger goes to every endpoint at once."
    waits = ", ".join(f"{channel.word} after {seconds} s" for channel, seconds in found.delays.items())
    by = "the instance's settings" if found.slug is None else f"station {found.slug}"
    return f"{slug}, {found.level.word}: {waits or 'nothing waits'} (decided by {by})."
