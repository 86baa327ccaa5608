"""A host opens its communes from a table, and a station leaves with what is its own."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

TABLE = """slug;name;lat;lon;kind;parent;private
ecole;École Jean Zay;49,21;5,37;school;bure;oui
bure;Bure;48,50;5,36;;;
reunion;Saint-Denis;-20,88;55,45;commune;;
"""


@pytest.fixture
def alertd(tmp_path):
    """Run a command; its exit status and JSON."""
    config = tmp_path / "alertd.toml"
    config.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    )

    def run(*words):
        result = CliRunner().invoke(main, [*map(str, words), "--config", str(config), "--json"])
        return result.exit_code, json.loads((result.stdout or result.stderr).splitlines()[-1])

    return run


def test_a_table_opens_stations_once_parents_first(alertd, tmp_path):
    """A parent may come after its child; a second run makes nothing and changes nothing."""
    file = tmp_path / "communes.csv"
    file.write_text(TABLE, "utf-8")
    status, told = alertd("station", "import", file)
    assert (status, told["opened"], told["there"], told["invited"]) == (0, 3, 0, 0)
    assert [one["slug"] for one in told["lines"]] == ["ecole", "bure", "reunion"]
    status, told = alertd("station", "import", file)
    assert (status, told["opened"], told["there"], told["lines"]) == (0, 0, 3, [])
    assert [one["slug"] for one in alertd("station", "children", "bure")[1]] == ["ecole"]


def test_one_wrong_line_and_nothing_is_opened(alertd, tmp_path):
    """Each is named with its number: what it is, twice, no place on earth, a word that is a page, a parent that is nowhere."""
    file = tmp_path / "communes.csv"
    file.write_text(
        TABLE
        + "bure;Bure encore;48;5;;;\nx y;X;48;5;;;\nloin;Loin;480;5;;;\nstations;S;48;5;;;\nsous;S;48;5;;x;\n",
        "utf-8",
    )
    status, said = alertd("station", "import", file)
    assert (status, said["code"]) == (2, "stations_invalid")
    assert all(f"line {number}" in said["message"] for number in (5, 6, 7, 8, 9))
    assert alertd("station", "list")[1] == []


def test_a_station_leaves_with_all_that_is_its_own(alertd, tmp_path):
    """Followers, archive and audit in a new folder; one that holds something is left alone."""
    file = tmp_path / "communes.csv"
    file.write_text(TABLE, "utf-8")
    alertd("station", "import", file)
    status, told = alertd("station", "export", "bure", "--to", tmp_path / "bure")
    assert (status, told["followers"], told["events"]) == (0, 0, 0)
    rows = [json.loads(line) for line in (tmp_path / "bure" / "audit.jsonl").read_text().splitlines()]
    assert [row["action"] for row in rows] == ["station.add", "station.export", "subscribers.export"]
    assert alertd("station", "export", "bure", "--to", tmp_path / "bure")[1]["code"] == "folder_taken"


def test_what_holds_addresses_is_for_one_account_alone(alertd, tmp_path):
    """Also in a folder that was there and that everybody may look into, and in a file of one's own choice."""
    file, there = tmp_path / "communes.csv", tmp_path / "there"
    file.write_text(TABLE, "utf-8")
    there.mkdir(mode=0o755)
    alertd("station", "import", file)
    assert alertd("station", "export", "bure", "--to", there)[0] == 0
    assert alertd("subscribers", "export", "--station", "bure", "--output", tmp_path / "out.csv")[0] == 0
    made = [*there.iterdir(), tmp_path / "out.csv"]
    assert len(made) == 6
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


@pytest.mark.parametrize("month", ["2026", "2026-13", "mars", "2026-3"])
def test_a_month_that_is_none_is_refused(alertd, month):
    """Written as 2026-03, and no other way."""
    assert alertd("usage", "--month", month)[1]["code"] == "month_malformed"
