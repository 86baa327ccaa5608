"""A national address service behind alertd, played on loopback: asked seldom, believed little, and never waited for long."""

import json
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError
from web.pages_house import Browser
from web.test_pages_addresses import LIST, picks, searched

from alertd.clock import MINUTE
from alertd.settings.geocoder import GeocoderSettings
from alertd.stations.streets import keep
from alertd.stations.streets.geocoder import MOST_BYTES, Geocoder
from alertd.web.app import build


def feature(label, lon, lat):
    return {
        "type": "Feature",
        "properties": {"label": label},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


NEAR, FAR = (
    feature("12 Rue des Lilas 55100 Bras-sur-Meuse", 5.380001, 49.212001),
    feature("Rue des Lilas Paris", 2.35, 48.85),
)


@pytest.fixture
def db(sqlite):
    """Nothing here is the store's."""
    return sqlite


class Service:
    """The far end: what it was asked, and what it answers next."""

    def __init__(self):
        self.asked, self.answer = [], lambda: web.json_response({"features": [NEAR, FAR, {"no": "feature"}]})

    async def search(self, request):
        self.asked.append(dict(request.query))
        return self.answer()


@pytest.fixture
async def service():
    """It listens on loopback, under a path as the State's does."""
    far, app = Service(), web.Application()
    app.router.add_get("/geocodage/search", far.search)
    app.router.add_get("/elsewhere", far.search)
    async with TestServer(app) as server:
        far.url = str(server.make_url("/geocodage"))
        yield far


@pytest.fixture
async def mayor(rooms, desk, station, service):
    """A browser at a station without a list, whose alertd knows the service."""
    geocoder = Geocoder.of(GeocoderSettings(base_url=service.url, timeout_s=1.0), desk.clock)
    async with TestClient(TestServer(build(replace(rooms, geocoder=geocoder)))) as client:
        browser = Browser(client, desk, station)
        await browser.log_in()
        yield browser


async def test_it_is_asked_by_the_button_once_and_its_pick_is_read_back(mayor, service):
    """Never while one types; the same words are remembered; what lies far from the mairie is left out."""
    assert (await mayor.get("/alertes/adresses?q=rue+des+lilas"))[0] == 200
    assert service.asked == []
    for _ in range(2):
        _, page, _ = await searched(mayor, "12 rue des lilas")
    assert service.asked == [{"q": "12 rue des lilas", "limit": "10", "lat": "49.2090", "lon": "5.3750"}]
    assert picks(page) == {"12 Rue des Lilas 55100 Bras-sur-Meuse": "g49.212001,5.380001"}
    told, _ = await mayor.previewed(where="address", address="g49.212001,5.380001")
    assert "autour de «\N{NO-BREAK SPACE}12 Rue des Lilas 55100 Bras-sur-Meuse\N{NO-BREAK SPACE}»" in told


async def test_the_own_list_is_enough_where_it_finds_enough(mayor, desk, station, service):
    """Three finds of the station's own, and nothing leaves the machine."""
    more = (
        LIST + "1;;Rue Haute;5.37;49.21\n1;;Rue Haute Neuve;5.37;49.21\n1;;Rue de la Haute Borne;5.37;49.21\n"
    )
    await keep.replace(desk.db, desk.clock, station, more.encode(), actor="cli")
    _, page, _ = await searched(mayor, "rue haute")
    assert len(picks(page)) >= 3
    assert service.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda: web.Response(status=503),
        lambda: web.Response(text="<html>", content_type="text/html"),
        lambda: web.json_response({"features": "none"}),
        lambda: web.Response(text=" " * (MOST_BYTES + 1) + json.dumps({"features": [NEAR]})),
    ],
    ids=["redirect", "down", "html", "no-list", "long"],
)
async def test_what_is_no_answer_shows_the_own_list_and_is_left_alone_a_while(mayor, clock, service, answer):
    """No redirect is followed, no endless body read; the page comes all the same, and half a minute later it is asked again."""
    service.answer = answer
    for _ in range(2):
        status, page, _ = await searched(mayor, "rue des lilas")
        assert (status, picks(page)) == (200, {})
    assert len(service.asked) == 1
    clock.advance(MINUTE)
    service.answer = lambda: web.json_response({"features": [NEAR]})
    _, page, _ = await searched(mayor, "rue des lilas")
    assert len(picks(page)) == 1


async def test_what_it_says_is_text_and_degrees_are_checked(mayor, service):
    """A label is escaped; degrees that are none are left out."""
    wrong = [
        feature("Ici", 5.38, "nan"),
        feature("Là", 500, 49.2),
        feature("", 5.38, 49.2),
        feature("Bas", 5.38, -99),
    ]
    service.answer = lambda: web.json_response(
        {"features": [*wrong, feature("<script>alert(1)</script>", 5.38, 49.21)]}
    )
    _, page, _ = await searched(mayor, "rue des lilas")
    assert "<script>alert" not in page
    assert list(picks(page)) == ["<script>alert(1)</script>"]


@pytest.mark.parametrize(
    "url", ["http://example.org", "https://a@b.fr", "https://geo.fr/", "ftp://geo.fr", "https://geo.fr/?q="]
)
def test_a_service_in_clear_or_with_more_than_a_path_is_refused(url):
    """https, or this machine; no account, no query, no slash at the end."""
    with pytest.raises(ValidationError):
        GeocoderSettings(base_url=url)
