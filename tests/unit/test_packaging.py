"""What is installed is whole: the words travel in the wheel, and an editable install reads the checkout's."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = """
import alertd.catalogue, gateways.text, zones
from alertd.settings import Settings
folder = alertd.catalogue.config_folder()
words = alertd.catalogue.load()
assert Settings.load(folder / "alertd.toml", {}) == Settings()
assert zones.cell(48.7736, 5.1606) and gateways.text.segments("Bure") == 1
print(alertd.catalogue.__file__, folder, zones.__file__, len(words.topics), len(words.languages), sep="\\n")
"""


def python(*arguments, cwd, **environ):
    """The answer of this same Python, offline and away from the checkout."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | environ
    done = subprocess.run(  # noqa: S603
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder in which a wheel of the checkout is installed, alone."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    offline = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    python("-m", "pip", "install", "-q", *offline, "--target", folder / "site", wheel, cwd=folder)
    return folder / "site"


def test_a_wheel_brings_its_words(site, tmp_path):
    """Installed from a wheel, alertd reads the topics, phrases and settings inside its own package."""
    code, folder, zones, topics, languages = python("-c", CHECK, cwd=tmp_path, PYTHONPATH=str(site))
    assert Path(folder) == site / "alertd" / "config"
    assert Path(code).is_relative_to(site)
    assert Path(zones).is_relative_to(site)
    assert (topics, languages) == ("25", "6")


def test_what_is_installed_founds_an_instance(site, tmp_path):
    """The program that pip, pipx and uv put in their bin makes an instance of its own wheel alone: code, words, units, communes."""
    place = ("--insee", "97411", "--lat", "-20.88", "--lon", "55.45", "--public-url", "https://a.example.org")
    words = ("init", *place, "--email", "a@example.org", "--config", "a.toml", "--units", "units", "--json")
    nobody = {"PYTHONPATH": str(site), "ALERTD_COMMUNES__BASE_URL": ""}
    (told,) = python(site / "bin" / "alertd", *words, cwd=tmp_path, **nobody)
    assert json.loads(told)["station"] == "saint-denis"
    units = {path.name: path.read_text() for path in (tmp_path / "units").iterdir()}
    assert units.keys() == {path.name for path in (ROOT / "systemd").iterdir()}
    ours = f"ExecStart={Path(sys.executable).with_name('alertd')} serve "
    assert ours in units["alertd.service"]
    (told,) = python(
        site / "bin" / "alertd", "station", "list", "--config", "a.toml", "--json", cwd=tmp_path, **nobody
    )
    assert json.loads(told)[0]["name"] == "Saint-Denis"


def test_a_wheel_brings_all_of_config(site):
    """Every file of config/ is in the wheel."""
    ours = {path.relative_to(ROOT / "config") for path in (ROOT / "config").rglob("*.toml")}
    inside = site / "alertd" / "config"
    assert {path.relative_to(inside) for path in inside.rglob("*.toml")} == ours
    assert len(ours) > 10


def test_a_wheel_brings_the_guide_and_its_pictures(site, tmp_path):
    """What the daemon shows at /guide is the file of docs/ itself, with every picture that it names; the README's stay at home."""
    check = "from alertd.web.public import guide; print(guide.FOLDER, len(guide.page().contents), *guide.pictures(), sep='\\n')"
    folder, parts, *pictures = python("-c", check, cwd=tmp_path, PYTHONPATH=str(site))
    assert Path(folder) == site / "alertd" / "docs"
    assert (Path(folder) / "mairie.md").read_bytes() == (ROOT / "docs" / "mairie.md").read_bytes()
    assert int(parts) > 10
    assert set(pictures) == {path.name for path in (ROOT / "docs" / "images" / "mairie").iterdir()}
    assert sorted(path.name for path in (Path(folder) / "images").iterdir()) == ["mairie"]


def test_a_wheel_brings_every_module(site):
    """Every module and every file of SQL of the three packages is in the wheel."""
    for package in ("alertd", "gateways", "zones"):
        ours = {
            path.relative_to(ROOT)
            for suffix in ("py", "sql")
            for path in (ROOT / package).rglob(f"*.{suffix}")
        }
        assert [str(path) for path in sorted(ours) if not (site / path).is_file()] == []


def test_an_editable_install_reads_the_checkout(tmp_path):
    """An editable install is a .pth file that names the checkout: alertd then reads the checkout's config/."""
    (tmp_path / "alertd.pth").write_text(f"{ROOT}\n")
    code, folder, *_ = python("-c", f"import site; site.addsitedir({str(tmp_path)!r})\n{CHECK}", cwd=tmp_path)
    assert Path(folder) == ROOT / "config"
    assert Path(code).is_relative_to(ROOT)


def test_a_wheel_brings_the_map(site):
    """Leaflet is in the wheel, in a folder named by the version that the lock file seals, with its licence."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/leaflet"]
    folder = site / "alertd" / "web" / "static" / f"leaflet-{locked['version']}"
    assert b"Agafonkin" in (folder / "LICENSE").read_bytes()
    assert gzip.decompress((folder / "leaflet.js.gz").read_bytes()) == (folder / "leaflet.js").read_bytes()


def test_a_wheel_brings_the_communes(site):
    """France's communes by their codes are in the wheel, of the version that the lock file seals, in under half a megabyte."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    version = locked["node_modules/@etalab/decoupage-administratif"]["version"]
    packed = (site / "alertd" / "stations" / f"communes-{version}.tsv.gz").read_bytes()
    kinds = Counter(line.partition(b"\t")[0] for line in gzip.decompress(packed).splitlines())
    assert kinds[b"commune"] > 34_900
    assert kinds[b"departement"] == 109
    assert len(packed) < 500_000


def test_the_lock_file_seals_every_package_and_names_no_host():
    """npm refuses what has not the integrity that was tried, and takes it from whichever registry it is set to."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    brought = {name: package for name, package in locked.items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in brought.values())
    assert not any("resolved" in package for package in brought.values())


def test_without_a_registry_the_build_goes_on_without_a_map(tmp_path):
    """A wheel built where npm reaches nothing is whole but for map and communes; a release asks for both, and stops."""
    for name in (
        "pyproject.toml",
        "hatch_build.py",
        "package.json",
        "package-lock.json",
        ".npmrc",
        "README.md",
    ):
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("alertd", "gateways", "zones", "config", "systemd"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs" / "images" / "mairie").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "mairie.md", tmp_path / "docs")
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(tmp_path / "cache")}
    nowhere |= {
        "npm_config_fetch_retry_mintimeout": "1"
    }  # milliseconds before it knocks again: nobody comes meanwhile
    build = ("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist")
    python(*build, cwd=tmp_path, **nowhere)
    assert list((tmp_path / "dist").glob("*.whl"))
    with pytest.raises(AssertionError, match="npm"):
        python(*build, cwd=tmp_path, **nowhere, ALERTD_MAP="required")
