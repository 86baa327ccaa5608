"""alertd secret recovery | recover"""

from pathlib import Path

import click

from alertd.cli.console import Console, command, private
from alertd.errors import Refused
from alertd.keyfile import Held, changing, from_paper
from alertd.keys import Keyring


@click.group()
def secret() -> None:
    """The one secret, from which every key is derived: on paper, and back from it."""


@secret.command()
@command
def recovery(console: Console) -> None:
    """Show the recovery key: 14 groups of letters and digits, to be kept on paper and apart from the backups."""
    key = Keyring.load(console.settings.keys.secret_file).recovery()
    console.say(key, {"recovery": key})


@secret.command()
@click.option(
    "--older",
    is_flag=True,
    help="Add the secret of before a rotation to the present file: a backup of then needs it.",
)
@command
def recover(console: Console, *, older: bool) -> None:
    """Write the secret's file again from the recovery key, which is asked for."""
    path = console.settings.keys.secret_file
    if older:
        _recover_older(console, path)
        return
    if path.exists():
        raise Refused("secret_there", f"There is a secret at {path}: it is not written over.")
    keyring = Keyring.from_recovery(click.prompt("Recovery key", hide_input=True, err=True))
    _write(path, keyring.written())
    console.say(f"The secret is at {path}.", {"secret_file": str(path)})


def _recover_older(console: Console, path: Path) -> None:
    typed = from_paper(click.prompt("Recovery key of before", hide_input=True, err=True))
    with changing(path) as file:
        held = Held.read(path)
        if held.secrets.keys() & typed.secrets.keys() or max(typed.secrets) > held.seals:
            raise Refused(
                "secret_not_older", "That is not the key of an older secret than the one that seals now."
            )
        file.keep(held.joined(typed))
    said = f"The secret {max(typed.secrets)} is in {path} again, for reading. When it has served: alertd keys rotate --finish"
    console.say(said, {"secret_file": str(path), "older": max(typed.secrets)})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with private(path, "x") as file:
        file.write(text)
