"""alertd keys rotate"""

import sys
from dataclasses import dataclass
from functools import partial

import click

from alertd.cli.console import Console, command
from alertd.node.desk import node_name, own_folder
from alertd.rotation.turn import Rotation, Stage, Turned


@click.group()
def keys() -> None:
    """The instance's secret, from which every key is derived: another takes its place, while nodes run."""


@keys.command()
@click.option(
    "--finish",
    is_flag=True,
    help="Forget the old secret: every node seals with the new one, and no row bears the old.",
)
@click.option(
    "--gone",
    multiple=True,
    metavar="NODE",
    help="One that is gone for good, with what waited on its disk: it is not waited for.",
)
@command
async def rotate(console: Console, *, finish: bool, gone: tuple[str, ...]) -> None:
    """Make a new secret, and seal and hash everything anew with it. Run it again when it says so; a stop in the middle loses nothing."""
    async with console.house() as house:
        path = house.settings.keys.secret_file
        spools = tuple(own_folder(house.settings).glob("*.receipts*"))
        rows = Rows(shown=not console.as_json, rewriting=sys.stderr.isatty())
        made = _silent if console.as_json else partial(_show, console)
        here = node_name(house.settings)
        rotation = Rotation(
            house.store, house.clock, path, rows.show, spools=spools, made=made, node=here, gone=gone
        )
        try:
            turned = await (rotation.finish() if finish else rotation.turn())
        finally:
            rows.end()
    console.say("\n".join(_sentences(turned)), _told(turned))


def _show(console: Console, key_id: int, recovery: str) -> None:
    """At once: whoever stops the command then has it."""
    said = "Keep this new recovery key on paper, beside the old one, apart from the backups:"
    console.note(f"Secret {key_id} is made. {said}\n\n    {recovery}\n")


def _silent(_: int, __: str) -> None:
    """It is in the answer."""


@dataclass(slots=True)
class Rows:
    """How many rows of each table were looked at, on standard error: one line a table, which a terminal sees grow."""

    shown: bool
    rewriting: bool
    table: str = ""
    seen: int = 0

    def show(self, table: str, seen: int) -> None:
        if table != self.table or seen < self.seen:
            self.end()
        self.table, self.seen = table, seen
        if self.shown and self.rewriting:
            click.echo(f"\r{table}: {seen}", err=True, nl=False)

    def end(self) -> None:
        """The line of the table that was looked at last, if there was one."""
        if self.shown and self.table:
            click.echo("" if self.rewriting else f"{self.table}: {self.seen}", err=True)
        self.table = ""


def _sentences(turned: Turned) -> list[str]:
    if turned.stage is Stage.OVER:
        older = "Backups made before it sealed open with the older recovery key alone: keep that paper as long as them."
        return [
            f"Secret {turned.key_id} is the only one. Is its recovery key on paper? alertd secret recovery. {older}",
            "Copy the secret's file to every node; the old one leaves their memory at their next start.",
        ]
    if turned.stage is Stage.MADE:
        return [
            f"Nothing is sealed with secret {turned.key_id} yet: these nodes do not read it: {', '.join(turned.waits)}.",
            "Copy the secret's file to each, start each again (systemctl restart alertd), then run: alertd keys rotate",
        ]
    return [f"Secret {turned.key_id} seals. {turned.swept.moved} rows were sealed anew.", *_next(turned)]


def _next(turned: Turned) -> list[str]:
    said = [f"{what}: {n} rows bear an older secret still." for what, n in sorted(turned.left.items())]
    if turned.waits:
        said.append(
            f"These nodes seal with the older one: {', '.join(turned.waits)}. Copy the secret's file to each, and start each again."
        )
    return [*said, "To forget the old secret: alertd keys rotate --finish"]


def _told(turned: Turned) -> dict[str, object]:
    return {
        "stage": turned.stage.value,
        "key_id": turned.key_id,
        "recovery": turned.recovery or None,
        "restart": turned.waits,
        "moved": turned.swept.moved,
        "unreadable": turned.swept.unreadable,
        "left": turned.left,
    }
