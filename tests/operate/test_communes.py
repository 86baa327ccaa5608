"""A station from its INSEE code: the list that was bundled, and the State's register, played on loopback."""

import json
import sqlite3
from contextlib import chdir, closing

import pytest
from click.testing import CliRunner
from operate.register_peer import BRAS, register

from alertd.cli import main
from alertd.errors import Missing, Refused, Unavailable
from alertd.stations import communes

ADDED = ("station", "add", "--json")


@pytest.fixture
def run(tmp_path):
    """A command in a folder of its own, with the register at this address; what it answers, and what it notes."""

    def run(*words, at="", status=0):
        with chdir(tmp_path):
            done = CliRunner().invoke(main, words, env={"ALERTD_COMMUNES__BASE_URL": at})
        assert done.exit_code == status, (done.output, done.exception)
        return done.stdout, done.stderr

    return run


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("55073", "Bras-sur-Meuse (55073, Meuse), 661 inhabitants"),
        ("2a004", "Ajaccio (2A004, Corse-du-Sud), 76,320 inhabitants"),
        ("97411", "Saint-Denis (97411, La Réunion), 155,634 inhabitants"),
        (
            "98411",
            "Îles Saint-Paul et Nouvelle-Amsterdam (98411, Terres australes et antarctiques françaises)",
        ),
    ],
)
def test_a_commune_is_known_by_its_code(code, told):
    """Overseas and Corsica included, however the letters are written; people are told where INSEE counts them."""
    assert str(communes.find(code)) == told


@pytest.mark.parametrize(
    ("code", "region", "clock"),
    [
        ("55073", "FR", "Europe/Paris"),
        ("97411", "RE", "Indian/Reunion"),
        ("98735", "PF", "Pacific/Tahiti"),
        ("98723", "PF", "Pacific/Marquesas"),
        ("98719", "PF", "Pacific/Gambier"),
    ],
)
def test_an_overseas_commune_has_its_own_clock_and_numbers(code, region, clock):
    """A commune of La Réunion is four hours from Paris; the Marquesas and the Gambier are not on Tahiti's time."""
    found = communes.find(code)
    assert (found.region, found.timezone) == (region, clock)


@pytest.mark.parametrize(
    ("code", "error", "word"),
    [
        ("55999", Missing, "not the postal code"),
        ("", Missing, "five signs"),
        ("69381", Refused, "part of Lyon today: give the commune's own code, 69123"),
        ("55537\n", None, "Douaumont-Vaux"),
        ("55164", Refused, "part of Douaumont-Vaux"),
    ],
)
def test_a_code_of_no_commune_of_today_is_told_apart(code, error, word):
    """Unknown; an arrondissement's; a merged commune's, which names the one that it is in."""
    if error is None:
        assert communes.find(code).name == word
        return
    with pytest.raises(error, match=word):
        communes.find(code)


def test_without_the_list_the_sentence_says_what_to_give(tmp_path):
    """Built without a network alertd has no list, and asks for a name and a place."""
    with pytest.raises(Unavailable, match="--name, --lat and --lon"):
        communes.found_in(tmp_path, "55073")


def added(run, folder, *words, at=""):
    """What `station add` told and noted, and the row that it made."""
    told, noted = run(*ADDED, *words, at=at)
    with closing(sqlite3.connect(folder / "var/alertd.db")) as db:
        db.row_factory = sqlite3.Row
        (row,) = db.execute("SELECT * FROM station")
    return json.loads(told), noted, row


def test_a_code_is_enough_to_make_a_station(run, tmp_path):
    """Its name comes from the list, its outline and its mairie from the register, which is told the code alone."""
    with register() as (at, asked):
        told, noted, row = added(run, tmp_path, "--insee", "55073", at=at)
    assert asked == ["/communes/55073?fields=nom,code,mairie,centre,contour&format=json"]
    assert (told["slug"], row["name"], row["insee"]) == ("bras-sur-meuse", "Bras-sur-Meuse", "55073")
    assert (row["latitude"], row["longitude"], row["timezone"]) == (49.209, 5.375, "Europe/Paris")
    assert json.loads(row["outline"])["coordinates"] == BRAS["contour"]["coordinates"]
    assert "661 inhabitants" in noted


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({}, 404), (BRAS | {"code": "55074"}, 200), (b"<html>", 200), (BRAS, 302), ({"code": "55073", "contour": 1}, 200),
    ],
)  # fmt: skip
def test_without_the_register_the_station_waits_for_its_outline(run, tmp_path, answer, status):
    """A register that is silent, ill or tells of another commune is no outline: the place is asked for, the outline is given later."""
    with register(answer, status) as (at, _):
        assert "Give --lat, --lon" in run(*ADDED, "--insee", "55073", at=at, status=2)[1]
        _, noted, _ = added(run, tmp_path, "--insee", "55073", "--lat", "49.2", "--lon", "5.37", at=at)
    assert "told no outline of 55073: " in noted
    assert "rror" not in noted
    with register() as (at, _):
        run("station", "outline", "bras-sur-meuse", at=at)
    (tmp_path / "bras.json").write_text(json.dumps(BRAS["contour"]))
    run("station", "outline", "bras-sur-meuse", "bras.json")
    assert "names no register" in run("station", "outline", "bras-sur-meuse", status=2)[1]


def test_a_station_that_is_no_commune_takes_nothing_from_its_code(run):
    """A school bears the code of its commune, and neither its name nor its outline."""
    words = ("ecole", "--kind", "school", "--insee", "55073", "--lat", "49.2", "--lon", "5.37")
    with register() as (at, asked):
        assert "Give --name" in run(*ADDED, *words, at=at, status=2)[1]
        run(*ADDED, *words, "--name", "École", at=at)
    assert asked == []


def test_a_commune_newer_than_the_list_is_named_by_hand(run, tmp_path):
    """A code that nobody knows ends it, unless a name was given: then it is only told."""
    assert "No commune has the INSEE code" in run(*ADDED, "--insee", "55999", status=2)[1]
    words = ("--insee", "55999", "--name", "Neuve", "--lat", "49.2", "--lon", "5.37")
    told, noted, _ = added(run, tmp_path, *words)
    assert told["slug"] == "neuve"
    assert "No commune has the INSEE code" in noted
