"""« Voisins »: one mayor proposes, the other signs, either ends; nobody else has a word in it."""

import json
import re

import pytest
from web.pages_house import MAIRIE, hidden
from web.valley_house import valley

from alertd.deliver.fan_out import FanOut
from alertd.keys import delivery_number
from alertd.stations import sharing

__all__ = ["valley"]


def number(page):
    return int(re.search(r"/voisins/(\d+)/", page)[1])


async def signed(valley):
    """The sharing that bras proposed and verdun signed."""
    bras = await valley.at("bras")
    assert (await bras.post("/voisins", {"station": str(valley.stations["verdun"].id)}))[0] == 303
    verdun = await valley.at("verdun")
    id_ = number((await verdun.get("/voisins"))[1])
    assert (await verdun.post(f"/voisins/{id_}/signer"))[0] == 303
    return id_


async def test_both_mayors_sign_and_either_ends(valley, desk):
    """Proposed once, not signed by who proposed it, signed once; each step in the audit of who took it."""
    bras = await valley.at("bras")
    fields = {"station": str(valley.stations["verdun"].id)}
    assert (await bras.post("/voisins", fields))[0] == 303
    assert (await bras.post("/voisins", fields))[0] == 409
    id_ = number((await bras.get("/voisins"))[1])
    assert (await bras.post(f"/voisins/{id_}/signer"))[0] == 409
    assert await sharing.signed(desk.db, valley.stations["bras"]) == ()
    verdun = await valley.at("verdun")
    assert "1\u00a0proposition attend votre signature" in (await verdun.get("/"))[1]
    assert (await verdun.post(f"/voisins/{id_}/signer"))[0] == 303
    assert (await verdun.post(f"/voisins/{id_}/signer"))[0] == 409
    for one, other in (("bras", "verdun"), ("verdun", "bras")):
        assert [each.slug for each in await sharing.signed(desk.db, valley.stations[one])] == [other]
    assert (await verdun.post(f"/voisins/{id_}/finir"))[0] == 303
    assert await sharing.signed(desk.db, valley.stations["bras"]) == ()
    rows = await desk.db.fetch("people.all_audit")
    actions = [row["action"] for row in rows if row["action"].startswith("sharing.")]
    assert actions == ["sharing.propose", "sharing.sign", "sharing.end"]
    bras = await valley.at("bras")
    assert (await bras.post("/voisins", fields))[0] == 303


@pytest.mark.parametrize("slug", ["ecole", "cdc", "charny"])
async def test_nobody_else_signs_ends_or_proposes(valley, desk, slug):
    """A school, a community and a third commune; nor anybody below the mayor; nor with a school, oneself or nobody."""
    id_ = await signed(valley)
    other = await valley.at(slug)
    refused = 409 if slug == "charny" else 403
    for act in ("signer", "finir"):
        assert (await other.post(f"/voisins/{id_}/{act}"))[0] == refused
    if slug != "charny":
        assert (await other.get("/voisins"))[0] == 403
        assert (await other.post("/voisins", {"station": str(valley.stations["bras"].id)}))[0] == 403
        return
    for whom in ("ecole", "cdc", "charny"):
        assert (await other.post("/voisins", {"station": str(valley.stations[whom].id)}))[0] == 404
    agent = await valley.at("verdun", "agent")
    assert (await agent.get("/voisins"))[0] == 200
    assert (await agent.post(f"/voisins/{id_}/finir"))[0] == 403
    assert (await agent.post("/voisins", {"station": str(valley.stations["charny"].id)}))[0] == 403
    assert len(await sharing.signed(desk.db, valley.stations["bras"])) == 1


async def test_the_preview_says_who_is_left_out_and_one_click_leaves_who_brought_it(valley, desk):
    """Unsigned: counted in fives beyond the border. Signed: warned; the letter's own button leaves the neighbour followed."""
    people = [await valley.follow("verdun", 200 + each, MAIRIE) for each in range(6)]
    own = await valley.follow("bras", 300, MAIRIE)
    bras = await valley.at("bras")
    circle = {"type": "Circle", "center": [MAIRIE[1], MAIRIE[0]], "radius_m": 600}
    danger = bras.alert(where="zone", zone=json.dumps(circle), topic="flood")
    _, page, path = await bras.post("/alertes/nouvelle", danger)
    assert path.startswith("/alertes/apercu/"), page
    page = (await bras.get(path))[1]
    assert "5 personnes de Verdun dans la zone, que vous ne préviendrez pas" in page
    await signed(valley)
    bras = await valley.at("bras")
    _, _, path = await bras.post("/alertes/nouvelle", danger)
    page = (await bras.get(path))[1]
    assert "Seront prévenus aussi" in page
    assert "va prévenir 7 personnes" in page
    await bras.sent(hidden(page))
    fan_out = FanOut(desk.db, desk.routes, 1)
    while await fan_out.step():
        pass
    endpoint = next(
        row["endpoint_id"]
        for row in await desk.db.fetch("heart.deliveries")
        if row["endpoint_id"] >> 8 == people[0]
    )
    code = desk.keyring.code(delivery_number(0, endpoint))
    status, page, _ = await bras.post(f"/partir/{code}?station=bras")
    assert (status, "Verdun" in page) == (200, True)
    rows = await desk.db.fetch("people.all_audit")
    assert [row["station_id"] for row in rows if row["action"] == "subscriber.leave"] == [
        valley.stations["verdun"].id
    ]
    assert own not in people
