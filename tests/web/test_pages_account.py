"""Where one is logged in: in words that one recognises, to be closed one by one, or everywhere."""

import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.login_house import audited
from web.pages_house import PASSWORD, Browser

from alertd.web.app import build
from alertd.web.office.devices import coarse, device

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0"
GALAXY = "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36"
SEAT = re.compile(r'name="session" value="([0-9a-f]{64})" aria-label="Fermer : ([^,]*),')


@pytest.fixture
async def elsewhere(rooms, desk, station):
    """Another device, whose browser nobody knows yet."""
    async with TestClient(TestServer(build(rooms))) as client:
        yield Browser(client, desk, station)


async def is_in(browser):
    return (await browser.client.get("/", allow_redirects=False)).status == 200


async def test_another_device_is_shown_and_closed(mayor, elsewhere, db):
    """By its browser and machine, without the token that would open it; this device itself has no such button."""
    await elsewhere.log_in(**{"User-Agent": PHONE})
    _, page = await mayor.get("/compte")
    ((seat, words),) = SEAT.findall(page)
    assert words == "Safari sur iPhone"
    assert "réseau 127.0.0.…" in page
    assert not await is_in_with(mayor, seat)
    assert (await mayor.post("/compte/appareils/fermer", {"session": seat}))[2] == "/compte?fait=ferme"
    assert (await is_in(mayor), await is_in(elsewhere)) == (True, False)
    assert "login.revoked" in await audited(db)


async def is_in_with(browser, token):
    response = await browser.client.get("/compte", cookies={"alertd": token}, allow_redirects=False)
    return response.status == 200


async def test_another_operators_device_is_not_closed(mayor, elsewhere):
    """Nor shown: a list holds one's own, and what is posted is looked for among one's own."""
    await elsewhere.log_in("le-deputy", **{"User-Agent": DESK})
    assert SEAT.findall((await mayor.get("/compte"))[1]) == []
    await mayor.log_in("le-mayor", **{"User-Agent": PHONE})
    await elsewhere.log_in("le-mayor", **{"User-Agent": DESK})
    ((seat, _),) = SEAT.findall((await elsewhere.get("/compte"))[1])
    await elsewhere.log_in("le-deputy")
    await elsewhere.post("/compte/appareils/fermer", {"session": seat})
    assert await is_in(mayor)


async def test_a_lost_phone_is_closed_everywhere(mayor, elsewhere, db):
    """Here too: whoever says so logs in anew."""
    await elsewhere.log_in()
    assert (await mayor.post("/compte/appareils/partout"))[2] == "/connexion"
    assert (await is_in(mayor), await is_in(elsewhere)) == (False, False)
    assert (await db.fetch("login.audit"))[-1]["detail"] == '{"sessions":2}'


async def test_a_new_password_closes_every_other_device(mayor, elsewhere, db):
    """Typed twice, and not one that is guessed; this device stays in, the old password opens nothing."""
    await elsewhere.log_in()
    new = {"password": "cheval pile agrafe correct", "again": "cheval pile agrafe correct"}
    for wrong in ({"again": "autre chose"}, {"password": "court", "again": "court"}):
        assert (await mayor.post("/compte/mot-de-passe", new | wrong))[0] == 422
    assert (await mayor.post("/compte/mot-de-passe", new))[2] == "/compte?fait=mot-de-passe"
    assert (await is_in(mayor), await is_in(elsewhere)) == (True, False)
    assert [(await elsewhere.log_in("le-mayor", one)).status for one in (PASSWORD, new["password"])] == [
        401,
        303,
    ]
    assert "login.password_changed" in await audited(db)


async def test_a_session_known_before_the_log_in_is_worth_nothing_after(mayor):
    """A token that somebody planted, or saw, dies with the log-in; the new one is another."""
    before = {cookie.value for cookie in mayor.client.session.cookie_jar}
    await mayor.log_in()
    after = {cookie.value for cookie in mayor.client.session.cookie_jar}
    assert before.isdisjoint(after)
    assert not await is_in_with(mayor, before.pop())


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (PHONE, "Safari sur iPhone"),
        (DESK, "Firefox sur Windows"),
        (EDGE, "Edge sur Windows"),
        (GALAXY, "Samsung Internet sur Android"),
        ("curl/8.14", "Appareil inconnu"),
        ("<b>" * 900, "Appareil inconnu"),
    ],
)
def test_a_device_in_plain_words(agent, words):
    """The browser and what it runs on, in our words and never in its own."""
    assert device(agent) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.17", "192.0.2.…"),
        ("2001:db8:7:12::9", "2001:db8:7::…"),
        ("fe80::1%eth0", "fe80::…"),
        ("unknown", ""),
    ],
)
def test_an_address_is_kept_coarse(address, shown):
    """Without the part that says which household."""
    assert coarse(address) == shown
