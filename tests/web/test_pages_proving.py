"""Who sends an emergency showed within twelve hours who it is: asked ahead of it, never at the confirmation."""

from urllib.parse import unquote

import pytest
from web.pages_house import PASSWORD

from alertd.clock import HOUR
from alertd.settings import Settings

ASKED = "Confirmez que c&#39;est bien vous", "Confirmez que c'est bien vous"


async def later(browser, hours):
    """Time passes, and the page is looked at now and then, as by one who stays logged in."""
    for _ in range(hours // 10):
        browser.desk.clock.advance(10 * HOUR)
        await browser.get("/")
    browser.desk.clock.advance(hours % 10 * HOUR)


async def asks(browser, path):
    _, page = await browser.get(path)
    return any(words in page for words in ASKED)


async def armed(browser, db):
    """Send what is previewed now; where that leads, and how often the audit says that nobody had shown who it is."""
    page, fields = await browser.previewed()
    assert not any(words in page for words in ASKED)
    _, _, to = await browser.post("/alertes/envoyer", fields | {"confirmed": "on"})
    return to, sum(row["action"] == "danger.unproven" for row in await db.fetch("login.all"))


async def test_it_is_asked_ahead_of_time_and_then_not_for_twelve_hours(mayor):
    """From eleven hours on the first page, the topics and the form ask, each leads back; who confirmed is left alone."""
    await later(mayor, 10)
    assert not await asks(mayor, "/")
    await later(mayor, 1)
    paths = ("/", "/alertes/nouvelle", "/alertes/nouvelle?sujet=fire")
    assert [await asks(mayor, path) for path in paths] == [True] * 3
    confirm = "/compte/confirmer?retour=/alertes/nouvelle%3Fsujet%3Dfire"
    assert confirm in (await mayor.get(paths[2]))[1]
    assert (await mayor.post(confirm, {"password": PASSWORD}))[2] == "/alertes/nouvelle?sujet=fire"
    await later(mayor, 10)
    assert not await asks(mayor, "/")


async def test_nobody_asks_who_sends_no_emergencies(browser):
    """An agent warns, and is not asked."""
    await browser.log_in("le-agent")
    await later(browser, 11)
    assert not await asks(browser, "/alertes/nouvelle")


@pytest.mark.parametrize(("hours", "noted"), [(11, 0), (12, 1)])
async def test_by_default_the_emergency_goes_and_the_audit_says_so(mayor, db, hours, noted):
    """Life first: the confirmation asks nothing, whoever it is; who had not shown it is on record."""
    await later(mayor, hours)
    to, told = await armed(mayor, db)
    assert to.startswith("/alertes/")
    assert "confirmer" not in to
    assert told == noted


async def test_where_it_is_held_back_the_form_asks_first_and_the_preview_waits(mayor, db, desk):
    """`danger_unproven = "refuse"`: nothing is armed, nothing is lost, and it goes once it is shown who it is."""
    refuse = Settings.model_validate({"login": {"danger_unproven": "refuse"}})
    object.__setattr__(desk, "settings", refuse)
    await later(mayor, 12)
    response = await mayor.client.get("/alertes/nouvelle?sujet=fire", allow_redirects=False)
    assert unquote(response.headers["Location"]) == "/compte/confirmer?retour=/alertes/nouvelle?sujet=fire"
    to, _ = await armed(mayor, db)
    assert to.startswith("/compte/confirmer?retour=/alertes/apercu/")
    assert await db.fetch("login.countdowns") == []
    _, _, back = await mayor.post(to, {"password": PASSWORD})
    assert (await mayor.get(back))[0] == 200
    to, noted = await armed(mayor, db)
    assert (to.startswith("/alertes/"), noted) == (True, 0)
    assert len(await db.fetch("login.countdowns")) == 1
