"""The command line, for operators who cannot come in any more."""

import sqlite3

import pytest
from unit.test_cli_admin import bras, config, run

__all__ = ["bras", "config", "run"]

MAYOR = ("operator", "add", "mairie", "--station", "bras", "--role", "mayor", "--password-stdin")


@pytest.mark.usefixtures("bras")
def test_an_operator_who_lost_password_and_phone_is_let_in_again(run, tmp_path):
    """A new password, and no second proof until one is set up; both are in the audit, and the old password is dead."""
    run(*MAYOR, stdin="quatre mots bien choisis\n")
    hashed, codes = "SELECT password_hash FROM operator", "SELECT COUNT(*) FROM totp"
    with sqlite3.connect(tmp_path / "alertd.db") as db:
        before = db.execute(hashed).fetchone()
        db.execute("INSERT INTO totp VALUES (1, x'00', 1, 0, 0)")
    run("operator", "password", "mairie", "--password-stdin", stdin="quatre autres mots choisis\n")
    run("operator", "reset", "Mairie")
    with sqlite3.connect(tmp_path / "alertd.db") as db:
        assert (db.execute(hashed).fetchone() != before, db.execute(codes).fetchone()) == (True, (0,))
        said = db.execute("SELECT action FROM audit ORDER BY id DESC LIMIT 2").fetchall()
    assert said == [("operator.reset",), ("operator.password",)]
    assert run("operator", "reset", "personne", status=2)["code"] == "operator_unknown"


@pytest.mark.usefixtures("bras")
def test_who_keeps_the_instance_is_said_and_taken_back(run, tmp_path):
    """Marked, with how many addresses there are to be told at; each change is in the audit, and an unknown login is told."""
    run(*MAYOR, stdin="quatre mots bien choisis\n")
    run("operator", "contact", "mairie", "--email", "garde@mairie.example")
    assert run("operator", "administrator", "mairie") == {
        "login": "mairie",
        "administrator": True,
        "contacts": 1,
    }
    assert run("operator", "administrator", "mairie", "--off")["administrator"] is False
    with sqlite3.connect(tmp_path / "alertd.db") as db:
        said = db.execute("SELECT action, detail FROM audit ORDER BY id DESC LIMIT 2").fetchall()
    assert [(action, "true" in detail) for action, detail in said] == [
        ("operator.administrator", on) for on in (False, True)
    ]
    assert run("operator", "administrator", "personne", status=2)["code"] == "operator_unknown"


@pytest.mark.usefixtures("bras")
def test_a_person_gains_a_role_in_a_second_station(run):
    """The console says how where the person is there already, and speaks English where a role cannot go."""
    run("station", "add", "charny", "--name", "Charny", "--lat", "49.2", "--lon", "5.36")
    run(*MAYOR, stdin="quatre mots bien choisis\n")
    again = ("operator", "add", "mairie", "--station", "charny", "--role", "agent", "--password-stdin")
    said = run(*again, stdin="quatre mots bien choisis\n", status=2)
    assert said["code"] == "operator_exists"
    assert "alertd operator role mairie --station charny --role agent" in said["message"]
    told = run("operator", "role", "mairie", "--station", "charny", "--role", "agent")
    assert told == {"login": "mairie", "station": "charny", "role": "agent"}
    assert run("operator", "role", "mairie", "--station", "charny")["role"] is None
    assert (
        "has no role in charny"
        in run("operator", "role", "mairie", "--station", "charny", status=2)["message"]
    )
    assert "last mayor" in run("operator", "role", "mairie", "--station", "bras", status=2)["message"]
