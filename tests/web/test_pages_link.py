"""A link by e-mail: to the operator's own mailbox, behind a button, once, and never telling whether there is such an operator."""

import asyncio
import re
from dataclasses import replace

import pytest
from web.login_house import anew, audited, field, shown, with_app

from alertd.clock import MINUTE
from alertd.deliver import routes, service
from alertd.model import Channel
from alertd.settings import Settings
from alertd.subscribe import contacts

MAIL = {"driver": "smtp", "channels": ["email"]}


@pytest.fixture
async def desk(desk):
    """With a gateway for e-mail; nothing leaves: what is written waits in the store."""
    settings = Settings.model_validate({"gateways": {"relais": MAIL}})
    return replace(desk, settings=settings, routes=await routes.register(desk.db, settings))


@pytest.fixture
async def mailbox(rooms):
    """The mayor has one; the links that came, in order, once there are so many."""
    desk, given = rooms.desk, ("le-mayor", Channel.EMAIL, "maire@bras.example")
    async with desk.db.transaction() as tx:
        await contacts.give(tx, desk.clock, desk.keyring, "cli", *given)

    async def links(wanted):
        async with asyncio.timeout(60):
            while len(await desk.db.fetch("heart.messages")) < wanted:
                await desk.db.wait("login", 0.02)
        rows = [
            (await desk.db.fetch("messages.speech", row["id"]))[0]
            for row in await desk.db.fetch("heart.messages")
        ]
        letters = [service.opened(row, desk.keyring) for row in rows]
        return [
            re.search(r"http://127\.0\.0\.1:8080(/connexion/lien/\S{43})", one.text)[1] for one in letters
        ]

    return links


async def ask(browser, **fields):
    return await browser.client.post("/connexion/lien", data=fields or {"login": "le-mayor"})


async def press(browser, link):
    response = await browser.client.post(link, allow_redirects=False)
    return response.status, await response.text()


async def test_a_link_opens_once_by_its_button(browser, mailbox, db):
    """A scanner that follows the link uses nothing up; the button does, and a second press opens nothing."""
    assert (await ask(browser)).status == 200
    (link,) = await mailbox(1)
    for _ in range(3):
        status, page = await browser.get(link)
        assert (status, "Entrer sur cet appareil" in page) == (200, True)
    assert (await browser.client.get("/", allow_redirects=False)).status == 303
    assert (await press(browser, link))[0] == 303
    assert "lien reçu par e-mail" in (await browser.get("/compte"))[1]
    assert (await press(browser, link))[0] == 404
    assert (await browser.get(link))[0] == 404
    assert (await audited(db))[-2:] == ["login.link_asked", "login.open"]


async def test_a_link_is_over_after_a_quarter_of_an_hour(browser, mailbox, clock):
    """And an invented one is told the same."""
    await ask(browser)
    (link,) = await mailbox(1)
    clock.advance(15 * MINUTE)
    over, invented = await press(browser, link), await press(browser, f"/connexion/lien/{'x' * 43}")
    assert over == invented
    assert over[0] == 404


async def test_a_link_passes_while_the_password_is_locked(browser, mailbox):
    """Whoever hammers at the mayor's password holds up no link."""
    for _ in range(6):
        refused = await browser.log_in("le-mayor", "x" * 12)
    assert refused.status == 429
    await ask(browser)
    assert (await press(browser, (await mailbox(1))[0]))[0] == 303


async def test_nobody_learns_who_is_an_operator(browser, mailbox, db):
    """Known with a mailbox, known without, unknown, disabled or strange: the same answer, and one letter in all."""
    logins = ("personne", "le-reader", "l\0e", "é" * 300, "le-mayor")
    pages = {await (await ask(browser, login=login)).text() for login in logins}
    assert len(pages) == 1
    await mailbox(1)
    assert len(await db.fetch("heart.messages")) == 1


async def test_a_link_is_one_proof_where_two_are_asked(mayor, mailbox, clock):
    """Alone it stands for the password, and the code is asked for; after the password it stands for the code."""
    secret, _ = await with_app(mayor, clock)
    await anew(mayor)
    clock.advance(MINUTE)
    await ask(mayor)
    _, page = await press(mayor, (await mailbox(1))[0])
    assert "Votre lien est le bon" in page
    assert "Recevoir un lien" not in page
    token = field(page, "token")
    assert (await (await ask(mayor, token=token)).text()).count("vient d'y partir") == 1
    fields = {"token": token, "code": shown(secret, clock)}
    entered = await mayor.client.post("/connexion/code", data=fields, allow_redirects=False)
    assert entered.status == 303
    await anew(mayor)
    token = field(await (await mayor.log_in()).text(), "token")
    await ask(mayor, token=token)
    links = await mailbox(2)
    assert (await press(mayor, links[1]))[0] == 303
    assert "mot de passe et lien reçu par e-mail" in (await mayor.get("/compte"))[1]


async def test_no_mailbox_is_filled_with_links(browser, mailbox, clock):
    """Three at once, then one every ten minutes; and a network asks ten times, then waits."""
    statuses = [(await ask(browser)).status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    await mailbox(3)
    clock.advance(10 * MINUTE)
    await ask(browser)
    assert len(await mailbox(4)) == 4
