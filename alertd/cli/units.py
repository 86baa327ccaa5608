"""alertd units: systemd's units of this version, with this instance's places in them."""

import sys
from pathlib import Path
from typing import Final

import click

from alertd import catalogue
from alertd.cli.console import DEFAULT, Console, command

PROGRAM: Final = "/opt/alertd/bin/alertd"
CONFIGURATION: Final = "/etc/alertd/alertd.toml"
SECRET: Final = "/etc/alertd/secret.key"  # noqa: S105 - where it is
DATA: Final = Path("/var/lib/alertd")
"""What a unit lets the service write: StateDirectory= is always under /var/lib."""


@click.command()
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="The folder of systemd's units: /etc/systemd/system.",
)  # fmt: skip
@command
async def units(console: Console, *, folder: Path) -> None:
    """Put systemd's units there, or bring those that are there up to date; what you changed yourself belongs into drop-ins."""
    configuration = (console.configuration or DEFAULT).absolute()
    changed = place(folder, configuration, console.settings.keys.secret_file.absolute(), anew=True)
    after = "\nThen: systemctl daemon-reload" if changed else ""
    said = f"{', '.join(changed) or 'Nothing'} changed in {folder}.{after}"
    console.say(said, {"units": changed})


def place(folder: Path, configuration: Path, secret: Path, *, anew: bool) -> list[str]:
    """Write the units that are missing (or `anew`: differ) there; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    changed: list[str] = []
    for unit in sorted((catalogue.config_folder().parent / "systemd").iterdir()):
        target, text = folder / unit.name, _placed(unit.read_text(), configuration, secret)
        if not target.exists() or (anew and target.read_text() != text):
            target.write_text(text)
            changed.append(unit.name)
    return changed


def _placed(text: str, configuration: Path, secret: Path) -> str:
    here = {
        PROGRAM: str(Path(sys.executable).with_name("alertd")),
        CONFIGURATION: str(configuration),
        SECRET: str(secret),
    }
    for shipped, ours in here.items():
        text = text.replace(shipped, ours)
    return text
