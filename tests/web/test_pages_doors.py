"""What every request passes: log-in, forged forms, bounds, headers, health."""

import io
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.pages_house import Browser

from alertd.settings import Settings
from alertd.web.app import build
from alertd.web.rooms import Rooms

ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://ailleurs.example"}


async def test_a_stranger_is_led_to_the_log_in_and_on(browser):
    """Whoever asks for a page first logs in, then finds the page asked for."""
    response = await browser.client.get("/alertes/nouvelle?sujet=fire", allow_redirects=False)
    door = response.headers["Location"]
    assert response.status == 303
    assert door.startswith("/connexion?retour=/alertes/nouvelle")
    page = await (await browser.client.get(door)).text()
    action = re.search(r'form method="post" action="([^"]*)"', page)[1]
    entered = await browser.client.post(
        action, data={"login": "le-mayor", "password": "quatre mots pour entrer"}, allow_redirects=False
    )
    assert entered.headers["Location"] == "/alertes/nouvelle?sujet=fire"


@pytest.mark.parametrize("path", ["https://ailleurs.example", "//ailleurs.example", "/\\ailleurs.example"])
async def test_a_log_in_leads_to_no_other_site(browser, path):
    """The way on is a path of ours, or the first page."""
    fields = {"login": "le-mayor", "password": "quatre mots pour entrer"}
    response = await browser.client.post(
        "/connexion", params={"retour": path}, data=fields, allow_redirects=False
    )
    assert response.headers["Location"] == "/"


async def test_an_unknown_login_and_a_wrong_password_are_told_the_same(browser):
    """Nobody learns by trying who is an operator; what was typed as login stays."""
    unknown = await browser.log_in("personne", "x" * 12)
    wrong = await browser.log_in("le-mayor", "x" * 12)
    assert unknown.status == wrong.status == 401
    said = (await unknown.text()).replace("personne", "le-mayor")
    assert said == await wrong.text()
    assert "n&#39;est pas le bon" in said


async def test_log_ins_are_slowed_down_and_never_locked(browser, clock):
    """The sixth try in a row is asked to wait, with Retry-After; after the wait the right password opens."""
    for _ in range(5):
        await browser.log_in("le-mayor", "x" * 12)
    refused = await browser.log_in("le-mayor")
    assert refused.status == 429
    assert "attendez" in await refused.text()
    clock.advance(int(refused.headers["Retry-After"]) * 1000)
    assert (await browser.log_in("le-mayor")).status == 303


async def test_the_cookie_is_closed_to_scripts_and_other_sites(browser):
    """HttpOnly, SameSite=Lax, for the whole site."""
    cookie = (await browser.log_in()).headers["Set-Cookie"]
    assert cookie.startswith("alertd=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


async def test_behind_https_the_cookie_belongs_to_the_host_alone(desk, rooms, station):
    """`__Host-` and Secure, and browsers are told to come by https only."""
    settings = Settings.model_validate({"http": {"public_url": "https://alerte.example"}})
    secure = Rooms(desk.__class__(*_with(desk, settings)), rooms.heartbeat, rooms.passwords)
    async with TestClient(TestServer(build(secure))) as client:
        response = await Browser(client, desk, station).log_in()
    assert response.headers["Set-Cookie"].startswith("__Host-alertd=")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "max-age" in response.headers["Strict-Transport-Security"]


async def test_a_log_out_ends_every_copy_of_the_cookie(mayor):
    """A copied cookie opens nothing after the log-out."""
    copied = {cookie.key: cookie.value for cookie in mayor.client.session.cookie_jar}
    assert (await mayor.post("/deconnexion"))[0] == 303
    response = await mayor.client.get("/", cookies=copied, allow_redirects=False)
    assert response.headers["Location"].startswith("/connexion")


async def test_a_form_from_another_site_is_refused(mayor, db):
    """By what the browser says of its origin, even with the right token."""
    status, page, _ = await mayor.post("/alertes/nouvelle", mayor.alert(), headers=ELSEWHERE)
    assert status == 403
    assert "vient d&#39;ailleurs" in page
    assert not await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 1)


async def test_a_form_without_the_sessions_token_is_refused(mayor):
    """An old browser that says nothing of origins is held by the token."""
    status, _, _ = await mayor.post("/alertes/nouvelle", mayor.alert() | {"csrf": "inventé"})
    assert status == 403


async def test_a_log_in_from_another_site_is_refused(browser):
    """Nobody is logged in as someone else without knowing it."""
    assert (await browser.log_in(**ELSEWHERE)).status == 403


async def test_a_huge_upload_is_refused_with_a_sentence(mayor):
    """By its announced length, and as it is read when it comes in chunks."""
    huge = b"headline=" + b"x" * 2_000_000
    announced = await mayor.client.post("/alertes/envoyer", data=io.BytesIO(huge))
    assert announced.status == 413
    assert "dépasse ce que l&#39;on accepte" in await announced.text()

    async def chunks():
        for start in range(0, len(huge), 65_536):
            yield huge[start : start + 65_536]

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    chunked = await mayor.client.post("/alertes/envoyer", data=chunks(), headers=kind)
    assert chunked.status == 413


async def test_every_answer_closes_what_browsers_leave_open(browser):
    """Strict policy, no sniffing, no framing; and nothing of an operator's page is kept."""
    for path in ("/connexion", "/nulle-part", "/healthz", "/"):
        headers = (await browser.client.get(path, allow_redirects=False)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Server"] == "alertd"
        assert headers["Cache-Control"] == "no-store"


async def test_a_page_that_does_not_exist_says_what_to_do(browser):
    """404 as a page, in French, with a way back."""
    status, page = await browser.get("/nulle-part")
    assert status == 404
    assert "Revenir à l&#39;accueil" in page


async def test_under_api_an_unknown_address_is_a_problem_document(browser):
    """A program never gets HTML."""
    response = await browser.client.get("/api/v1/nowhere")
    assert response.content_type == "application/problem+json"
    assert (await response.json())["code"] == "not_found"


async def test_health_tells_alive_from_ready(desk, rooms):
    """A process whose loops are silent is alive, and not ready."""
    silent = Rooms(desk, lambda: False, rooms.passwords)
    async with TestClient(TestServer(build(silent))) as client:
        assert (await client.get("/healthz")).status == 200
        ready = await client.get("/readyz")
        assert (ready.status, list((await ready.json())["failing"])) == (503, ["sending"])
    async with TestClient(TestServer(build(rooms))) as client:
        assert (await client.get("/readyz")).status == 200


def _with(desk, settings):
    return (desk.db, desk.clock, desk.catalogue, settings, desk.keyring, desk.routes)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/connexion", "GET, HEAD, POST"),
        ("GET", "/deconnexion", "POST"),
        ("DELETE", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_method_that_a_page_does_not_serve(client, method, path, allow):
    """It is answered 405 with the methods that the address does serve."""
    response = await client.request(method, path)
    assert (response.status, response.headers["Allow"]) == (405, allow)
