"""The pages of the second person: what waits, exactly what goes to whom, yes, no with a reason, and the rules."""

import re

import pytest
from web.pages_house import hidden

from alertd.clock import MINUTE


@pytest.fixture
async def waiting(browser):
    """The path of a warning that the agent wrote where the mayor wants a second person."""
    await browser.log_in("le-mayor")
    fields = {"level": "warning", "on": "on", "minutes": "10", "deputy_minutes": "5", "otherwise": "drop"}
    assert (await browser.post("/accords", fields))[0] == 303
    await browser.log_in("le-agent")
    changes = {"topic": "road", "level": "warning", "headline": "Route de Verdun coupée"}
    page, _ = await browser.previewed(**changes)
    assert "accord d&#39;une seconde personne" in page
    assert "Demander l&#39;accord : 12 personnes</button>" in page
    path = await browser.released(**changes)
    response = await browser.client.get(path, allow_redirects=False)
    return response.headers["Location"]


def fields_of(page):
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("mark", "people")}


@pytest.mark.usefixtures("waiting")
async def test_a_preview_that_is_shown_again_asks_as_well(browser, desk):
    """Too old to be sent: the page that comes instead has the same button."""
    _, fields = await browser.previewed(topic="road", level="warning", headline="Pont de Charny fermé")
    desk.clock.advance(16 * MINUTE)
    status, page, _ = await browser.post("/alertes/envoyer", fields)
    assert (status, "Demander l&#39;accord : 12 personnes</button>" in page) == (409, True)


async def test_the_author_sees_that_it_waits_and_finds_no_button(browser, waiting):
    """Whom it would reach, until when, and what then; only a change is offered, and a forged yes is refused."""
    status, page = await browser.get(waiting)
    assert status == 200
    assert "le message ne part pas" in page
    assert "avec l'accord d'une seconde personne" in page
    assert "si vous êtes d'accord" not in page
    assert f"{waiting}/oui" not in page
    assert (await browser.post(f"{waiting}/oui", {"mark": "", "people": "12"}))[0] == 403


async def test_a_second_person_reads_it_all_and_agrees(browser, waiting, desk):
    """The first page says that a message waits; its text, channels and number are there; then it goes out."""
    await browser.log_in("le-deputy")
    assert "1\u00a0message attend le vôtre" in (await browser.get("/"))[1]
    _, page = await browser.get(waiting)
    assert "Route de Verdun coupée" in page
    assert "12 personnes" in page
    assert (await browser.post(f"{waiting}/oui", fields_of(page)))[0] == 303
    assert "Accord donné" in (await browser.get(waiting))[1]
    assert (await browser.post(f"{waiting}/oui", fields_of(page)))[0] == 409
    rows = await desk.db.fetch("people.all_audit")
    assert [row["actor"] for row in rows if row["action"].startswith("approval.")] == [
        "operator:le-agent",
        "operator:le-deputy",
    ]


async def test_a_refusal_needs_its_reason_and_the_author_mends_it(browser, waiting):
    """Without a reason the page comes back; with one the author reads it, and finds the form of what was written."""
    await browser.log_in("le-deputy")
    _, page = await browser.get(waiting)
    fields = fields_of(page)
    assert (await browser.post(f"{waiting}/non", fields | {"reason": " "}))[0] == 422
    assert (await browser.post(f"{waiting}/non", fields | {"reason": "Quelle déviation ?"}))[0] == 303
    await browser.log_in("le-agent")
    assert "Quelle déviation ?" in (await browser.get(waiting))[1]
    number = waiting.rpartition("/")[2]
    assert "Route de Verdun coupée" in (await browser.get(f"/alertes/{number}/corriger"))[1]


async def test_the_author_finds_the_refusal_where_the_message_is(browser, waiting):
    """The first page says "Refusé", the message's own page by whom and why; once it was sent after all, neither does."""
    await browser.log_in("le-deputy")
    fields = fields_of((await browser.get(waiting))[1])
    await browser.post(f"{waiting}/non", fields | {"reason": "Quelle déviation ?"})
    await browser.log_in("le-agent")
    path = f"/alertes/{waiting.rpartition('/')[2]}"
    first, (_, page) = (await browser.get("/"))[1], await browser.get(path)
    assert 'class="state draft">Refusé<' in first
    assert "par le-deputy. Motif : Quelle déviation ?" in page
    assert "Reprendre le brouillon" in page
    await browser.log_in("le-mayor")
    await browser.post(
        "/accords", {"level": "warning", "minutes": "10", "deputy_minutes": "5", "otherwise": "drop"}
    )
    await browser.log_in("le-agent")
    changes = {"topic": "road", "level": "warning", "headline": "Route de Verdun coupée"}
    _, _, preview = await browser.post(f"{path}/corriger", browser.alert(**changes))
    assert await browser.sent(hidden((await browser.get(preview))[1])) == path
    assert "Refusé" not in (await browser.get("/"))[1]
    assert "Motif" not in (await browser.get(path))[1]


async def test_rules_are_the_mayor_s_and_a_reader_decides_nothing(browser, waiting):
    """Neither a deputy changes a rule, nor a reader a message; nonsense is refused with a sentence."""
    for login, path, fields, status in (
        ("le-deputy", "/accords", {"level": "info", "on": "on", "minutes": "5"}, 403),
        ("le-reader", f"{waiting}/oui", {"mark": "x"}, 403),
        ("le-reader", f"{waiting}/modifier", {}, 403),
        ("le-mayor", "/accords", {"level": "danger", "on": "on", "minutes": "5"}, 422),
        ("le-mayor", "/accords", {"level": "info", "on": "on", "minutes": "abc"}, 422),
    ):
        await browser.log_in(login)
        assert (await browser.post(path, fields))[0] == status, (login, path)


async def test_who_may_not_decide_is_not_told_that_it_waits_for_them(browser, waiting):
    """A publisher, who sends informations, sees a warning wait; the first page counts what is theirs to decide."""
    for login, told, counted in (
        ("le-publisher", "En attente", False),
        ("le-agent", "Le vôtre", False),
        ("le-deputy", "À décider", True),
    ):
        await browser.log_in(login)
        page = (await browser.get("/accords"))[1]
        assert (waiting in page, told in page) == (True, True), login
        assert ("attend le vôtre" in (await browser.get("/"))[1]) is counted, login


async def test_a_rule_or_a_period_that_cannot_be_taken_comes_back_as_it_was_typed(mayor):
    """Opened again, the sentence beside it; the other rule stays closed, and what was set stays set."""
    assert (await mayor.post("/accords/elections", {"first": "2026-03-01", "last": "2026-03-22"}))[0] == 303
    assert "Du 1er mars 2026 au 22 mars 2026." in (await mayor.get("/accords"))[1]
    rule = {"level": "info", "on": "on", "minutes": "dix", "deputy_minutes": "5", "otherwise": "send"}
    status, page, _ = await mayor.post("/accords", rule)
    assert (status, page.count("<details open>")) == (422, 1)
    assert 'aria-describedby="wrong-info"' in page
    assert 'value="dix"' in page
    assert page.count('value="send" checked') == 1
    status, page, _ = await mayor.post("/accords/elections", {"first": "2026-04-05", "last": "2026-03-22"})
    assert (status, 'id="wrong-election"' in page, 'value="2026-04-05"' in page) == (400, True, True)
