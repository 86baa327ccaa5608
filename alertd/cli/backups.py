"""alertd backup create | list | verify | restore | settle | identity | done | send | fetch"""

from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import click

from alertd.backup import sealing, shelf, told
from alertd.backup.create import create
from alertd.backup.remote import copies
from alertd.backup.restore import Restored, restore
from alertd.backup.settle import noted_in, settle
from alertd.backup.trial import Sound, tried
from alertd.cli.console import Console, command, table
from alertd.clock import SystemClock, from_ms
from alertd.keys import Keyring

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def backup() -> None:
    """Backups of a SQLite instance, made while it runs and opened by its secret alone; `settle`, `identity` and `done` serve PostgreSQL."""


@backup.command("create")
@command
async def create_(console: Console) -> None:
    """Make one, and remove those that rotation no longer keeps."""
    made = await create(console.settings, SystemClock(), _keyring(console), console.configuration)
    console.say(f"{made} ({made.stat().st_size} bytes)", {"file": str(made), "bytes": made.stat().st_size})


@backup.command("list")
@click.option("--remote", is_flag=True, help="What is at [backup.remote] instead.")
@command
async def list_(console: Console, *, remote: bool) -> None:
    """What is on the shelf, oldest first."""
    here = shelf.on(shelf.folder_of(console.settings))
    found = (
        await copies.known(console.settings)
        if remote
        else [(each, each.path.stat().st_size) for each in here]
    )
    rows = [
        {
            "made_at": each.made_at.isoformat(),
            "bytes": size,
            "migration": "yes" if each.migration else "no",
            "file": str(each.path),
        }
        for each, size in found
    ]
    console.say(table([*rows]), rows)


@backup.command()
@click.argument("file", type=FILE, required=False)
@click.option("--remote", is_flag=True, help="One that is at [backup.remote], by its name.")
@command
async def verify(console: Console, *, file: Path | None, remote: bool) -> None:
    """Restore one (the latest, if none is named) into a scratch place: is everything there, does it balance, does it open?"""
    keyring = _keyring(console)
    async with AsyncExitStack() as stack:
        if remote:
            chosen = await stack.enter_async_context(
                copies.borrowed(console.settings, file.name if file else None)
            )
        else:
            chosen = _chosen(console, file)
        sound = await tried(console.settings, SystemClock(), keyring, chosen)
    where = f"{chosen.name} at {console.settings.backup.remote.url}" if remote else chosen.name
    console.say(f"{where} is sound: {_told(sound)}.", {"file": str(chosen), **_figures(sound)})


@backup.command()
@command
async def send(console: Console) -> None:
    """Bring to [backup.remote] what is not there yet, and remove there what rotation no longer keeps."""
    sent = await copies.send(console.settings)
    told = f"{len(sent.brought)} brought, {len(sent.removed)} removed; {sent.kept} backups are at {console.settings.backup.remote.url}."
    console.say(told, asdict(sent))


@backup.command()
@click.argument("name", required=False)
@command
async def fetch(console: Console, *, name: str | None) -> None:
    """Put a backup from [backup.remote] (the latest, if none is named) on the shelf, with what was noted of who left: then restore it."""
    fetched = await copies.fetch(console.settings, name)
    console.say(str(fetched), {"file": str(fetched), "bytes": fetched.stat().st_size})


@backup.command("restore")
@click.argument("file", type=FILE, required=False)
@click.option("--replace", is_flag=True, help="Put the database that is there aside.")
@click.option("--configuration-to", type=FILE, help="Where the configuration of that day is to be written.")
@command
async def restore_(
    console: Console, *, file: Path | None, replace: bool, configuration_to: Path | None
) -> None:
    """Put one (the latest, if none is named) in the database's place. Stop the daemon first.

    Whoever left since it was made is taken out again, as far as the file beside the backups knows.
    """
    chosen = _chosen(console, file)
    restored = await restore(
        console.settings,
        SystemClock(),
        _keyring(console),
        chosen,
        replace=replace,
        configuration=configuration_to,
    )
    told = {"file": str(chosen), **_figures(restored.sound), "departures": restored.departures}
    told |= {"paused": restored.paused, "aside": str(restored.aside) if restored.aside else None}
    told |= {"doubts": list(restored.doubts)}
    console.say("\n".join(_sentences(chosen, restored)), told)


@backup.command("settle")
@click.option(
    "--log-everybody-out",
    "surely",
    is_flag=True,
    help="The database was restored, although nothing beside the backups shows it.",
)
@command
async def settle_(console: Console, *, surely: bool) -> None:
    """After another tool restored the database (pg_restore, a snapshot), before the first node starts; on either engine.

    Sending is paused, everybody is logged out, numbers go on behind all that were given, and whoever is noted as gone since
    in [backup] folder is taken out again. Refused where nothing shows that the database was restored.
    """
    folder = noted_in(console.settings)
    async with console.house() as house:
        settled = await settle(house.store, house.clock, folder, _keyring(console), surely=surely)
    told = (
        f"Done again of what people left: {settled.departures} of {settled.noted} that are noted in {folder}. Nobody is logged in; sending "
        "is PAUSED. Start the daemon, look at the alerts, end those that are over, then: alertd sending resume"
    )
    console.say("\n".join([told, *settled.doubts]), asdict(settled) | {"paused": True})


@backup.command()
@command
async def done(console: Console) -> None:
    """PostgreSQL's own tools have made a backup just now: said at the end of their command, so that one that is missing is told."""
    told.refuse_own(console.settings)
    async with console.house() as house, house.store.transaction() as tx:
        await told.tell(tx, house.clock)
    console.say("It is noted: the watch tells when none was for 48 hours.", {"done": True})


@backup.command()
@click.option("--public", is_flag=True, help="What `age -r` seals to instead: no secret.")
@command
def identity(console: Console, *, public: bool) -> None:
    """The key with which any `age` program opens backups (age -d -i FILE): as secret as the instance's secret."""
    keyring = _keyring(console)
    key = sealing.recipient(keyring) if public else sealing.identity(keyring)
    console.say(key, {"recipient" if public else "identity": key})


def _keyring(console: Console) -> Keyring:
    """The one that there is: to make another would make a backup that nobody can open."""
    return Keyring.load(console.settings.keys.secret_file)


def _chosen(console: Console, file: Path | None) -> Path:
    return file or shelf.latest(shelf.folder_of(console.settings)).path


def _figures(sound: Sound) -> dict[str, object]:
    return {name: value for name, value in asdict(sound).items() if name != "slip"} | asdict(sound.slip)


def _told(sound: Sound) -> str:
    made = from_ms(sound.slip.made_at).isoformat(timespec="seconds")
    return (
        f"of {made}, by alertd {sound.slip.alertd}; stations: {sound.stations}, people: {sound.subscribers}, "
        f"alerts: {sound.alerts}; books and audit hold, and the secret opens it"
    )


def _sentences(chosen: Path, restored: Restored) -> list[str]:
    said = [f"{chosen.name} is restored: {_told(restored.sound)}."]
    said.append(f"Done again of what people left since: {restored.departures}.")
    said.extend(restored.doubts)
    said.append(
        "Operators, roles and API keys are as they were then, and nobody is logged in: take away again what was taken away since."
    )
    if restored.aside:
        said.append(
            f"The database that was there is now {restored.aside}: it holds people's data; delete it when you can."
        )
    if restored.paused:
        said.append(
            "Something was on its way when the backup was made, or would leave by itself now, and may have arrived since: sending is PAUSED. "
            "Start the daemon, look at the alerts, end those that are over, then: alertd sending resume"
        )
    return said
