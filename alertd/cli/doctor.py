"""alertd doctor"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import click

from alertd.backup import shelf
from alertd.cli.console import Console, command
from alertd.clock import SystemClock
from alertd.doctor import address, keepers, machine, mail, store, ways
from alertd.doctor.finding import Finding, Grade, looked
from alertd.errors import AlertdError
from alertd.node.store import store_of
from alertd.settings import Settings
from alertd.store import Database, server_version, snapshots

MARKS: Final = {Grade.FINE: "  ok  ", Grade.ADVICE: "advice", Grade.WRONG: "WRONG "}


@click.command()
@click.option(
    "--nameserver", default="", help="Ask this one (ADDRESS or ADDRESS:PORT) about the mail's domains."
)
@command
async def doctor(console: Console, *, nameserver: str) -> None:
    """Look at everything that an alert needs, and say what to do; status 1 when something is wrong.

    Nothing is sent, nothing is changed, and nobody is asked whom the configuration does not name.
    """
    findings = await _examined(console.settings, nameserver)
    bad = sum(each.grade is Grade.WRONG for each in findings)
    verdict = "Nothing is wrong." if not bad else f"{bad} to be mended."
    lines = [f"{MARKS[each.grade]}  {each.subject}: {each.said}" for each in findings]
    console.say("\n".join([*lines, "", verdict]), [asdict(each) for each in findings])
    if bad:
        raise SystemExit(1)


async def _examined(settings: Settings, nameserver: str) -> list[Finding]:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        try:
            db, trouble = await stack.enter_async_context(_opened(settings, clock)), None
        except AlertdError as error:
            db, trouble = None, error
        return await looked(
            [
                ("address", partial(address.look, settings.http, clock)),
                ("clock", partial(machine.clock, clock, db)),
                ("disk", partial(machine.disks, _folders(settings))),
                ("secret", partial(store.secret, settings)),
                ("database", partial(store.database, settings, db, trouble)),
                ("backups", partial(store.backups, settings, clock, db)),
                ("copies", partial(store.copied, settings, clock)),
                ("ways", partial(ways.channels, settings)),
                ("gateways", partial(ways.gateways, settings, clock, db)),
                ("gateways", partial(ways.own, settings, db)),
                ("alarms", partial(keepers.told, settings, db)),
                ("canary", partial(keepers.proven, db)),
                ("mail", partial(mail.look, settings, mail.resolver(nameserver))),
            ]
        )


@asynccontextmanager
async def _opened(settings: Settings, clock: SystemClock) -> AsyncIterator[Database | None]:
    """The store as it is; None where opening would make it or change it."""
    if settings.store.url.startswith("sqlite:"):
        path = snapshots.file_of(settings.store.url)
        if not path.is_file() or snapshots.missing(path):
            yield None
            return
    elif await server_version.missing(settings.store.url):
        yield None
        return
    db = store_of(settings, clock)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


def _folders(settings: Settings) -> list[Path]:
    """Whose disks may fill up."""
    named = [settings.keys.secret_file.parent, Path(settings.node.folder or ".")]
    if settings.store.url.startswith("sqlite:"):
        named += [snapshots.file_of(settings.store.url).parent, shelf.folder_of(settings)]
    return named
