"""How docs/install.md says to install and to upgrade, run as it is printed: a shell, a wheel, and a place of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "install.md").read_text()
PLACE = "/opt/alertd"
WHEEL = re.search(r"`(python3 -m pip wheel [^`]*)`", PAGE)[1]
WAYS = [
    line for line in PAGE.splitlines() if line.endswith(" install alertd-*.whl") and "--force" not in line
]
UPGRADE = next(line for line in PAGE.splitlines() if "--force-reinstall" in line)
SECONDS = 300
ALONE = {"ALERTD_COMMUNES__BASE_URL": ""}
"""The State's register is not asked."""


def shell(command: str, folder: Path, **more: str) -> str:
    """What it prints, in that folder, with this Python's programs at hand and nothing of the checkout."""
    kept = {name: text for name, text in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    words = ["bash", "-euo", "pipefail", "-c", command]
    ran = subprocess.run(  # noqa: S603 - a line of our own page
        words,
        cwd=folder,
        env=kept | {"PATH": tools, "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | more,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout[-2_000:]}{ran.stderr[-2_000:]}"
    return ran.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with alertd's wheel, made as the page says, and one with the wheels that it needs, as they were tried."""
    folder = tmp_path_factory.mktemp("install")
    needed = f"python3 -m pip wheel -q -c {ROOT}/constraints.txt -w needed alertd-*.whl pip"
    try:
        shell(WHEEL.replace(" . .", f" {folder} {ROOT}"), folder)
        shell(needed, folder)
    except AssertionError as error:
        if re.search(r"No matching distribution|Max retries|Temporary failure|Connection", str(error)):
            pytest.skip("a package index")
        raise
    return folder


def offline(house: Path) -> dict[str, str]:
    """Installers take what lies there, and ask nobody."""
    needed = str(house / "needed")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": needed, "UV_NO_INDEX": "1", "UV_FIND_LINKS": needed}


def test_the_page_has_three_ways():
    """Python's own, pipx and uv: none is lost from the test below by another wording."""
    assert [tool for tool in ("venv", "pipx", "uv tool") if any(tool in way for way in WAYS)] == [
        "venv",
        "pipx",
        "uv tool",
    ]
    assert len(WAYS) == 3


@pytest.mark.parametrize("way", WAYS, ids=["venv", "pipx", "uv"])
def test_alertd_is_installed_as_the_page_says(way, house, tmp_path):
    """In a place of its own; what stands there is alertd, with its words and its list of communes."""
    place = tmp_path / "opt"
    shell(way.replace(PLACE, str(place)), house, **offline(house))
    alertd = place / "bin" / "alertd"
    assert shell(f"{alertd} --version", tmp_path).startswith("alertd, version ")
    init = f"{alertd} init --config a.toml --data data --recovery-to r.key --public-url http://127.0.0.1:1"
    shell(
        f"{init} --insee 55073 --lat 49.209 --lon 5.375 --email a@example.org --phone 0329000000",
        tmp_path,
        **ALONE,
    )
    assert "Bras-sur-Meuse" in shell(f"{alertd} station list --config a.toml", tmp_path)


def test_a_wheel_of_the_same_number_is_installed_all_the_same(house, tmp_path):
    """An upgrade brings every file of the new wheel, and keeps what it needs."""
    place = tmp_path / "opt"
    shell(WAYS[0].replace(PLACE, str(place)), house, **offline(house))
    (main,) = place.glob("lib/python*/site-packages/alertd/__main__.py")
    main.write_text("old")
    shell(UPGRADE.replace(PLACE, str(place)), house, **offline(house))
    assert main.read_text() == (ROOT / "alertd" / "__main__.py").read_text()
    assert shell(f"{place}/bin/alertd --version", tmp_path)
