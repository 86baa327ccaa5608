"""The README's commands are run as they are printed."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from operate.register_peer import register

README = (Path(__file__).parents[2] / "README.md").read_text()
PEOPLE = (
    "ref,locale,phone,email,lat,lon,kind,topics,min_level,valid_until,consent_source,consent_at\n"
    + "".join(f"r{n},fr,,habitant{n}@example.org,49.209,5.375,home,,,,guichet,2026-01-15\n" for n in range(3))
)
PATIENCE_S = 60


def commands(heading):
    """The commands of the first block under a heading, without their comments."""
    block = re.search(rf"## {heading}\n.*?```\n(.*?)```", README, re.DOTALL)[1]
    return [shlex.split(line, comments=True) for line in block.splitlines() if line.strip()]


@pytest.fixture
def place(tmp_path):
    """A folder with the files that the README speaks of, and a free port."""
    settings = '[http]\nport = 0\n[store]\nurl = "sqlite:alertd.db"\n[keys]\nsecret_file = "secret.key"\n'
    (tmp_path / "alertd.toml").write_text(settings)
    (tmp_path / "abonnes.csv").write_text(PEOPLE)
    (tmp_path / "adresses-55073.csv").write_text("numero;nom_voie;lat;lon\n1;Rue de Verdun;49.2095;5.3746\n")
    return tmp_path


def run(place, words, **environ):
    """Run `alertd ...`; a password is typed where one is asked for."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", "alertd", *words],
        cwd=place,
        input="une phrase de passe\n" * 2,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


@contextmanager
def serving(place, words):
    """The daemon, and where it listens."""
    daemon = subprocess.Popen(  # noqa: S603 - ours
        [sys.executable, "-m", "alertd", *words], cwd=place, stderr=subprocess.PIPE, text=True
    )
    try:
        told = next(line for line in daemon.stderr if "listens on" in line)
        yield told.split()[-1]
    finally:
        daemon.terminate()
        daemon.communicate(timeout=PATIENCE_S)


def test_a_station_of_ones_own_is_made_as_the_readme_says(place):
    """Each command of the README works in its order, down to the preview of an alert."""
    *founding, serve, preview = commands("A station of your own")
    with register() as (at, _):
        said = {words[1]: run(place, words[1:], ALERTD_COMMUNES__BASE_URL=at) for words in founding}
    key = re.search(r"alertd_\S+", said["key"])[0]
    with serving(place, serve[1:]) as url:
        at = preview.index("alertd")
        told = run(place, preview[at + 1 :], ALERTD_KEY=key, ALERTD_URL=url)
    assert "3 people" in told
    made = [words[1] for words in founding]
    assert made == ["check-config", "station", "station", "station", "operator", "key", "subscribers"]
