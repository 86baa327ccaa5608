"""alertd migrate"""

from dataclasses import asdict
from typing import Final

import click

from alertd import catalogue
from alertd.cli.bar import Bar
from alertd.cli.console import Console, command
from alertd.store.transfer import move
from alertd.subscribe.topics import register_topics

STAGES: Final = {"move": "Moving", "check": "Comparing"}


@click.command()
@click.option(
    "--to",
    "target",
    metavar="URL",
    help="Move a SQLite instance to this empty PostgreSQL database: postgresql://USER@HOST/NAME.",
)
@click.option(
    "--backed-up", is_flag=True, help="On PostgreSQL: you have made a backup, the schema may be changed."
)
@command
async def migrate(console: Console, *, target: str | None, backed_up: bool) -> None:
    """Bring the database up to date, and register the catalogue's topics; or move it to PostgreSQL.

    SQLite is backed up first. On PostgreSQL you make the backup, and say so: --backed-up.

    A move needs the daemon stopped. It can be interrupted at any moment: started again, it goes on. The SQLite
    database is left as it is.
    """
    if target is None:
        if backed_up:
            _trust(console)
        await _bring_up_to_date(console)
    else:
        await _move(console, target)


def _trust(console: Console) -> None:
    """A backup was made: what stands in the way of a migration on PostgreSQL. On SQLite alertd makes its own all the same."""
    if not console.settings.store.url.startswith("sqlite:"):
        backup = console.settings.backup.model_copy(update={"before_migration": False})
        console.settings = console.settings.model_copy(update={"backup": backup})


async def _bring_up_to_date(console: Console) -> None:
    async with console.house() as house:
        async with house.store.transaction() as tx:
            bits = await register_topics(tx, catalogue.load())
        rows = await house.store.fetch("schema.applied")
    version = max(row["version"] for row in rows)
    console.say(
        f"The database is at version {version}; {len(bits)} topics are known.",
        {"version": version, "topics": len(bits)},
    )


async def _move(console: Console, target: str) -> None:
    moved = await move(console.settings.store.url, target, Bar(console, STAGES, "rows").show)
    rows = sum(table.rows for table in moved)
    console.say(
        f"{rows} rows of {len(moved)} tables are in PostgreSQL, the same as here.\n"
        "Now set url under [store] in the configuration to the address given to --to, and start the daemon.\n"
        "The SQLite database was left as it is: keep it as a backup, and let no daemon run on it any more.",
        {"rows": rows, "tables": [asdict(table) for table in moved]},
    )
