"""docs/install.md: each command of alertd's is run as it is printed, in folders of a test's own."""

import json
import re
import shlex
import sqlite3
import stat
import tomllib
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner
from operate.register_peer import BRAS, register

from alertd.cli import main
from alertd.keys import token_hash
from alertd.model import Role

DOCS = Path(__file__).parents[2] / "docs"
HERE = [
    "init",
    "--name",
    "Bras",
    "--lat",
    "49.2",
    "--lon",
    "5.37",
    "--email",
    "a@b.fr",
    "--public-url",
    "http://127.0.0.1:1",
]


def commands(page, place):
    """alertd's commands in the page's blocks, each as it first stands there, with the machine's folders replaced by a test's."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("alertd ")]
    for folder in ("/etc/alertd", "/var/lib/alertd", "/etc/systemd/system"):
        lines = [line.replace(folder, f"{place}{folder}") for line in lines]
    split = (shlex.split(line, comments=True) for line in reversed(lines))
    return {" ".join(words[1:3]): words[1:] for words in split}


def run(words, place, status=0, typed="", at=""):
    """What it answers, given in that folder, where the State's register is at this address."""
    with chdir(place):
        done = CliRunner().invoke(main, words, input=typed, env={"ALERTD_COMMUNES__BASE_URL": at})
    assert done.exit_code == status, (words, done.output, done.exception)
    return done.output


@pytest.fixture
def place(tmp_path):
    """A machine's folders."""
    return tmp_path


def made(place):
    """`alertd init` as the page has it."""
    words = next(words for name, words in commands("install.md", place).items() if name.startswith("init"))
    with register() as (at, _):
        return run(words, place, at=at)


def test_one_command_makes_an_instance(place):
    """As the page says: configuration, secret, station and operator are there, the recovery key and what is left are told."""
    told = made(place)
    etc = place / "etc/alertd"
    settings = tomllib.loads((etc / "alertd.toml").read_text())
    assert settings["http"] == {
        "public_url": "https://alerte.example.fr",
        "trusted_proxies": ["127.0.0.1/32", "::1/128"],
    }
    assert settings["gateways"]["webpush"]["channels"] == ["push"]
    assert stat.S_IMODE((etc / "secret.key").stat().st_mode) == 0o600
    config = ("--config", str(etc / "alertd.toml"))
    (station,) = json.loads(run(["station", "list", "--json", *config], place))
    assert (station["slug"], station["mode"]) == ("bras-sur-meuse", "live")
    (key,) = re.findall(r"(?:[A-Z2-7]{4} ){13}[A-Z2-7]{4}", told)
    assert json.loads(run(["secret", "recovery", "--json", *config], place)) == {"recovery": key}
    assert "alertd doctor" in told
    unit = (place / "etc/systemd/system/alertd.service").read_text()
    assert "LoadCredential=" in unit
    before = (etc / "alertd.toml").read_bytes()
    assert "nothing was changed" in run(["init", *config, "--name", "x", "--lat", "1", "--lon", "1",
                                         "--public-url", "https://a.fr", "--email", "a@b.fr"], place, 2)  # fmt: skip
    assert (etc / "alertd.toml").read_bytes() == before


def test_what_nobody_can_be_asked_is_named(place):
    """Without a terminal nothing is asked: the options that are missing are named, and nothing is made."""
    said = run(["init", "--name", "Bras", "--config", "a.toml"], place, 2)
    assert "--lat, --lon, --public-url, --email" in said
    answered = ("--lat", "49.2", "--lon", "5.37", "--email", "a@b.fr", "--public-url", "alertes.example/")
    assert "write https:// and the host" in run(["init", "--name", "Bras", *answered], place, 2)
    taken = ["--public-url", "https://a.fr", "--recovery-to", "nowhere/key.txt"]
    assert "Nothing was made" in run(["init", "--name", "Bras", *answered[:6], *taken], place, 2)
    assert list(place.iterdir()) == []


def test_an_instance_is_made_from_a_file_of_outlines(place):
    """Without a network an outline's file tells name, code and a point inside; of a whole département's, the code says which."""
    one = {
        "type": "Feature",
        "properties": {"nom": "Bras-sur-Meuse", "code": "55073"},
        "geometry": BRAS["contour"],
    }
    other = one | {"properties": {"nom": "Bure", "code": "55087"}}
    (place / "meuse.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [other, one]}))
    words = ("init", "--contour", "meuse.geojson", "--public-url", "http://127.0.0.1:1", "--email", "a@b.fr")
    assert "--insee" in run(words, place, 2)
    assert "the station bras-sur-meuse" in run([*words, "--insee", "55073"], place)


def test_the_instance_of_the_page_can_be_kept(place):
    """check-config finds nothing wrong; a backup is made and tried; the secret comes back from paper, and opens it."""
    key = re.search(r"(?:[A-Z2-7]{4} ){13}[A-Z2-7]{4}", made(place))[0]
    found = commands("install.md", place)
    assert "https://alerte.example.fr" in run(found["check-config --config"], place)
    config = ("--config", f"{place}/etc/alertd/alertd.toml")
    run(["backup", "create", *config], place)
    (place / "etc/alertd/secret.key").unlink()
    assert "is no secret" in run(["backup", "verify", *config], place, 2)
    run(["secret", "recover", *config], place, typed=f"{key}\n")
    assert "tations: 1" in run(["backup", "verify", *config], place)
    (backup,) = (place / "var/lib/alertd/backups").glob("*.age")
    words = [str(backup) if word == "FILE" else word for word in found["backup restore"]]
    assert "is restored" in run([*words, "--configuration-to", f"{place}/old.toml"], place)
    assert (place / "old.toml").read_bytes() == (place / "etc/alertd/alertd.toml").read_bytes()


def test_the_doctor_of_the_page_finds_what_is_left(place):
    """Of a new instance it finds that nobody answers, that there is no backup, and no way out."""
    made(place)
    config = place / "etc/alertd/alertd.toml"
    text = config.read_text().replace("alerte.example.fr", "localhost:1")
    config.write_text(text.partition("\n[gateways.webpush]")[0])  # whose services are not this machine's
    told = run(commands("install.md", place)["doctor --config"], place, status=1)
    assert "Nobody answers at localhost:1" in told
    assert "There is no backup" in told
    assert "a live station reaches nobody" in told


def test_backups_are_made_and_restored_as_the_page_says(place):
    """docs/operating.md, Backups: each command in its order, with the configuration in the folder they are given in."""
    found = commands("operating.md", place)
    key = re.search(r"(?:[A-Z2-7]{4} ){13}[A-Z2-7]{4}", run(HERE, place))[0]
    for name in ("backup create", "backup list", "backup verify"):
        run(found[name], place)
    (place / "var/alertd.db").unlink()
    (place / "secret.key").unlink()
    run(found["secret recover"], place, typed=f"{key}\n")
    assert "is restored" in run(found["backup restore"], place)
    assert "tations: 1" in run(found["doctor"], place, status=1)


def test_the_first_mayor_comes_in_by_a_link(place):
    """Behind https no password is shown or kept in a terminal's scrollback: a link is, once; to try on one machine a password is enough."""
    told = made(place)
    assert "password " not in told.partition("It asks for a password")[0]
    [link] = re.findall(r"https://alerte\.example\.fr/invitation/([A-Za-z0-9_-]{43})", told)
    with sqlite3.connect(place / "var/lib/alertd/alertd.db") as store:
        [(kept, role, hashed)] = store.execute(
            "SELECT i.token_hash, i.role, o.password_hash FROM invitation i JOIN operator o ON o.id = i.operator_id"
        )
    assert (bytes(kept), Role(role), hashed) == (token_hash(link), Role.MAYOR, None)
    assert "/invitation/" not in run([*HERE, "--config", "there/alertd.toml", "--data", "there/var"], place)


def test_what_listens_is_where_the_log_in_is(place):
    """An address of this machine says the port, too."""
    run([*HERE[:-1], "http://127.0.0.1:18671", "--config", "a.toml"], place)
    assert tomllib.loads((place / "a.toml").read_text())["http"]["port"] == 18671


def test_units_know_where_the_instance_is_and_are_brought_up_to_date(place):
    """Configuration and secret where init put them; a later version's units replace what is there, and nothing else."""
    told = made(place)
    assert "ReadWritePaths=" in told, "the data is not where the units let it be"
    folder, config = place / "etc/systemd/system", place / "etc/alertd/alertd.toml"
    for name in ("alertd.service", "alertd-backup.service"):
        text = (folder / name).read_text()
        assert f"--config {config}" in text
        assert f"LoadCredential=secret.key:{place}/etc/alertd/secret.key" in text
    old = (folder / "alertd.service").read_text()
    (folder / "alertd.service").write_text("[Service]\nExecStart=/old\n")
    (folder / "other.service").write_text("theirs")
    words = commands("install.md", place)["units --to"]
    assert "alertd.service changed" in run(words, place)
    assert "Nothing changed" in run(words, place)
    assert (folder / "alertd.service").read_text() == old
    assert (folder / "other.service").read_text() == "theirs"


def test_a_commune_without_its_outline_is_told_how_to_give_it(place):
    """It stands among what is left to do where the register was not there, and nowhere else."""
    told = "alertd station outline bras"
    assert told in run([*HERE, "--phone", "0329000000"], place)
    other = place / "school"
    other.mkdir()
    assert told not in run([*HERE, "--phone", "0329000000", "--kind", "school"], other)
