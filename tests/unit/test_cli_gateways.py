"""An administrator's last word about who speaks for a channel, at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

TWO = """
[gateways.first]
driver = "smtp"
channels = ["email"]
options = { host = "127.0.0.1", port = 1, tls = "none", from_address = "a@example.org" }
[gateways.second]
driver = "smtp"
channels = ["email"]
options = { host = "127.0.0.1", port = 2, tls = "none", from_address = "a@example.org" }
"""


@pytest.fixture
def alertd(tmp_path):
    """Run a command on an instance of its own; its exit status and JSON."""
    config = tmp_path / "alertd.toml"
    places = f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    config.write_text(places + TWO)

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, json.loads(result.stdout or result.stderr)

    return run


def test_a_preferred_gateway_is_listed_with_who_and_why(alertd):
    """What was preferred, for which channel and why, is there to be read; then the nodes choose again."""
    assert alertd("gateways", "prefer", "second", "--channel", "email", "--reason", "contrat")[0] == 0
    _, listed = alertd("gateways", "list")
    places = [(row["gateway"], row["place"], row["preferred"]) for row in listed["gateways"]]
    assert places[:2] == [("first", "1", ""), ("second", "2", "yes")]
    assert listed["decisions"][0] | {"at": ""} == {
        "at": "",
        "who": "cli",
        "what": "gateway.prefer",
        "gateway": "second",
        "why": "contrat",
    }
    assert alertd("gateways", "auto", "--channel", "email")[0] == 0
    assert not any(row["preferred"] for row in alertd("gateways", "list")[1]["gateways"])


def test_a_gateway_that_does_not_serve_the_channel_is_refused(alertd):
    """A name that is not on the channel's route is told with the route."""
    status, said = alertd("gateways", "prefer", "second", "--channel", "sms", "--reason", "contrat")
    assert (status, said["code"]) == (2, "gateway_unknown")
