"""The page of gateways: who speaks and why, in words, on any node; and the mayor's last word."""

import json
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.pages_house import PASSWORD, Browser

from alertd.clock import MINUTE
from alertd.deliver import routes, sightings
from alertd.deliver.sightings import Sighting
from alertd.model import Channel, Lane, Role, State
from alertd.settings import Settings
from alertd.stations import audit, operators, stations
from alertd.stations.stations import NewStation
from alertd.store.ids import take
from alertd.web.app import build
from alertd.web.rooms import Rooms
from gateways.contract import Credit

TWO = {"driver": "smtp", "channels": ["sms"]}


@pytest.fixture
async def live(desk, db, clock):
    """A commune with two accounts for SMS, ovh first, a hamlet's school under it, and two nodes."""
    settings = Settings.model_validate(
        {"gateways": {"ovh": TWO, "twilio": TWO}, "routes": {"sms": ["ovh", "twilio"]}}
    )
    async with db.transaction() as tx:
        commune = await stations.add(tx, clock, NewStation("verdun", "Verdun", 49.16, 5.38))
        school = NewStation("ecole", "École", 49.16, 5.38, kind="school", parent="verdun")
        await stations.add(tx, clock, school)
        for name in ("mairie-1", "mairie-2"):
            await tx.fetch("nodes.start", await take(tx, "node"), name, "boot")
    return replace(desk, settings=settings, routes=await routes.register(db, settings)), commune


@pytest.fixture
async def operator(live, rooms, clock):
    """Logs an operator in, of a role in a station, by its slug; several windows may be open."""
    desk, _ = live
    clients = []

    async def log_in(role=Role.MAYOR, slug="verdun"):
        known = Rooms(desk, rooms.heartbeat, rooms.passwords)
        client = TestClient(TestServer(build(known)))
        clients.append(client)
        await client.start_server()
        station, login = await stations.by_slug(desk.db, slug), f"{role.word}-{slug}"
        hashed = await operators.hash_password(rooms.passwords, login, PASSWORD)
        async with desk.db.transaction() as tx:
            one = await operators.add(tx, clock, login=login, name=login, password_hash=hashed)
            await operators.set_role(tx, one.id, station.id, role)
        browser = Browser(client, desk, station)
        assert (await browser.log_in(login)).status == 303
        return browser

    yield log_in
    for client in clients:
        await client.close()


async def see(db, node, *seen):
    """A node says what it sees."""
    rows = {row["name"]: row["id"] for row in await db.fetch("nodes.names")}
    async with db.transaction() as tx:
        await sightings.tell(tx, rows[node], seen, anew=True)


def down(clock, name="ovh", reason="connection", speaks=()):
    return Sighting(name, False, clock.now_ms() - 3 * MINUTE, reason, None, speaks)


def works(clock, name, speaks=(), failures=0.0):
    return Sighting(name, True, clock.now_ms(), "", failures, speaks)


async def test_what_one_node_sees_any_page_tells(operator, db, clock):
    """The first is down since a moment that is told, with why; who speaks instead; and that it will come back by itself."""
    await see(db, "mairie-2", down(clock), works(clock, "twilio", ("sms",), 0.05))
    mayor = await operator()
    status, page = await mayor.get("/passerelles")
    assert status == 200
    # 10:00 in Paris at the tests' noon; three minutes before
    assert (
        "ovh ne répond plus depuis 9\u00a0h\u00a057 (connexion) : les SMS partent par twilio. "
        "Retour automatique dès que les sondes passent." in page
    )
    assert "5 % d&#39;échecs" in page


async def test_nodes_that_disagree_are_told_apart(operator, db, clock):
    """One node speaks through the first, the other through the second: the page says which."""
    await see(db, "mairie-1", works(clock, "ovh", ("sms",)), works(clock, "twilio"))
    await see(db, "mairie-2", down(clock), works(clock, "twilio", ("sms",)))
    _, page = await (await operator()).get("/passerelles")
    assert "mairie-1 envoie par ovh, mairie-2 envoie par twilio" in page


async def test_a_node_that_fell_silent_sees_nothing(operator, db, clock):
    """What a dead node saw last is not told as if it were so."""
    await see(db, "mairie-2", down(clock), works(clock, "twilio", ("sms",)))
    mayor = await operator()
    clock.advance(MINUTE)
    _, page = await mayor.get("/passerelles")
    assert "Aucun nœud en marche" in page
    assert "ne répond plus depuis" not in page


@pytest.mark.parametrize("reason", ["credit", "tls", "unknown"])
async def test_alone_and_down_it_is_said_to_be_tried_on(operator, db, clock, reason):
    """All are down: nobody is told that another speaks."""
    await see(db, "mairie-1", down(clock, reason=reason, speaks=("sms",)), down(clock, "twilio"))
    _, page = await (await operator()).get("/passerelles")
    assert "les autres non plus : ovh est essayée sans relâche" in page
    assert reason not in page


async def test_what_only_a_person_can_mend_is_told_with_what_to_do(operator, db, clock):
    """Nobody speaks, messages wait, and the page says whose account is to be filled."""
    await see(db, "mairie-1", down(clock, reason="credit"), down(clock, "twilio", reason="credentials"))
    _, page = await (await operator()).get("/passerelles")
    assert "à l&#39;arrêt" in page
    assert "ovh n&#39;envoie plus rien depuis 9\u00a0h\u00a057" in page
    assert "(crédit épuisé) et rien d&#39;autre ne peut parler : les messages attendent" in page
    assert "À faire : recharger le compte" in page
    assert "À faire : vérifier les clés" in page


@pytest.mark.parametrize(
    ("credit", "said"),
    [
        (Credit(1240.5, "credits"), "Crédit restant : 1\u202f240\u00a0crédits."),
        (Credit(27.405, "EUR"), "Crédit restant : 27,40\u00a0€."),
        (None, ""),
    ],
)
async def test_the_credit_that_is_left_is_told(operator, db, clock, credit, said):
    """In credits or in money, where the provider tells it; else nothing is said of it."""
    await see(db, "mairie-1", replace(works(clock, "ovh", ("sms",)), credit=credit), works(clock, "twilio"))
    _, page = await (await operator()).get("/passerelles")
    assert said in page
    assert ("Crédit" in page) is bool(said)


async def test_what_became_of_messages_is_told_in_fives(operator, db, clock):
    """As a whole for every mayor; by range of numbers for the one who stands for the instance."""
    await see(db, "mairie-1", works(clock, "ovh", ("sms",)), works(clock, "twilio"))
    async with db.transaction() as tx:
        await tx.execute("rates.keep", Channel.SMS, "ovh", "", 120, 123, 118, 3)
        await tx.execute("rates.keep", Channel.SMS, "ovh", "+33639", 116, 119, 118, 3)
        await tx.execute("rates.keep", Channel.SMS, "ovh", "+262692", 4, 4, 0, 0)
        await tx.execute("rates.keep", Channel.SMS, "twilio", "", 9, 9, 0, 0)
    _, page = await (await operator()).get("/passerelles")
    assert "120\u00a0messages confiés, 115 reçus (96\u00a0%), moins de 5 lus." in page
    assert "5\u00a0messages confiés, aucun accusé de réception." in page
    assert "<strong>+33639</strong> 115 confiés, 115 reçus (100\u00a0%)" in page
    assert "<strong>+262692</strong> moins de 5</li>" in page
    _, page = await (await operator(slug="ecole")).get("/passerelles")
    assert "120\u00a0messages confiés" in page
    assert "+33639" not in page


async def test_the_queue_is_told_by_lane(operator, db, clock):
    """What waits, the most urgent first, by the books."""
    mayor = await operator()
    async with db.transaction() as tx:
        for number, lane, n in ((1, Lane.DANGER, 1), (2, Lane.INFO, 1200)):
            station = mayor.station.id
            await tx.execute(
                "messages.add",
                number,
                station,
                0,
                None,
                None,
                "alert",
                1,
                lane,
                None,
                clock.now_ms() + MINUTE,
                0,
            )
            await tx.execute("tallies.add", number, 1, Channel.SMS, State.QUEUED, n)
    _, page = await mayor.get("/passerelles")
    assert "En file : 1\u00a0message d&#39;urgence, 1\u202f200\u00a0messages d&#39;information." in page


async def test_a_mayor_imposes_a_gateway_with_a_reason_and_takes_it_back(operator, db, clock):
    """The choice is the command line's own setting and audit row; then the nodes choose again."""
    await see(db, "mairie-1", works(clock, "ovh", ("sms",)), works(clock, "twilio"))
    mayor = await operator()
    status, _, path = await mayor.post(
        "/passerelles/sms/imposer", {"gateway": "twilio", "reason": "contrat d'astreinte"}
    )
    assert (status, path) == (303, "/passerelles")
    row = (await db.fetch("instance.preferences", "prefer:"))[0]
    assert (row["key"], json.loads(row["value"])["gateway"]) == ("prefer:sms", "twilio")
    _, page = await mayor.get("/passerelles")
    assert "Les SMS partent par twilio, imposée : contrat d&#39;astreinte." in page
    assert "twilio imposée (SMS) : contrat d&#39;astreinte" in page
    assert "mayor-verdun" in page
    assert (await mayor.post("/passerelles/sms/auto"))[0] == 303
    assert not await db.fetch("instance.preferences", "prefer:")
    _, page = await mayor.get("/passerelles")
    assert "Choix automatique rétabli (SMS)." in page


@pytest.mark.parametrize("reason", ["", "   ", "a\0b"])
async def test_without_a_reason_nothing_is_imposed(operator, db, reason):
    """The page comes back and asks why."""
    mayor = await operator()
    status, page, _ = await mayor.post("/passerelles/sms/imposer", {"gateway": "twilio", "reason": reason})
    assert status == 422
    assert "Dites pourquoi" in page
    assert not await db.fetch("instance.preferences", "prefer:")


async def test_what_is_not_on_the_route_is_refused(operator, db):
    """Neither a gateway of another channel, nor a channel without a gateway."""
    mayor = await operator()
    fields = {"gateway": "sandbox", "reason": "essai"}
    assert (await mayor.post("/passerelles/sms/imposer", fields))[0] == 422
    assert (await mayor.post("/passerelles/voice/imposer", fields | {"gateway": "ovh"}))[0] == 422
    assert (await mayor.post("/passerelles/voice/auto"))[0] == 422
    assert not await db.fetch("instance.preferences", "prefer:")


async def test_a_station_under_another_reads_and_does_not_overrule(operator, db):
    """Its mayor sees the page without the form, and a form made by hand is refused."""
    head = await operator(slug="ecole")
    status, page = await head.get("/passerelles")
    assert status == 200
    assert "Imposer" not in page
    assert (await head.post("/passerelles/sms/imposer", {"gateway": "twilio", "reason": "x"}))[0] == 403
    assert (await head.post("/passerelles/sms/auto"))[0] == 403
    assert not await db.fetch("instance.preferences", "prefer:")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MAYOR])
async def test_only_mayors_are_told(operator, role):
    """Whoever else works at the mairie is told that these pages are not theirs, and is not led to them."""
    someone = await operator(role)
    for path in ("/passerelles", "/surveillance"):
        assert (await someone.get(path))[0] == 403
        assert path not in (await someone.get("/"))[1]


async def test_a_training_station_sees_its_sandbox_and_overrules_nobody(mayor):
    """Its way out is the sandbox alone."""
    status, page = await mayor.get("/passerelles")
    assert status == 200
    assert "sandbox" in page
    assert (await mayor.post("/passerelles/sms/imposer", {"gateway": "sandbox", "reason": "x"}))[0] == 403
    assert "/passerelles" in (await mayor.get("/"))[1]


async def test_decisions_are_told_with_their_hour_and_author(operator, db, clock):
    """What nodes decided, by the node's name."""
    async with db.transaction() as tx:
        node = (await tx.fetch("nodes.names"))[0]
        said = {"reason": "connection"}
        await audit.append(tx, clock, None, f"node:{node['id']}", "gateway.down", "gateway:ovh", said)
    _, page = await (await operator()).get("/passerelles")
    assert "ovh ne répond plus (connexion)." in page
    assert f"aujourd&#39;hui à 10\u00a0h\u00a000, nœud {node['name']}" in page
