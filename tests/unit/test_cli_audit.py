"""The audit is read, taken along and verified at the command line."""

import csv
import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from alertd.cli import main


@pytest.fixture
def alertd(tmp_path):
    """Run a command where there is a station; its exit status and what it said."""
    config = tmp_path / "alertd.toml"
    config.write_text(f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n')

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, result.stdout or result.stderr

    place = ("--lat", "49.209", "--lon", "5.375")
    assert run("station", "add", "bure", "--name", "Bure", *place)[0] == 0
    return run


def test_a_sound_audit_is_said_so_and_a_changed_row_ends_with_its_number(alertd, tmp_path):
    """Status 0 and what to note elsewhere; after one word was changed, status 2 and the row."""
    alertd("sending", "pause", "--reason", "panne")
    status, said = alertd("audit", "verify")
    told = json.loads(said)
    assert (status, told["rows"]) == (0, 2)
    assert alertd("audit", "verify", "--anchor", told["anchor"])[0] == 0
    assert json.loads(alertd("audit", "list", "--action", "sending")[1])[0]["object"] == "instance"
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as file:
        file.execute("DROP TRIGGER audit_unchanged")
        file.execute("UPDATE audit SET detail = '{}' WHERE id = 2")
    status, said = alertd("audit", "verify")
    assert status == 2
    assert json.loads(said)["code"] == "audit_broken"
    assert "row 2" in said


def test_the_audit_leaves_as_csv(alertd):
    """All rows, or one station's, oldest first, hashes included."""
    alertd("sending", "pause")
    whole = list(csv.DictReader(alertd("audit", "export")[1].splitlines()))
    assert [row["action"] for row in whole] == ["station.add", "sending.pause"]
    assert all(len(row["hash"]) == 64 for row in whole)
    assert len(list(csv.DictReader(alertd("audit", "export", "--station", "bure")[1].splitlines()))) == 1
