"""A station's daily quota of informations is decided at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

CONFIG = """
[store]
url = "sqlite:{0}/a.db"
[keys]
secret_file = "{0}/secret.key"
[quotas]
info_per_day = 900
kinds = {{ school = 200 }}
"""


@pytest.fixture
def alertd(tmp_path):
    """Run a command where there is a school; its exit status and JSON."""
    config = tmp_path / "alertd.toml"
    config.write_text(CONFIG.format(tmp_path))

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, json.loads((result.stdout or result.stderr).splitlines()[-1])

    place = ("--lat", "49.209", "--lon", "5.375")
    assert run("station", "add", "ecole", "--name", "École", *place, "--kind", "school")[0] == 0
    return run


def test_a_station_has_its_kind_s_quota_until_somebody_decides(alertd):
    """Shown without options: its kind's, its own, none at all, and its kind's again."""
    for words, expected in (
        ((), 200),
        (("--info-per-day", "50"), 50),
        ((), 50),
        (("--info-per-day", "0"), 0),
        (("--default",), 200),
    ):
        told = {"station": "ecole", "info_per_day": expected}
        assert alertd("station", "quota", "ecole", *words) == (0, told)


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--info-per-day", "-1"), "quota_invalid"), (("--info-per-day", "5", "--default"), "quota_unclear")],
)
def test_what_is_no_quota_is_refused(alertd, words, code):
    """Nothing is decided: the quota stays as it was."""
    status, said = alertd("station", "quota", "ecole", *words)
    assert (status != 0, said["code"]) == (True, code)
    assert alertd("station", "quota", "ecole")[1]["info_per_day"] == 200
