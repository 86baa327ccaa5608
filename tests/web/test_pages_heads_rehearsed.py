"""A demonstration's letters go to the sandbox, where others read along: whoever came by one of them exists in no live station."""

from dataclasses import replace

import pytest
from web.lettering import letters, roles
from web.pages_house import MAIRIE, PASSWORD
from web.valley_house import valley

from alertd.deliver import routes
from alertd.errors import Conflict, Refused
from alertd.model import Channel, Mode, Role
from alertd.settings import Settings
from alertd.stations import operators, stations, team
from alertd.stations.stations import NewStation
from alertd.subscribe import contacts, invitations

__all__ = ["valley"]
LOGIN = "directrice@ecole.example"
SAID = {"email": LOGIN, "name": "Directrice", "role": int(Role.AGENT)}


@pytest.fixture
async def head(valley, desk):
    """Invited by the commune's mayor to answer for what was opened just now, she has come by the sandbox's letter; her station."""
    bras = await valley.at("bras")
    _, _, path = await bras.post("/organisations", {"name": "Camping", "kind": "hotel"})
    assert (await bras.post(f"{path}/responsable", SAID | {"act": "invite"}))[0] == 303
    [letter] = await letters(desk)
    assert (await bras.post(letter, {"password": PASSWORD, "again": PASSWORD}))[0] == 303
    return await stations.by_id(desk.db, int(path.rpartition("/")[2]))


async def living(desk):
    """The same house with a way out for letters, and a live station."""
    settings = Settings.model_validate({"gateways": {"relais": {"driver": "smtp", "channels": ["email"]}}})
    async with desk.db.transaction() as tx:
        live = await stations.add(tx, desk.clock, NewStation("live", "Live", *MAIRIE))
    return replace(desk, settings=settings, routes=await routes.register(desk.db, settings)), live


async def invited(desk, station, said):
    async with desk.db.transaction() as tx:
        return await invitations.send(tx, desk, station, "cli", "https://alertd.example", said)


async def test_a_head_is_invited_in_the_demonstration(head, desk):
    """The letter is in the sandbox, and the role is held; a live station without a gateway invites nobody there."""
    assert await roles(desk, head) == {LOGIN: Role.MAYOR}
    assert {row["mode"] for row in await desk.db.fetch("heart.messages")} == {int(Mode.TRAINING)}
    async with desk.db.transaction() as tx:
        live = await stations.add(tx, desk.clock, NewStation("live", "Live", *MAIRIE))
    with pytest.raises(Refused) as refused:
        await invited(desk, live, SAID | {"email": "maire@mairie.example"})
    assert refused.value.code == "invitation_unsent"


@pytest.mark.usefixtures("head")
async def test_whoever_came_by_the_sandbox_is_in_no_live_station(desk):
    """Neither invited there, nor by taking another's letter; until the machine's owner gives the account an address of its own."""
    house, live = await living(desk)
    with pytest.raises(Conflict) as refused:
        await invited(house, live, SAID)
    assert (refused.value.code, "bac à sable" in refused.value.french) == ("operator_rehearsed", True)
    await invited(house, live, SAID | {"email": "autre@mairie.example"})
    token = (await letters(house))[-1].rpartition("/")[2]
    own = await operators.by_login(desk.db, LOGIN)
    with pytest.raises(Conflict, match="sandbox"):
        async with desk.db.transaction() as tx:
            await team.accept_as(tx, desk.clock, token, own)
    assert await roles(desk, live) == {}
    async with desk.db.transaction() as tx:
        assert await contacts.mailboxes(tx, own.id) == ()  # no link to log in goes where others read
        await contacts.give(tx, desk.clock, desk.keyring, "cli", LOGIN, Channel.EMAIL, LOGIN)
    await invited(house, live, SAID)


async def test_who_is_invited_in_training_hears_by_mail_where_there_is_some(valley, desk):
    """With a gateway for e-mail a training station's letters leave, as ever: the person is as real as the mayor."""
    house, _ = await living(desk)
    await invited(house, valley.stations["bras"], SAID)
    assert {row["mode"] for row in await desk.db.fetch("heart.messages")} == {int(Mode.LIVE)}
