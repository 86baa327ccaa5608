"""alertd secret recovery | recover"""

import os
from pathlib import Path

import click

from alertd.cli.console import Console, command
from alertd.errors import Refused
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
@command
def recover(console: Console) -> None:
    """Write the secret's file again from the recovery key, which is asked for."""
    path = console.settings.keys.secret_file
    if path.exists():
        raise Refused("secret_there", f"There is a secret at {path}: it is not written over.")
    keyring = Keyring.from_recovery(click.prompt("Recovery key", hide_input=True, err=True))
    _write(path, keyring.written())
    console.say(f"The secret is at {path}.", {"secret_file": str(path)})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
