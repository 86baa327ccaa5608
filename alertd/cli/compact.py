"""alertd compact"""

import asyncio

import click

from alertd.cli.console import Console, command
from alertd.errors import Conflict, Refused
from alertd.node.compaction import idle, note
from alertd.store import compaction, snapshots


@click.command()
@command
async def compact(console: Console) -> None:
    """Write a SQLite database anew: what was erased leaves not a byte in it, and its room is given back.

    The daemon does it by itself at night up to 256 MB, and tells when it is due beyond. It goes on reading meanwhile; what it writes waits: ten
    seconds to a minute for 1 GB. Refused while an alert is on its way.
    """
    if not console.settings.store.url.startswith("sqlite:"):
        raise Refused("compact_engine", "PostgreSQL gives room back by itself (autovacuum): nothing to do.")
    database = snapshots.file_of(console.settings.store.url)
    before = await asyncio.to_thread(compaction.room, database)
    async with console.house() as house:
        if not await idle(house.store):
            raise Conflict("compact_busy", "An alert is on its way: compact when it has left.")
        (last,) = await house.store.fetch("departures.last")
    after = await asyncio.to_thread(compaction.compact, database)
    async with console.house() as house, house.store.transaction() as tx:
        await note(tx, last["id"])
    told = {"bytes_before": before.bytes, "bytes": after.bytes}
    console.say(f"{database} is written anew: {before.bytes} bytes before, {after.bytes} now.", told)
