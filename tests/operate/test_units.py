"""The units as systemd reads them: nothing misspelt, little exposed, and settings that alertd understands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alertd.settings import Settings

UNITS = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = 15
"""Tenths of the ten that an open service is given."""


@pytest.fixture
def analyze():
    """`systemd-analyze`, on files alone."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze")

    def run(*words):
        words = [program, *map(str, words)]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603

    return run


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_little_exposed(analyze, unit):
    """systemd's own judge finds an exposure of at most 1.5 out of 10."""
    judged = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]
    assert "Overall exposure level" in judged.stdout


def test_units_hold_nothing_that_systemd_does_not_know(analyze, tmp_path):
    """Every unit is read without a word of complaint, wherever its program is."""
    for unit in UNITS.iterdir():
        text = unit.read_text().replace("/opt/alertd/bin/alertd", sys.executable)
        (tmp_path / unit.name).write_text(text)
    said = analyze("verify", "--man=no", *sorted(tmp_path.iterdir()))
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_a_unit_sets_is_an_option(unit):
    """The secret that systemd lends, and whatever else a unit says of the configuration, is where alertd looks for it; who only carries
    sealed copies away is lent none."""
    if unit.name == "alertd-backup-send.service":
        assert "secret.key" not in unit.read_text()
        return
    said = dict(re.findall(r"^Environment=(ALERTD_\w+)=(\S+)$", unit.read_text(), re.MULTILINE))
    settings = Settings.load(None, said)
    assert str(settings.keys.secret_file) == "%d/secret.key"
    assert "LoadCredential=secret.key:/etc/alertd/secret.key" in unit.read_text()
