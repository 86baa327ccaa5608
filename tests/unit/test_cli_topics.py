"""A station's topics are listed, hidden, shown and renamed at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

CONFIG = '[store]\nurl = "sqlite:{0}/a.db"\n[keys]\nsecret_file = "{0}/secret.key"\n'


@pytest.fixture
def alertd(tmp_path):
    """Run a command where there is a club; its exit status and what it wrote."""
    config = tmp_path / "alertd.toml"
    config.write_text(CONFIG.format(tmp_path))

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, result.stdout or result.stderr

    place = ("--lat", "49.209", "--lon", "5.375")
    assert run("station", "add", "bras", "--name", "Bras", *place)[0] == 0
    said = ("--name", "Judo", "--kind", "association", "--parent", "bras")
    assert run("station", "add", "judo", *said, *place)[0] == 0
    return run


def topics(alertd, *words):
    status, said = alertd("station", "topic", "judo", *words)
    assert status == 0, said
    return json.loads(said)["topics"]


def test_topics_are_hidden_shown_and_renamed(alertd):
    """What is not named stays as it was; each is in the audit."""
    assert set(topics(alertd)) == {"weather", "event", "mairie", "club"}
    assert topics(alertd, "club", "--label", "Entraînements")["club"] == "Entraînements"
    assert "club" not in topics(alertd, "club", "--hide")
    assert topics(alertd, "club", "--show")["club"] == "Entraînements"
    assert topics(alertd, "works", "--show")["works"] == "Travaux, stationnement"
    assert topics(alertd, "club", "--label", "")["club"] == "Associations"
    assert alertd("audit", "verify")[0] == 0


@pytest.mark.parametrize("key", ["fire", "nonsense"])
def test_what_is_not_the_stations_to_decide_is_refused(alertd, key):
    """A danger is its commune's; a topic that there is not is nobody's."""
    status, said = alertd("station", "topic", "judo", key, "--show")
    assert (status, "decides about no topic" in said) == (2, True)
