"""An organisation under a commune: what the commune decides about it, and a school that tries everything it may not do."""

import html
import re

import pytest
from web.api_house import iso
from web.pages_house import MAIRIE, PASSWORD, Browser

from alertd.clock import HOUR
from alertd.model import Mode, Role, Scope
from alertd.stations import api_keys, operators, organisations, stations
from alertd.stations.requests import Request
from alertd.stations.stations import NewStation
from alertd.web.office.asked import begun
from alertd.web.writing.compose_form import ComposeForm

WORDS = {
    "topic": "security",
    "headline": "CONFINEMENT école Jean Zay.",
    "instruction": "Restez à l'intérieur. Ne venez pas chercher les enfants. Urgence: 17, 112, SMS 114.",
}


@pytest.fixture
async def school(desk, station, rooms):
    """The school, under Bras-sur-Meuse, whose headmistress holds its highest role."""
    new = NewStation(
        "ecole", "École Jean Zay", *MAIRIE, kind="school", mode=Mode.TRAINING, parent=station.slug
    )
    known = await operators.hash_password(rooms.passwords, "directrice", PASSWORD)
    async with desk.db.transaction() as tx:
        made = await stations.add(tx, desk.clock, new)
        head = await operators.add(tx, desk.clock, login="directrice", name="Directrice", password_hash=known)
        await operators.set_role(tx, head.id, made.id, Role.MAYOR)
        await tx.execute("stations.set_info_per_day", made.id, 0)
    return made


@pytest.fixture
async def head(browser, school):
    """A browser in which the headmistress is logged in."""
    assert (await browser.log_in("directrice")).status == 303
    return Browser(browser.client, browser.desk, school)


@pytest.fixture
async def key(desk, school):
    """A key of the school whose scope is the gravest there is."""
    async with desk.db.transaction() as tx:
        return (await api_keys.create(tx, desk.clock, school, "tout", Scope.DANGER))[1]


async def grant(desk, school, template="confinement"):
    async with desk.db.transaction() as tx:
        await organisations.grant(tx, desk.catalogue, school, template, "operator:le-mayor")


def danger(browser, **changes):
    return browser.alert(where="station", **(WORDS | changes))


def content(desk, **changes):
    said = {"fr": {name: WORDS[name] for name in ("headline", "instruction")}}
    return {
        "level": "danger",
        "topic": "security",
        "target": {"station": True},
        "texts": said,
        "channels": ["sms"],
        "expires_at": iso(desk.clock.now_ms() + 3 * HOUR),
    } | changes


async def call(client, path, body, key):
    answer = await client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
    return answer.status, await answer.json()


async def test_a_school_finds_no_danger_to_send(head):
    """Neither topic nor level of danger is offered; the form of one, sent all the same, is refused."""
    _, page = await head.get("/alertes/nouvelle")
    assert "Incendie" not in page
    assert "Confinement" not in page
    _, page = await head.get("/alertes/nouvelle?sujet=waste")
    assert 'value="danger"' not in page
    status, page, _ = await head.post("/alertes/nouvelle", danger(head))
    assert status == 403
    assert "Demander à la mairie" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"headline": "CONFINEMENT école.\nÉvacuez"},
        {"headline": "Tout va bien"},
        {"instruction": WORDS["instruction"] + " Venez vite."},
        {"body": "Un mot de plus."},
        {"topic": "fire"},
        {"headline": "CONFINEMENT " + "x" * 61 + "."},
    ],
)
async def test_a_granted_danger_is_sent_word_for_word_or_not_at_all(head, desk, school, changes):
    """Other words, more words, another subject: refused, with what was granted; the right ones pass."""
    await grant(desk, school)
    status, page, _ = await head.post("/alertes/nouvelle", danger(head, **changes))
    assert status in {403, 422}
    assert not await desk.db.fetch("previews.one", page)
    status, _, path = await head.post("/alertes/nouvelle", danger(head))
    assert (status, path[:16]) == (303, "/alertes/apercu/")


async def test_words_that_may_not_leave_come_back_with_the_reason(head, desk, school):
    """A man at the gate: the form again, whole, with what was granted and whom to ask; nobody types it twice."""
    await grant(desk, school)
    typed = "Un homme devant le portail"
    status, page, _ = await head.post("/alertes/nouvelle", danger(head, headline=typed))
    told = "Pour toute autre : utilisez « Demander à la mairie »"
    assert (status, typed in page, told in html.unescape(page)) == (403, True, True)


async def test_an_organisation_that_there_is_not_is_told_as_another_s(mayor, station):
    """Nobody learns from a number whether there is such a station."""
    pages = [
        await mayor.get(f"/organisations/{number}") for number in (station.id, 999_999, 999_999_999_999_999)
    ]
    assert {status for status, _ in pages} == {404}
    assert all("dépend d'une autre commune" in html.unescape(page) for _, page in pages)


async def test_a_key_of_the_school_does_no_more_than_its_pages(client, desk, school, key):
    """Scope danger: refused before the preview; granted, other words, other languages and a link are refused still."""
    path = f"/api/v1/stations/{school.slug}/alerts"
    status, told = await call(client, f"{path}/preview", content(desk), key)
    assert (status, told["code"]) == (403, "danger_not_granted")
    await grant(desk, school)
    said = content(desk)["texts"]
    for changes in (
        {"texts": said | {"en": {"headline": "Run"}}},
        {"url": "https://example.org"},
        {"texts": {"fr": {"headline": "Courez"}}},
        {"exercise": True, "topic": "fire"},
    ):
        status, told = await call(client, f"{path}/preview", content(desk, **changes), key)
        assert (status, told["code"]) == (403, "danger_not_granted")
    status, shown = await call(client, f"{path}/preview", content(desk), key)
    assert status == 200
    async with desk.db.transaction() as tx:
        await organisations.withdraw(tx, school, "confinement")
    status, told = await call(client, path, {"preview_digest": shown["preview_digest"]}, key)
    assert (status, told["code"]) == (403, "danger_not_granted")


async def test_an_information_of_the_school_does_not_grow_into_a_danger(client, desk, school, key):
    """An update to danger is a danger; and a granted danger's end says nothing of its own."""
    path = f"/api/v1/stations/{school.slug}/alerts"
    calm = content(desk, level="info", topic="school", texts={"fr": {"headline": "Photo de classe"}})
    _, shown = await call(client, f"{path}/preview", calm, key)
    _, sent = await call(client, path, {"preview_digest": shown["preview_digest"]}, key)
    body = content(desk, texts=calm["texts"], alert=sent["id"])
    status, told = await call(client, f"{path}/preview", body, key)
    assert (status, told["code"]) == (403, "danger_not_granted")
    await grant(desk, school)
    _, shown = await call(client, f"{path}/preview", content(desk), key)
    _, sent = await call(client, path, {"preview_digest": shown["preview_digest"]}, key)
    end = {"texts": {"fr": {"headline": "Fuyez"}}}
    status, told = await call(client, f"/api/v1/alerts/{sent['id']}/end", end, key)
    assert (status, told["code"]) == (403, "danger_not_granted")
    assert (await call(client, f"/api/v1/alerts/{sent['id']}/end", {}, key))[0] in {200, 201}


@pytest.mark.parametrize("act", ["", "/{id}", "/{id}/etat", "/{id}/quota", "/{id}/urgences"])
async def test_a_school_decides_nothing_about_itself(head, school, desk, act):
    """The commune's pages are closed to it: it neither opens, resumes, raises its quota, nor grants itself a danger."""
    path = f"/organisations{act.format(id=school.id)}"
    fields = {"act": "resume", "per_day": "0", "templates": "confinement", "name": "x", "kind": "school"}
    if not act.endswith(("etat", "quota", "urgences")):
        assert (await head.get(path))[0] == 403
    if act != "/{id}":
        assert (await head.post(path, fields))[0] == 403
    assert await organisations.granted(desk.db, school) == frozenset()


async def test_the_commune_opens_caps_grants_suspends_and_reads(mayor, desk, station):
    """From its pages, each in the audit; a suspended one sends nothing; another commune sees none of it."""
    fields = {"name": "Camping des Étangs", "kind": "hotel", "slug": ""}
    status, _, path = await mayor.post("/organisations", fields)
    assert status == 303, path
    made = await stations.by_slug(desk.db, "bras-sur-meuse-camping-des-etangs")
    assert (made.kind, made.parent_id, made.mode) == ("hotel", station.id, station.mode)
    for act, said in (
        ("urgences", {"templates": "evacuation"}),
        ("quota", {"per_day": "40"}),
        ("etat", {"act": "suspend"}),
    ):
        assert (await mayor.post(f"{path}/{act}", said))[0] == 303
    assert await organisations.granted(desk.db, made) == {"evacuation"}
    _, page = await mayor.get(path)
    assert "40 envois par jour, informations et alertes ensemble" in page
    assert "Suspendue" in page
    assert (await stations.by_id(desk.db, made.id)).suspended
    rows = await desk.db.fetch("audit.list_of_station", made.id, 1 << 60, 10)
    assert [row["action"] for row in rows] == [
        "station.suspend",
        "station.quota",
        "station.grant",
        "station.add",
    ]
    assert (await mayor.post(f"/organisations/{station.id}/etat", {"act": "suspend"}))[0] == 404


async def test_a_school_reads_what_is_left_for_its_warnings_too(head, desk, school):
    """Before it sends one; the commune's own warnings have no such line."""
    async with desk.db.transaction() as tx:
        await tx.execute("stations.set_info_per_day", school.id, 50)
    said = {"level": "warning", "topic": "road", "where": "station", "channels": ["email"]}
    page = (await head.previewed(**said))[0].replace("\u00a0", " ")
    assert "Quota, informations et alertes ensemble : il reste 50 envois" in page
    assert (await head.log_in("le-agent")).status == 303
    assert "Quota" not in (await head.previewed(**said))[0]


async def test_an_agent_reads_and_answers_but_does_not_decide(browser, school):
    """Below the mayor nobody opens, suspends, caps or grants; below an agent nobody looks."""
    await browser.log_in("le-agent")
    assert (await browser.get("/organisations"))[0] == 200
    assert (await browser.post(f"/organisations/{school.id}/etat", {"act": "suspend"}))[0] == 403
    await browser.log_in("le-publisher")
    assert (await browser.get("/organisations"))[0] == 403


async def test_what_is_asked_of_the_mairie_is_seen_and_answered_once(head, browser, desk):
    """The first page says that it waits; a refusal says why; the school reads the answer; a second answer is too late."""
    assert (await head.post("/demandes", {"words": "  "}))[0] == 422
    assert (await head.post("/demandes", {"words": "Chien errant devant l'école"}))[0] == 303
    await browser.log_in("le-agent")
    assert "1\u00a0demande attend une réponse" in (await browser.get("/"))[1]
    _, page = await browser.get("/organisations")
    number = re.search(r"/organisations/demandes/(\d+)", page)[1]
    path = f"/organisations/demandes/{number}"
    assert (await browser.post(path, {"state": "declined", "words": ""}))[0] == 422
    assert (await browser.post(path, {"state": "declined", "words": "La police est là."}))[0] == 303
    assert (await browser.post(path, {"state": "done"}))[0] == 409
    await head.log_in("directrice")
    assert "La police est là." in (await head.get("/demandes"))[1]
    actions = [row["action"] for row in await desk.db.fetch("people.all_audit")]
    assert [one for one in actions if one.startswith("request.")] == ["request.ask", "request.declined"]


async def test_the_mairie_s_message_begins_with_what_was_asked(head, browser):
    """The subject is chosen with the request before one's eyes; its first sentence is the headline; another's request is none."""
    await head.post("/demandes", {"words": "Chien errant devant l'école. Gardez les petits dedans."})
    await browser.log_in("le-agent")
    link = re.search(r"/alertes/nouvelle\?demande=\d+", (await browser.get("/organisations"))[1])[0]
    _, page = await browser.get(link)
    assert "Chien errant devant l&#39;école. Gardez les petits dedans." in page
    number = link.rpartition("=")[2]
    assert f"sujet=waste&amp;demande={number}" in page
    _, page = await browser.get(f"/alertes/nouvelle?sujet=waste&demande={number}")
    (headline,) = re.findall(r'<textarea id="headline".*?>\s*(.*?)</textarea>', page, re.DOTALL)
    assert headline == "Chien errant devant l&#39;école"
    assert "Gardez les petits dedans." in page
    assert (await browser.get("/alertes/nouvelle?demande=999"))[0] == 404
    await head.log_in("directrice")
    assert (await head.get(f"/alertes/nouvelle?demande={number}"))[0] == 404


@pytest.mark.parametrize(
    ("words", "headline", "rest"),
    [
        ("Fuite d'eau rue Haute", "Fuite d'eau rue Haute", ""),
        ("Fuite ! Coupez l'eau.", "Fuite !", "Coupez l'eau."),
        ("mot " * 60, ("mot " * 30).strip(), ("mot " * 30).strip()),
        ("x" * 200, "x" * 120, "x" * 80),
        ("Ligne\n\nautre ligne. Suite", "Ligne autre ligne", "Suite"),
    ],
)
def test_a_request_of_any_shape_has_a_headline_of_one_line(words, headline, rest):
    """A whole sentence where it fits, else as many words as fit; nothing of it is lost."""
    one = Request(1, 1, "École", "operator:x", words, 0, "open", "", "", None)
    form = begun(ComposeForm(), one, 120)
    assert (form.headline, form.instruction, form.words) == (headline, rest, "free")
    kept = begun(ComposeForm(instruction="Restez chez vous."), one, 120)
    assert (kept.instruction, kept.body) == ("Restez chez vous.", rest)


async def test_a_granted_danger_says_where_by_itself(head, desk, school, client, key):
    """The school's own name stands in the blank, in the form and over the API, and still may be changed; it leaves as it is."""
    await grant(desk, school)
    page = html.unescape((await head.get("/alertes/nouvelle?modele=confinement"))[1])
    assert ("CONFINEMENT École Jean Zay." in page, "{lieu}" in page) == (True, False)
    for headline in ("CONFINEMENT École Jean Zay.", "CONFINEMENT bâtiment B."):
        status, told, where = await head.post("/alertes/nouvelle", danger(head, headline=headline))
        assert (status, where.startswith("/alertes/apercu/")) == (303, True), told
    path = f"/api/v1/stations/{school.slug}/templates"
    answer = await client.get(path, headers={"Authorization": f"Bearer {key}"})
    texts = {one["template"]: one["headline"] for one in (await answer.json())["templates"]}
    assert texts["confinement"] == "CONFINEMENT École Jean Zay."


async def test_the_pages_of_an_organisation_speak_of_no_mairie(head, school, mayor, station):
    """Its board asks whether it is really them; a commune's asks whether it is the mairie."""
    page = (await head.get(f"/{school.slug}"))[1]
    assert ("Est-ce bien nous ?" in page, "la mairie" in page) == (True, False)
    assert "Est-ce bien la mairie ?" in (await mayor.get(f"/{station.slug}"))[1]
