"""The team: invited by a letter, the last mayor stays, two mayors decide roles and keys together."""

import asyncio
import re

import pytest
from web.lettering import desk, letters, roles
from web.pages_house import PASSWORD

from alertd.clock import DAY, MINUTE
from alertd.model import Role
from alertd.stations import api_keys, operators, team

__all__ = ["desk"]

NEW = "cinq mots pour une entree"


async def link(desk):
    """The path in the last letter that was written."""
    return (await letters(desk))[-1]


async def second_mayor(desk, station):
    """The deputy becomes a mayor too; the operator's id."""
    found = {one.login: one.id for one in await team.members(desk.db, station.id)}
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, found["le-deputy"], station.id, Role.MAYOR)
    return found


async def test_who_is_invited_comes_by_the_letter_s_button_and_once(mayor, desk, station):
    """Opening the link changes nothing; the button needs a good password, twice the same; then the link is worth nothing."""
    fields = {"email": "Claire@Mairie.example", "name": "Claire", "role": "agent"}
    assert (await mayor.post("/equipe", fields))[0] == 303
    path = await link(desk)
    assert "claire@mairie.example" in (await mayor.get(path))[1]
    assert "claire@mairie.example" not in await roles(desk, station)
    for password, again in (("court", "court"), (NEW, NEW + "x")):
        assert (await mayor.post(path, {"password": password, "again": again}))[0] == 422
    assert (await mayor.post(path, {"password": NEW, "again": NEW}))[::2] == (303, "/compte")
    status, page = await mayor.get("/compte")
    assert (status, "Claire" in page) == (200, True), (
        "who chose a password is in, where a finger or a face is set up"
    )
    assert (await roles(desk, station))["claire@mairie.example"] is Role.AGENT
    assert (await mayor.post(path, {"password": NEW, "again": NEW}))[0] == 404
    assert (await mayor.log_in("claire@mairie.example", NEW)).status == 303


async def test_an_invitation_lasts_seven_days_and_can_be_taken_back(mayor, desk, clock):
    """A day too late, or withdrawn: the link opens nothing."""
    await mayor.post("/equipe", {"email": "a@mairie.example", "name": "A", "role": "agent"})
    first = await link(desk)
    _, page = await mayor.get("/equipe")
    number = re.search(r"/equipe/invitations/(\d+)", page)[1]
    assert (await mayor.post(f"/equipe/invitations/{number}"))[0] == 303
    assert (await mayor.get(first))[0] == 404
    await mayor.post("/equipe", {"email": "b@mairie.example", "name": "B", "role": "agent"})
    second = await link(desk)
    assert (await mayor.get(second))[0] == 200
    clock.advance(7 * DAY + 1)
    assert (await mayor.get(second))[0] == 404


async def test_the_last_mayor_stays(mayor, desk, station):
    """Neither lowered nor removed, not by the mayor either; with two who leave at once, one stays."""
    own = {one.login: one.id for one in await team.members(desk.db, station.id)}["le-mayor"]
    for role in ("agent", "none"):
        assert (await mayor.post(f"/equipe/{own}/role", {"role": role}))[0] == 409
    assert (await roles(desk, station))["le-mayor"] is Role.MAYOR


@pytest.mark.usefixtures("rooms")
async def test_two_who_remove_each_other_leave_one(desk, station, clock):
    """In the same moment, each agreeing to what the other wants: a mayor is left."""
    found = await second_mayor(desk, station)
    wanted = [("operator:le-mayor", found["le-deputy"]), ("operator:le-deputy", found["le-mayor"])]
    for who, whom in wanted:
        async with desk.db.transaction() as tx:
            content = {"operator": whom, "role": None}
            assert not await team.decide(tx, clock, station, who, team.ROLE, content)

    async def agree(who, number):
        async with desk.db.transaction() as tx:
            await team.agree(tx, clock, station, who, number)

    both = (agree("operator:le-deputy", 1), agree("operator:le-mayor", 2))
    await asyncio.gather(*both, return_exceptions=True)
    assert list((await roles(desk, station)).values()).count(Role.MAYOR) == 1


async def test_two_mayors_decide_roles_and_keys_together(mayor, desk, station):
    """Asked by one, it waits; its author cannot agree; the other can, once; a key opens nothing before."""
    found = await second_mayor(desk, station)
    status, page, _ = await mayor.post(f"/equipe/{found['le-agent']}/role", {"role": "deputy"})
    assert (status, "un autre maire" in page) == (200, True)
    _, page, _ = await mayor.post("/equipe/cles", {"name": "SIG", "scope": "info"})
    token = re.search(r"alertd_[A-Za-z0-9_-]{43}", page)[0]
    assert await api_keys.authenticate(desk.db, token) is None
    for number in (1, 2):
        assert (await mayor.post(f"/equipe/propositions/{number}", {"act": "agree"}))[0] == 409
    await mayor.log_in("le-deputy")
    for number in (1, 2):
        assert (await mayor.post(f"/equipe/propositions/{number}", {"act": "agree"}))[0] == 303
        assert (await mayor.post(f"/equipe/propositions/{number}", {"act": "agree"}))[0] == 409
    assert (await roles(desk, station))["le-agent"] is Role.DEPUTY
    assert (await api_keys.authenticate(desk.db, token)).station_id == station.id


async def test_an_invitation_of_one_of_two_mayors_leaves_when_the_other_agrees(mayor, desk, station):
    """No letter before; one after."""
    await second_mayor(desk, station)
    await mayor.post("/equipe", {"email": "c@mairie.example", "name": "C", "role": "mayor"})
    assert not [row for row in await desk.db.fetch("heart.messages") if row["kind"] == "service"]
    await mayor.log_in("le-deputy")
    assert (await mayor.post("/equipe/propositions/1", {"act": "agree"}))[0] == 303
    assert (await mayor.get(await link(desk)))[0] == 200


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize("path", ["", "/1/role", "/cles", "/cles/1", "/propositions/1", "/invitations/1"])
async def test_below_the_mayor_nobody_touches_the_team(browser, path):
    """A deputy neither invites, raises, makes keys nor agrees; of another station there is nothing to find."""
    await browser.log_in("le-deputy", PASSWORD)
    fields = {"role": "mayor", "name": "x", "scope": "danger", "act": "agree", "email": "x@y.example"}
    assert (await browser.post(f"/equipe{path}", fields))[0] == 403


async def test_what_opens_something_asks_first_who_it_is(mayor, desk, clock, station):
    """Ten minutes after the log-in an invitation, a role or a key sends to the page that asks, and changes nothing."""
    found = {one.login: one.id for one in await team.members(desk.db, station.id)}
    clock.advance(11 * MINUTE)
    assert "/compte/confirmer?retour=/equipe" in (await mayor.get("/equipe"))[1]
    for path, fields in (
        ("", {"email": "a@mairie.example", "role": "mayor"}),
        ("/cles", {"name": "SIG", "scope": "danger"}),
        (f"/{found['le-agent']}/role", {"role": "mayor"}),
    ):
        status, _, where = await mayor.post(f"/equipe{path}", fields)
        assert (status, where.partition("?")[0]) == (303, "/compte/confirmer")
    assert await api_keys.of_station(desk.db, station.id) == ()
    assert (await roles(desk, station))["le-agent"] is Role.AGENT
    status, _, back = await mayor.post(
        "/compte/confirmer?retour=/equipe%3Ffait%3Dconfirme", {"password": PASSWORD}
    )
    assert (status, back) == (303, "/equipe?fait=confirme")
    assert "recommencez maintenant" in (await mayor.get(back))[1]
    assert (await mayor.post("/equipe/cles", {"name": "SIG", "scope": "info"}))[0] == 200


@pytest.mark.usefixtures("rooms")
async def test_a_mayor_with_a_passkey_and_no_password_is_a_mayor(desk, station):
    """The other may go, and both decide together; without either way in, nobody counts."""
    found = await second_mayor(desk, station)
    async with desk.db.transaction() as tx:
        await tx.execute("operators.set_password", found["le-deputy"], None)
    assert not await team.needs_second(desk.db, station)
    async with desk.db.transaction() as tx:
        await tx.execute("passkeys.add", 1, found["le-deputy"], b"id", b"key", 0, "Clé", desk.clock.now_ms())
    assert await team.needs_second(desk.db, station)
