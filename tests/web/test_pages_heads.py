"""Who answers for an organisation: invited by its commune's mayor while nobody does; and the account that takes a letter's role."""

import re

from web.lettering import desk, letters, roles
from web.pages_house import PASSWORD
from web.valley_house import valley

from alertd.clock import MINUTE
from alertd.model import Channel, Role
from alertd.stations import operators, stations
from alertd.subscribe import contacts

__all__ = ["desk", "valley"]

SAID = {"email": "Directrice@Ecole.example", "name": "Directrice", "act": "invite"}
OWN = "/compte/invitation"


async def opening(valley, name="Camping"):
    """What the mayor of Bras opened just now: its path and its station."""
    bras = await valley.at("bras")
    status, page, path = await bras.post("/organisations", {"name": name, "kind": "hotel"})
    assert status == 303, page
    return bras, path, await stations.by_id(bras.desk.db, int(path.rpartition("/")[2]))


async def test_who_opens_an_organisation_invites_its_head_who_then_stands_alone(valley, desk):
    """A letter, a password, the role; from then on the commune invites nobody there and takes no invitation of theirs back."""
    bras, path, child = await opening(valley)
    assert "Inviter son responsable" in (await bras.get(path))[1]
    assert (await bras.post(f"{path}/responsable", SAID | {"email": "x"}))[0] == 422
    assert (await bras.post(f"{path}/responsable", SAID))[0] == 303
    assert "directrice@ecole.example" in (await bras.get(path))[1]
    assert (await bras.post(f"{path}/responsable", SAID))[0] == 409
    [letter] = await letters(desk)
    assert "Votre rôle : responsable" in (await bras.get(letter))[1]
    assert (await bras.post(letter, {"password": PASSWORD, "again": PASSWORD}))[0] == 303
    assert await roles(desk, child) == {"directrice@ecole.example": Role.MAYOR}
    bras = await valley.at("bras")
    _, page = await bras.get(path)
    assert ("Directrice" in page, "Inviter son responsable" in page) == (True, False)
    assert (await bras.post(f"{path}/responsable", SAID | {"email": "autre@x.example"}))[0] == 409
    rows = await desk.db.fetch("audit.list_of_station", child.id, 1 << 60, 5)
    told = [(row["action"], row["actor"]) for row in rows if row["action"].startswith("invitation.")]
    assert told == [
        ("invitation.accept", "operator:directrice@ecole.example"),
        ("invitation.write", "operator:bras-mayor"),
    ]


async def test_a_letter_to_the_wrong_address_is_taken_back(valley, desk):
    """Then its link opens nothing, and another may be written."""
    bras, path, _ = await opening(valley)
    await bras.post(f"{path}/responsable", SAID)
    number = re.search(r'name="invitation" value="(\d+)"', (await bras.get(path))[1])[1]
    withdrawn = {"act": "withdraw", "invitation": number}
    assert (await bras.post(f"{path}/responsable", withdrawn))[0] == 303
    assert (await bras.post(f"{path}/responsable", withdrawn))[0] == 404
    assert (await bras.get((await letters(desk))[0]))[0] == 404
    assert (await bras.post(f"{path}/responsable", SAID))[0] == 303


async def test_only_the_mayor_of_the_commune_above_invites_a_head(valley, desk, clock):
    """No agent, no other commune, nobody of the organisation's; not for a commune under a community; not long after the log-in."""
    _, path, _ = await opening(valley)
    for slug, role, status in (("bras", "agent", 403), ("verdun", "mayor", 404), ("ecole", "mayor", 403)):
        seat = await valley.at(slug, role)
        assert (await seat.post(f"{path}/responsable", SAID))[0] == status
    cdc = await valley.at("cdc")
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, valley.operators["bras-mayor"], valley.stations["bras"].id, None)
    commune = f"/organisations/{valley.stations['bras'].id}"
    assert "Inviter son responsable" not in (await cdc.get(commune))[1]
    assert (await cdc.post(f"{commune}/responsable", SAID))[0] == 409
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, valley.operators["bras-mayor"], valley.stations["bras"].id, Role.MAYOR)
    bras = await valley.at("bras")
    clock.advance(11 * MINUTE)
    assert (await bras.post(f"{path}/responsable", SAID))[2].startswith("/compte/confirmer")
    assert await letters(desk) == []


async def test_where_the_commune_has_two_mayors_both_decide_who_heads_an_organisation(valley, desk):
    """No letter before the second agrees, who reads which organisation it is; taken back meanwhile, agreeing sends nothing."""
    bras, path, child = await opening(valley)
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, valley.operators["bras-agent"], valley.stations["bras"].id, Role.MAYOR)
    status, page, _ = await bras.post(f"{path}/responsable", SAID)
    assert (status, "un autre maire de la commune" in page) == (200, True)
    assert await letters(desk) == []
    number = re.search(r'name="invitation" value="(\d+)"', page)[1]
    assert (await bras.post(f"{path}/responsable", {"act": "withdraw", "invitation": number}))[0] == 303
    second = await valley.at("bras", "agent")
    assert (await second.post("/equipe/propositions/1", {"act": "agree"}))[0] == 404
    bras = await valley.at("bras")
    await bras.post(f"{path}/responsable", SAID)
    second = await valley.at("bras", "agent")
    assert "responsable de Camping" in (await second.get("/equipe"))[1]
    assert (await second.post("/equipe/propositions/2", {"act": "agree"}))[0] == 303
    [letter] = await letters(desk)
    assert (await second.post(letter, {"password": PASSWORD, "again": PASSWORD}))[0] == 303
    assert await roles(desk, child) == {"directrice@ecole.example": Role.MAYOR}


async def test_a_letter_is_taken_with_the_account_that_its_reader_has_already(valley, desk):
    """Whoever is logged in under another login keeps one account, and gains the station; without a log-in the page leads to it."""
    _, path, child = await opening(valley)
    bras = await valley.at("bras")
    await bras.post(f"{path}/responsable", SAID)
    [letter] = await letters(desk)
    token = letter.rpartition("/")[2]
    bras.client.session.cookie_jar.clear()
    assert f"/connexion?retour={letter}" in (await bras.get(letter))[1]
    assert (await bras.client.post(f"{OWN}/{token}", allow_redirects=False)).status in {401, 403}
    club = await valley.at("club", "agent")
    assert "Accepter avec ce compte" in (await club.get(letter))[1]
    forged = await club.client.post(f"{OWN}/{token}", data={"csrf": "x"}, allow_redirects=False)
    assert forged.status == 403
    assert (await club.post(f"{OWN}/{token}"))[2] == "/stations"
    assert await roles(desk, child) == {"club-agent": Role.MAYOR}
    assert (await club.post(f"{OWN}/{token}"))[0] == 404


async def test_a_letter_to_an_account_that_opens_already_is_no_other_account_s(valley, desk):
    """Its link alone is worth nothing to somebody else; and an offer below what a person holds lowers nobody."""
    async with desk.db.transaction() as tx:
        one = await operators.add(tx, desk.clock, login="a@b.example", name="A", password_hash="x")
        await operators.set_role(tx, one.id, valley.stations["club"].id, Role.READER)
    bras = await valley.at("bras")
    async with desk.db.transaction() as tx:
        await contacts.give(tx, desk.clock, desk.keyring, "cli", "a@b.example", Channel.EMAIL, "a@b.example")
    assert (await bras.post("/equipe", {"email": "a@b.example", "role": "agent"}))[0] == 303
    token = (await letters(desk))[0].rpartition("/")[2]
    assert "Accepter avec ce compte" not in (await bras.get(f"/invitation/{token}"))[1]
    assert (await bras.post(f"{OWN}/{token}"))[0] == 409
    await bras.post("/equipe", {"email": "new@b.example", "role": "reader"})
    token = (await letters(desk))[-1].rpartition("/")[2]
    assert (await bras.post(f"{OWN}/{token}"))[0] == 303
    assert (await roles(desk, valley.stations["bras"]))["bras-mayor"] is Role.MAYOR
