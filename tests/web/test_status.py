"""The page that tells anyone how the service is doing."""

import html
from dataclasses import replace

from aiohttp.test_utils import TestClient, TestServer

from alertd.clock import SECOND
from alertd.settings import Settings
from alertd.stations import sending_switch
from alertd.web.app import build
from alertd.web.rooms import Rooms


async def told(client):
    answer = await client.get("/etat")
    assert answer.status == 200
    return html.unescape(await answer.text())


async def test_anyone_reads_whether_alerts_leave(desk, db, clock):
    """All is well; a pause, loops that hang and a database that is away are each told in words, a few seconds later at most."""
    beating = [True]
    plain = replace(desk, settings=Settings(), clock=clock)
    async with TestClient(TestServer(build(Rooms(plain, lambda: beating[0])))) as client:
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
