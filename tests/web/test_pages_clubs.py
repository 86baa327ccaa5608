"""Clubs: notification and e-mail until somebody pays for more; and a president who hands over."""

import re
from dataclasses import replace

import pytest
from web.pages_house import PASSWORD
from web.valley_house import valley

from alertd.deliver import routes
from alertd.deliver.service import opened
from alertd.model import Role
from alertd.settings import Settings
from alertd.stations import payers, team

__all__ = ["valley"]

SAID = {"topic": "event", "level": "info", "where": "station", "headline": "Match reporté"}


@pytest.fixture
async def desk(desk):
    """Letters have a way out."""
    settings = Settings.model_validate({"gateways": {"relais": {"driver": "smtp", "channels": ["email"]}}})
    return replace(desk, settings=settings, routes=await routes.register(desk.db, settings))


async def test_a_club_sends_no_sms_until_its_commune_says_who_pays(valley, desk):
    """Not offered, and refused when it is posted all the same; decided by the commune's mayor alone."""
    club, path = valley.stations["club"], f"/organisations/{valley.stations['club'].id}"
    head = await valley.at("club")
    page = (await head.get("/alertes/nouvelle?sujet=event"))[1]
    assert re.findall(r'name="channels" value="(\w+)"', page) == ["push", "email", "display"]
    status, page, _ = await head.post("/alertes/nouvelle", head.alert(**SAID))
    assert (status, "Personne ne paie ici les SMS" in page) == (403, True)
    assert (await head.post("/alertes/nouvelle", head.alert(**SAID, channels=["email"])))[0] == 303
    assert (await head.post(f"{path}/paiement", {"payer": "commune"}))[0] == 403
    for slug, role, refused in (("bras", "agent", 403), ("verdun", "mayor", 404), ("ecole", "mayor", 403)):
        other = await valley.at(slug, role)
        assert (await other.post(f"{path}/paiement", {"payer": "commune"}))[0] == refused
    bras = await valley.at("bras")
    assert (await bras.post(f"{path}/paiement", {"payer": "x"}))[0] == 422
    assert (await bras.post(f"{path}/paiement", {"payer": "commune"}))[0] == 303
    assert await payers.payer(desk.db, club) == payers.COMMUNE
    head = await valley.at("club")
    assert (await head.post("/alertes/nouvelle", head.alert(**SAID)))[0] == 303
    rows = await desk.db.fetch("audit.list_of_station", club.id, 1 << 60, 5)
    assert rows[0]["action"] == "alert.preview"
    assert "station.sms" in [row["action"] for row in rows]


async def test_a_president_hands_over_and_leaves_when_the_next_one_is_there(valley, desk):
    """Until the letter's button is pressed the old one stays; then the new one alone is there, and could not be removed."""
    club, head = valley.stations["club"], await valley.at("club")
    fields = {"email": "suivant@club.example", "name": "Suivante", "role": "agent", "leaving": "on"}
    assert (await head.post("/equipe", fields))[0] == 422
    assert (await head.post("/equipe", fields | {"role": "mayor"}))[0] == 303
    assert "passation" in (await head.get("/equipe"))[1]
    rows = [row for row in await desk.db.fetch("heart.messages") if row["kind"] == "service"]
    path = re.search(r"/invitation/[A-Za-z0-9_-]{43}", opened(rows[-1], desk.keyring).text)[0]
    held = {one.login: one.role for one in await team.members(desk.db, club.id)}
    assert held["club-mayor"] is Role.MAYOR
    assert (await head.post(path, {"password": PASSWORD, "again": PASSWORD}))[0] == 303
    held = {one.login: one.role for one in await team.members(desk.db, club.id)}
    assert "club-mayor" not in held
    assert held["suivant@club.example"] is Role.MAYOR
    assert "Passer la main" not in (await head.get("/equipe"))[1]
