"""What an operator picks without a map is made at the command line."""

import json

import pytest
from click.testing import CliRunner

from alertd.cli import main

PEOPLE = "ref,locale,email,consent_source,consent_at\n" + "".join(
    f"r{n},fr,habitant{n}@example.org,guichet,2026-01-15\n" for n in range(3)
)


@pytest.fixture
def alertd(tmp_path):
    """Run a command on a station of its own; its exit status and JSON."""
    config, people = tmp_path / "alertd.toml", tmp_path / "people.csv"
    config.write_text(
        f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n'
    )
    people.write_text(PEOPLE)

    def run(*words):
        result = CliRunner().invoke(main, [*words, "--config", str(config), "--json"])
        return result.exit_code, json.loads((result.stdout or result.stderr).splitlines()[-1])

    assert run("station", "add", "bras", "--name", "Bras", "--lat", "49.209", "--lon", "5.375")[0] == 0
    assert run("subscribers", "import", str(people), "--station", "bras")[0] == 0
    return run


def test_a_hamlet_is_named_once(alertd):
    """A point gets its name; the same name again is refused."""
    words = ("station", "hamlet", "bras", "La Gare", "--lat", "49.21", "--lon", "5.37")
    assert alertd(*words) == (0, {"station": "bras", "hamlet": "La Gare"})
    status, said = alertd(*words)
    assert (status, said["code"]) == (2, "name_taken")


def test_a_zone_is_saved_as_drawn_near_its_station(alertd, tmp_path):
    """A circle is saved; one far from the station, and a file that is no zone, are refused with their code."""
    file = tmp_path / "zone.json"
    for content, expected in (
        ({"type": "Circle", "center": [5.375, 49.209], "radius_m": 600}, (0, None)),
        ({"type": "Circle", "center": [2.35, 48.85], "radius_m": 600}, (2, "zone_far_from_station")),
    ):
        file.write_text(json.dumps(content))
        status, said = alertd("station", "zone", "bras", f"Zone {expected[0]}", str(file))
        assert (status, said.get("code")) == expected
    file.write_text("pas du JSON")
    assert alertd("station", "zone", "bras", "Encore", str(file))[1]["code"] == "zone_not_json"


def test_a_group_is_made_of_known_people_or_not_at_all(alertd):
    """A list of refs becomes a group; one unknown ref, and nothing of it exists."""
    status, said = alertd("station", "group", "bras", "Classe", "--ref", "r0", "--ref", "inconnu")
    assert (status, said["code"]) == (2, "ref_unknown")
    status, said = alertd("station", "group", "bras", "Classe", "--ref", "r0", "--ref", "r2")
    assert (status, said["people"]) == (0, 2)


def test_a_list_that_is_there_is_filled(alertd):
    """What was opened empty on its page gets its people by its name, in as many goes as there are."""
    first = alertd("station", "group", "bras", "Parents", "--ref", "r0")[1]
    status, again = alertd("station", "group", "bras", "Parents", "--ref", "r2")
    assert (status, again["id"]) == (0, first["id"])
