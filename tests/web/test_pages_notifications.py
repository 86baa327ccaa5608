"""Notifications on an operator's telephone: given by its owner, silent after the log-out, taken back, and nobody else's."""

import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.login_house import anew
from web.pages_house import Browser
from web.phones_house import PUSH, gateway, phone

from alertd.clock import HOUR
from alertd.deliver import routes
from alertd.settings import Settings
from alertd.subscribe import operator_phones
from alertd.web.app import build

__all__ = ["gateway"]

PATH = "/compte/notifications"


@pytest.fixture
async def mayor(rooms, desk, station, gateway):
    """Logged in at a house that speaks to browsers."""
    table = {"driver": "webpush", "channels": ["push"], "options": PUSH}
    settings = Settings.model_validate({"gateways": {"navigateurs": table}})
    desk = replace(desk, settings=settings, routes=await routes.register(desk.db, settings))
    house = replace(rooms, desk=desk, gateways={"navigateurs": gateway})
    async with TestClient(TestServer(build(house))) as client:
        browser = Browser(client, desk, station)
        await browser.log_in()
        yield browser


async def told(browser, login="le-mayor"):
    """The endpoints by which an operator is told."""
    who = await browser.desk.db.fetch("contacts.operator", login)
    return [one.id for one in await operator_phones.of_operator(browser.desk.db, who[0]["id"])]


async def test_a_telephone_is_told_from_the_button_to_the_log_out(mayor):
    """Given once however often, tried at once, asleep when its owner leaves, awake when they are back and for nobody else."""
    _, page = await mayor.get("/compte")
    assert "Recevoir les notifications sur ce téléphone" in page
    given = phone(1)
    for _ in range(2):
        status, text, where = await mayor.post(PATH, {"subscription": given})
        assert (status, where) == (303, "/compte?fait=notifications"), text
    [endpoint] = await told(mayor)
    _, page = await mayor.get("/compte")
    assert '<span class="tag">ici</span>' in page[page.index('id="notifications"') :]
    await mayor.post("/deconnexion")
    assert await told(mayor) == []
    await mayor.log_in("le-agent")
    assert (await told(mayor), await told(mayor, "le-agent")) == ([], [])
    await mayor.post("/deconnexion")
    await mayor.log_in()
    assert await told(mayor) == [endpoint]
    await mayor.post("/deconnexion")
    await anew(mayor)
    await mayor.log_in()
    await mayor.post(PATH, {"subscription": given})
    assert await told(mayor) == [endpoint], "the same browser, whose cookie was lost"
    await mayor.post(PATH, {"subscription": phone(2)})
    assert len(await told(mayor)) == 1, "the same browser, by another address"


async def test_it_is_given_by_its_owner_to_a_known_service_and_taken_back(mayor, desk):
    """Elsewhere than at a push service, or long after the log-in, it is not given; another's is not taken; a lost one is silent."""
    for text in ("", "{", phone(host="127.0.0.1"), phone(host="evil.example")):
        status, _, _ = await mayor.post(PATH, {"subscription": text})
        assert status == 422, text
    await mayor.post(PATH, {"subscription": phone(1)})
    await anew(mayor)
    await mayor.log_in()
    await mayor.post(PATH, {"subscription": phone(2)})
    first, second = await told(mayor)
    key = re.search(rf'data-renewal="({PATH}/adresse/[^"]+)"', (await mayor.get("/compte"))[1])[1]
    await anew(mayor)
    for path, said in ((key, phone(3)), (key[:-1] + "-", phone(3)), (key, phone(host="evil.example"))):
        async with mayor.client.post(path, data=said) as answer:
            expected = 422 if "evil" in said else 204 if path == key else 404
            assert answer.status == expected, path
    await mayor.log_in("le-agent")
    await mayor.post(f"{PATH}/{first}/retirer")
    assert await told(mayor) == [first, second]
    await anew(mayor)
    await mayor.log_in()
    await mayor.post(f"{PATH}/{first}/retirer")
    assert await told(mayor) == [second]
    desk.clock.advance(HOUR)
    _, _, where = await mayor.post(PATH, {"subscription": phone(4)})
    assert where.startswith("/compte/confirmer")
    await mayor.post("/deconnexion")
    await mayor.log_in()
    await mayor.post("/compte/appareils/partout")
    assert await told(mayor) == []
    async with mayor.client.post(key, data=phone(5)) as answer:
        assert answer.status == 404, "taken off the list"
