"""A host opens its communes by their codes, and invites their mayors; the State's register is played on loopback."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from operate.register_peer import BRAS, register

from alertd.cli import main

TABLE = """insee,slug,mayor_email,lat,lon
55073,,maire@bras.example,,
97411,reunion,pas une adresse,-20.88,55.45
"""
POST = """
[gateways.relais]
driver = "smtp"
channels = ["email"]
"""


@pytest.fixture
def alertd(tmp_path):
    """A command, with the register at this address and, unless told otherwise, a gateway for letters; status and answer."""

    def run(*words, at="", post=POST):
        config = tmp_path / "alertd.toml"
        config.write_text(
            f'[store]\nurl = "sqlite:{tmp_path}/a.db"\n[keys]\nsecret_file = "{tmp_path}/secret.key"\n{post}'
        )
        env = {"ALERTD_COMMUNES__BASE_URL": at}
        said = [*map(str, words), "--config", str(config), "--json"]
        done = CliRunner().invoke(main, said, env=env)
        return done.exit_code, json.loads((done.stdout or done.stderr).splitlines()[-1])

    return run


def rows(folder, query):
    with closing(sqlite3.connect(folder / "a.db")) as db:
        return db.execute(query).fetchall()


INVITED = "SELECT s.slug, o.login, i.role FROM invitation i JOIN station s ON s.id = i.station_id JOIN operator o ON o.id = i.operator_id"


def test_a_code_and_an_address_open_a_commune_and_invite_its_mayor(alertd, tmp_path):
    """Name, place and outline come from the code; the letter is written with the station; a second run asks and invites nobody."""
    file = tmp_path / "communes.csv"
    file.write_text(TABLE.partition("97411")[0], "utf-8")
    with register() as (at, asked):
        status, told = alertd("station", "import", file, at=at)
        assert (status, told["opened"], told["invited"]) == (0, 1, 1)
        assert told["lines"] == [{"line": 2, "slug": "bras-sur-meuse", "mayor": "invited"}]
        assert alertd("station", "import", file, at=at)[1]["there"] == 1
    assert len(asked) == 1
    assert rows(tmp_path, INVITED) == [("bras-sur-meuse", "maire@bras.example", 4)]
    [(name, outline)] = rows(tmp_path, "SELECT name, outline FROM station")
    assert (name, json.loads(outline)["coordinates"]) == ("Bras-sur-Meuse", BRAS["contour"]["coordinates"])
    assert rows(tmp_path, "SELECT count(*) FROM message WHERE kind = 'service'") == [(1,)]


def test_what_a_line_lacks_is_told_before_anything_is_made(alertd, tmp_path):
    """No place where the register is silent, an address that is none, a code of no commune: each by its line."""
    file = tmp_path / "communes.csv"
    file.write_text(TABLE + "55999,,,,\n", "utf-8")
    with register({}, 404) as (at, _):
        status, told = alertd("station", "import", file, at=at)
    assert (status, told["code"]) == (2, "stations_invalid")
    for line, said in ((2, "lat and lon"), (3, "e-mail"), (4, "INSEE code")):
        assert said in told["message"].partition(f"line {line}: ")[2].partition("line ")[0]
    assert alertd("station", "list")[1] == []


def test_a_letter_that_cannot_leave_keeps_no_station_from_being_made(alertd, tmp_path):
    """It is told by its line and by the status; nobody is half invited; later the letter is written by a command."""
    file = tmp_path / "communes.csv"
    file.write_text("slug;name;lat;lon;mayor_email\nbure;Bure;48,5;5,36;maire@bure.example\n", "utf-8")
    status, told = alertd("station", "import", file, post="")
    assert (status, told["opened"], told["unsent"]) == (3, 1, 1)
    assert "cannot leave" in told["lines"][0]["mayor"]
    assert rows(tmp_path, INVITED) == []
    assert rows(tmp_path, "SELECT login FROM operator") == []
    invite = ("operator", "invite", "Maire@Bure.example", "--station", "bure", "--role", "mayor")
    assert alertd(*invite, post="")[1]["code"] == "invitation_unsent"
    assert alertd(*invite)[0] == 0
    assert rows(tmp_path, INVITED) == [("bure", "maire@bure.example", 4)]
