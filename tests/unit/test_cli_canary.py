"""The command line, for canaries: an address is reserved, flown to and forgotten, and never shown."""

import sqlite3

import pytest
from unit.test_cli_admin import bras, config, run

__all__ = ["bras", "config", "run"]


@pytest.mark.usefixtures("bras")
def test_an_address_is_reserved_tried_and_forgotten(run, tmp_path):
    """The sandbox is always there; one flies to it at once by `try`; removed it is gone, and the audit says both."""
    assert run("canary", "try", status=2)["code"] == "canaries_none"
    first = run("canary", "add", "--sandbox")
    assert run("canary", "add", "--sandbox") == first
    assert run("canary", "try") == {"flown": 1}
    told = run("canary", "list")
    assert [way["channel"] for way in told["reserved"]] == ["sandbox"]
    assert [one["verdict"] for one in told["flights"]] == ["flies"]
    assert [row["slug"] for row in run("station", "list")] == ["bras"]
    assert run("canary", "remove", "--sandbox") == {"removed": True}
    assert run("canary", "list")["reserved"] == []
    assert run("canary", "remove", "--sandbox", status=2)["code"] == "canary_unknown"
    with sqlite3.connect(tmp_path / "alertd.db") as db:
        said = db.execute("SELECT action FROM audit ORDER BY id DESC LIMIT 2").fetchall()
    assert said == [("canary.remove",), ("canary.add",)]


@pytest.mark.usefixtures("bras")
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ((), "canary_address"),
        (("--sandbox", "--email", "a@mairie.example"), "canary_address"),
        (("--email", "nobody"), "email_invalid"),
        (("--email", "a@mairie.example"), "channel_unserved"),
    ],
)
def test_what_cannot_be_reserved_is_said(run, said, code):
    """One address at a time, a real one, by a channel that somebody serves."""
    assert run("canary", "add", *said, status=2)["code"] == code
