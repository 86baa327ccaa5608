"""alertd audit verify | list | export"""

import csv
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from alertd.cli.console import Console, House, command, table
from alertd.stations import chain, stations
from alertd.store import Row

COLUMNS: Final = ("id", "at", "station_id", "actor", "action", "object", "detail", "hash")


@click.group()
def audit() -> None:
    """Who did what, and when: read it, take it along, and see that nobody changed it."""


@audit.command()
@click.option("--anchor", help="ID:HASH that an earlier verification printed, and that was kept elsewhere.")
@command
async def verify(console: Console, *, anchor: str | None) -> None:
    """Read the audit again, row by row; status 2 and the first row that does not fit, where one does not."""
    noted = chain.Anchor.read(anchor) if anchor else None
    async with console.house() as house:
        sound = await chain.verify(house.store, noted)
    told = f"{sound.last.id}:{sound.last.hash}" if sound.rows else ""
    console.say(
        f"{sound.rows} rows hold, each to the one before it."
        + (f"\nKeep this elsewhere, and give it to --anchor another day: {told}" if told else ""),
        {"rows": sound.rows, "anchor": told or None},
    )


@audit.command("list")
@click.option("--station", "slug", help="Only what was done in one station.")
@click.option("--action", default="", help="Only actions that begin so: alert, key, gateway.down...")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@command
async def list_(console: Console, *, slug: str | None, action: str, limit: int) -> None:
    """The latest rows, newest first."""
    async with console.house() as house:
        rows = await house.store.fetch("audit.latest", await _station(house, slug), action, limit)
    console.say(table([_told(row) for row in rows]), [{name: row[name] for name in COLUMNS} for row in rows])


@audit.command()
@click.option(
    "--station", "slug", help="Only what was done in one station; its rows alone do not make a chain."
)
@command
async def export(console: Console, *, slug: str | None) -> None:
    """All rows as CSV on standard output, in the order of writing, with their hashes. --json changes nothing."""
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    async with console.house() as house:
        async for page in _pages(house, await _station(house, slug)):
            writer.writerows([row[name] for name in COLUMNS] for row in page)


async def _pages(house: House, station_id: int | None) -> AsyncIterator[Sequence[Row]]:
    after = -(1 << 63)
    while page := await house.store.fetch("audit.page", after, station_id, chain.PAGE):
        yield page
        after = page[-1]["id"]


async def _station(house: House, slug: str | None) -> int | None:
    return (await stations.by_slug(house.store, slug)).id if slug else None


def _told(row: Row) -> dict[str, object]:
    at = datetime.fromtimestamp(row["at"] / 1000, UTC).isoformat(timespec="seconds")
    return {"id": row["id"], "at": at} | {name: row[name] for name in COLUMNS[2:-1]}
