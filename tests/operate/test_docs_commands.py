"""Every command that a page prints is one that alertd takes; those that an administrator types are run, page by page, in their order."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from operate.far_shelves import ACCESS, REGION, SECRET, bucket

from alertd.cli import main
from zones.__main__ import main as zones_at_a_terminal

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
SHOWN = [*PAGES, *sorted((ROOT / "config").glob("*.toml")), *sorted((ROOT / "systemd").iterdir())]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TYPED = re.compile(r"(?:[A-Z_]+=\S* |sudo )*alertd ")
INLINE = re.compile(r"`((?:[A-Z_]+=\S* )*alertd [^`]*)`")


def lines(page):
    """The lines of the page's blocks, those that go on joined to what they go on with."""
    blocks = [text for kind, text in BLOCK.findall(page.read_text()) if kind in {"", "sh"}]
    return [line for text in blocks for line in text.replace("\\\n", " ").splitlines()]


def printed(page):
    """alertd's commands in the page's blocks, as words."""
    for line in filter(TYPED.match, lines(page)):
        (words, *_) = re.split(r" (?:&&|>|\|) ", line[line.index("alertd ") :].partition("  #")[0])
        yield shlex.split(words, comments=True)[1:]


def command_of(words):
    """The command that these words name, and what follows; of "a|b" and "a | b" the first."""
    found, rest = main, list(words)
    while isinstance(found, click.Group) and rest:
        name = rest.pop(0).partition("|")[0]
        found = found.get_command(click.Context(found), name)
        assert found is not None, f"there is no command {name!r}"
    return found, rest


def check(words, *, whole):
    """It has each option, and, where the command is whole, nothing that must be given is left out."""
    found, rest = command_of(words)
    if isinstance(found, click.Group):
        return
    context = click.Context(found, info_name=words[0])
    told, _, _ = found.make_parser(context).parse_args([word for word in rest if word != "|"])
    for one in found.params:
        lacking = one.required and told.get(one.name) in (None, (), click.core.UNSET)
        assert not (whole and lacking), f"{' '.join(words)}: {one.name} is left out"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_tells_to_type_is_a_command(page):
    """Each command in a block is whole: its name, its options and what must be given are the command line's own."""
    for words in printed(page):
        try:
            check(words, whole=True)
        except click.UsageError as error:
            pytest.fail(f"{' '.join(words)}: {error.message}")


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_what_a_page_mentions_is_a_command(page):
    """A command between the lines exists, and has the options that it is mentioned with."""
    for said in INLINE.findall(page.read_text()):
        words = shlex.split(said.partition("alertd ")[2].replace("\n# ", " ").replace("\n", " "))
        try:
            found, rest = command_of(words)
            options = {word for one in found.params for word in (*one.opts, *one.secondary_opts)} | {"--help"}
            named = {word.partition("=")[0] for word in rest if word.startswith("--")}
            assert named <= options, said
        except AssertionError as error:
            pytest.fail(f"{said}: {error}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    """A target of make and a unit of systemd that a page names are in the Makefile and among the units."""
    text = page.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+) ", text, re.MULTILINE)) <= {
        (one, "") for one in targets
    } | {("", one) for one in targets}
    units = {path.name for path in (ROOT / "systemd").iterdir()}
    assert set(re.findall(r"\balertd[a-z-]*\.(?:service|socket|timer)\b", text)) <= units


SETTINGS = """
[store]
url = "sqlite:alertd.db"
[keys]
secret_file = "secret.key"
[subscribers]
fiction_numbers = true
[gateways.ovh]
driver = "sandbox"
channels = ["sms", "email"]
[gateways.twilio]
driver = "sandbox"
channels = ["sms", "email"]
[backup]
folder = "backups"
[backup.remote]
url = "s3://communes/bras"
endpoint = "{url}"
region = "{region}"
access_key = "{access}"
secret_file = "s3.secret"
"""
FILES = {
    "s3.secret": SECRET,
    "adresses-55073.csv": "numero;nom_voie;lat;lon\n1;Rue de Verdun;49.2095;5.3746\n",
    "communes.csv": "slug,name,lat,lon\nbure,Bure,48.50,5.36\n",
}
BEFORE = [
    'station add bras-sur-meuse --name "Bras-sur-Meuse" --lat 49.209 --lon 5.375',
    "operator add mairie --name Mairie --station bras-sur-meuse --role mayor",
]
ELSEWHERE = {
    "gateways check": "asks a provider: tests/gateways/test_gateway_check.py",
    "audit verify --anchor": "a line of one's own paper: tests/unit/test_cli_audit.py",
    "secret recover": "tests/operate/test_install.py",
    "keys rotate": "between restarts: with the rotation's own tests",
    "serve": "tests/e2e/test_readme.py",
}
STATUS = {"doctor": 1, "backup restore": 2, "backup settle": 2, "operator invite": 2}
"""A new instance has something left to do; a database that is there is not replaced unasked, nor one settled that nobody restored; no
letter leaves by a sandbox."""


@pytest.fixture
def place(tmp_path):
    """An instance whose gateways lead nowhere, with the files that the pages speak of, and a bucket on loopback."""
    with bucket() as url:
        (tmp_path / "alertd.toml").write_text(SETTINGS.format(url=url, region=REGION, access=ACCESS))
        for name, text in FILES.items():
            (tmp_path / name).write_text(text)
        for line in BEFORE:
            run(tmp_path, shlex.split(line))
        yield tmp_path


def run(place, words, status=0):
    """One command in that folder; a password is typed where one is asked for."""
    with chdir(place):
        done = CliRunner().invoke(
            main, words, input="une phrase de passe\n" * 2, env={"ALERTD_COMMUNES__BASE_URL": ""}
        )
    assert done.exit_code == status, (words, done.output, done.exception)


def _like(words, table):
    said = " ".join(words)
    return next((one for one in table if said.startswith(one)), None)


@pytest.mark.parametrize("page", ["operating.md", "privacy.md", "stations.md"])
def test_what_an_administrator_types_works(place, page):
    """Each command of the page is run, in the page's order; those that need another hour, another machine or a provider elsewhere."""
    done = 0
    for words in printed(ROOT / "docs" / page):
        if _like(words, ELSEWHERE) is None:
            run(
                place,
                [word for word in words if not word.startswith("--config") and word != "alertd.toml"],
                STATUS.get(_like(words, STATUS), 0),
            )
            done += 1
    assert done >= 5


def test_zones_are_tried_at_a_terminal_as_the_readme_says(tmp_path, capsys):
    """`python -m zones`, each of the README's commands on a circle and a table of places."""
    (tmp_path / "zone.json").write_text('{"type": "Circle", "center": [5.375, 49.209], "radius_m": 800}')
    (tmp_path / "places.csv").write_text("id,lat,lon\n7,49.209,5.375\n8,48.0,5.0\n")
    typed = [
        shlex.split(line, comments=True)[3:]
        for line in lines(ROOT / "README.md")
        if line.startswith("python -m zones ")
    ]
    with chdir(tmp_path):
        assert [zones_at_a_terminal(words) for words in typed] == [0, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "7"
