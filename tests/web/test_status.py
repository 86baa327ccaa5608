"""The page that tells anyone how the service is doing."""

import html
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from alertd.clock import SECOND
from alertd.deliver import routes, sightings
from alertd.deliver.sightings import Sighting
from alertd.settings import Settings
from alertd.stations import sending_switch, stations
from alertd.stations.stations import NewStation
from alertd.store.ids import take
from alertd.web.app import build
from alertd.web.rooms import Rooms

ONE_WAY = {
    "gateways": {"first": {"driver": "played", "channels": ["sms"]}},
    "routes": {"sms": ["first"]},
}


async def told(client):
    answer = await client.get("/etat")
    assert answer.status == 200
    return html.unescape(await answer.text())


@asynccontextmanager
async def visited(desk, clock, settings, beating=lambda: True):
    """A client of an instance with these settings."""
    here = replace(desk, settings=settings, routes=routes.drawn(settings), clock=clock)
    async with TestClient(TestServer(build(Rooms(here, beating)))) as client:
        yield client


async def see(db, clock, *, working):
    """What a node sees of the one gateway, some seconds later."""
    clock.advance(6 * SECOND)
    seen = Sighting("first", working, clock.now_ms(), "" if working else "connection", None, ("sms",))
    async with db.transaction() as tx:
        node = (await tx.fetch("nodes.start", await take(tx, "node"), "mairie-1", "boot"))[0]["id"]
        await sightings.tell(tx, node, [seen], anew=True)


async def test_anyone_reads_whether_alerts_leave(desk, db, clock):
    """All is well; a pause, loops that hang and a database that is away are each told in words, a few seconds later at most."""
    beating = [True]
    async with visited(desk, clock, Settings.model_validate(ONE_WAY), lambda: beating[0]) as client:
        await see(db, clock, working=True)
        page = await told(client)
        assert "Tout fonctionne." in page
        assert "Les messages partent." in page
        async with db.transaction() as tx:
            await sending_switch.decide(tx, clock, "cli", on=False, reason="un essai secret")
        assert "Tout fonctionne." in await told(
            client
        )  # as it was seen: who reloads without end costs nothing
        clock.advance(6 * SECOND)
        beating[0] = False
        page = await told(client)
        assert "suspendus" in page
        assert "bloqué" in page
        assert "secret" not in page
        await db.close()
        clock.advance(6 * SECOND)
        assert "ne répond pas" in await told(client)


async def test_nothing_is_said_to_work_that_no_node_has_seen_work(desk, db, clock):
    """A way that nobody has tried yet is no way that works, and where the only one is down nothing leaves."""
    async with visited(desk, clock, Settings.model_validate(ONE_WAY)) as client:
        page = await told(client)
        assert "Pas encore éprouvé." in page
        assert "Tout fonctionne." not in page
        await see(db, clock, working=False)
        page = await told(client)
        assert "Aucun moyen d'envoi ne répond" in page
        assert "Tout ne fonctionne pas." in page
        assert "UTC" not in page


async def test_where_no_channel_is_installed_nothing_is_said_to_work(desk, clock):
    """An instance that nobody has equipped yet reaches nobody, and says so."""
    async with visited(desk, clock, Settings()) as client:
        page = await told(client)
    assert "Rien ne peut partir." in page
    assert "n'atteindrait personne" in page
    assert "Les messages partent." not in page


@pytest.mark.usefixtures("station")
async def test_a_rehearsal_says_that_it_is_one(desk, db, clock):
    """Every station is in training: messages go to the sandbox, which is no trouble; a pause is told as ever. With a live station it is
    the live ways that are told.
    """
    async with visited(desk, clock, Settings()) as client:
        page = await told(client)
        assert "C'est une répétition : rien ne part d'ici vers les habitants." in page
        assert "Les messages vont au bac à sable, et nulle part ailleurs." in page
        assert "Rien ne peut partir." not in page
        async with db.transaction() as tx:
            await sending_switch.decide(tx, clock, "cli", on=False)
        clock.advance(6 * SECOND)
        assert "suspendus" in await told(client)
        async with db.transaction() as tx:
            await sending_switch.decide(tx, clock, "cli", on=True)
            await stations.add(tx, clock, NewStation("live", "Live", 49.2, 5.4))
        clock.advance(6 * SECOND)
        assert "Rien ne peut partir." in await told(client)
