"""A station's colour is shown and chosen at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

CONFIG = '[store]\nurl = "sqlite:{0}/a.db"\n[keys]\nsecret_file = "{0}/secret.key"\n'


@pytest.fixture
def alertd(tmp_path):
    """Run a command where there is a commune; its exit status and what it wrote."""
    config = tmp_path / "alertd.toml"
    config.write_text(CONFIG.format(tmp_path))

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, result.stdout or result.stderr

    assert run("station", "add", "bras", "--name", "Bras", "--lat", "49.209", "--lon", "5.375")[0] == 0
    return run


def test_a_colour_is_chosen_and_stays(alertd):
    """Blue until somebody chooses; the choice is in the audit."""
    for words, expected in (((), "blue"), (("plum",), "plum"), ((), "plum")):
        status, said = alertd("station", "colour", "bras", *words)
        assert (status, json.loads(said)) == (0, {"station": "bras", "accent": expected})
    assert alertd("audit", "verify")[0] == 0


def test_a_colour_that_there_is_not_is_refused(alertd):
    """Red is a level's: the sentence names those that may be chosen."""
    status, said = alertd("station", "colour", "bras", "red")
    assert status == 2
    assert "plum" in said
    assert json.loads(alertd("station", "colour", "bras")[1])["accent"] == "blue"
