"""How long SMS and calls wait for a silent phone is decided at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

CONFIG = """
[store]
url = "sqlite:{0}/a.db"
[keys]
secret_file = "{0}/secret.key"
[silence.warning]
sms_after_s = 600
"""


@pytest.fixture
def alertd(tmp_path):
    """Run a command where a school stands under a commune; its exit status and JSON."""
    config = tmp_path / "alertd.toml"
    config.write_text(CONFIG.format(tmp_path))

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, json.loads((result.stdout or result.stderr).splitlines()[-1])

    place = ("--lat", "49.209", "--lon", "5.375")
    assert run("station", "add", "bras", "--name", "Bras", *place)[0] == 0
    assert run("station", "add", "ecole", "--name", "École", *place, "--parent", "bras")[0] == 0
    return run


def told(sms, voice, decided, station="ecole", level="warning"):
    return 0, {
        "station": station,
        "level": level,
        "sms_after_s": sms,
        "voice_after_s": voice,
        "from": decided,
    }


def test_a_station_has_the_delays_of_the_instance_until_somebody_decides(alertd):
    """Shown without options: the instance's, the commune's for its school, the school's own, and back again."""
    shown = ("station", "silence", "ecole", "warning")
    assert alertd(*shown) == told(600, None, None)
    assert alertd("station", "silence", "bras", "warning", "--sms", "120", "--voice", "300") == told(
        120, 300, "bras", "bras"
    )
    assert alertd(*shown) == told(120, 300, "bras")
    assert alertd(*shown, "--off") == told(None, None, "ecole")
    assert alertd(*shown, "--voice", "60") == told(None, 60, "ecole")
    assert alertd(*shown, "--default") == told(120, 300, "bras")
    assert alertd("station", "silence", "ecole", "info") == told(None, None, None, level="info")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("danger", "--sms", "60"), "silence_danger"),
        (("danger", "--off"), "silence_danger"),
        (("warning", "--sms", "0"), "silence_seconds"),
        (("warning", "--sms", "-5"), "silence_seconds"),
        (("warning", "--voice", "86401"), "silence_seconds"),
        (("warning", "--sms", "60", "--off"), "silence_unclear"),
        (("warning", "--off", "--default"), "silence_unclear"),
    ],
)
def test_what_cannot_wait_is_refused(alertd, words, code):
    """A danger, no time at all, more than a day, two wishes at once: each with its code, and nothing changes."""
    status, said = alertd("station", "silence", "ecole", *words)
    assert (status, said["code"]) == (2, code)
    assert alertd("station", "silence", "ecole", "warning") == told(600, None, None)


def test_an_unknown_station_has_no_delays(alertd):
    """It is said which one."""
    assert alertd("station", "silence", "nulle-part", "warning")[1]["code"] == "station_unknown"
