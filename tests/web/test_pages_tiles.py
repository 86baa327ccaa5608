"""Tiles under the map: asked for by alertd of a tile server on loopback, kept, bounded, and of the station's land alone."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError
from web.login_house import anew
from web.pages_house import Browser

from alertd.clock import DAY, MINUTE
from alertd.settings.map import MapSettings
from alertd.stations.tiles.near import Tile, is_near
from alertd.stations.tiles.source import MOST_BYTES, Tiles
from alertd.web.app import build

PNG = b"\x89PNG\r\n\x1a\n" + b"land" * 250
HERE, PARIS = "/carte/14/8436/5608", "/carte/14/8298/5632"


@pytest.fixture
def db(sqlite):
    """Nothing here is the store's."""
    return sqlite


class Server:
    """The far end: what it was asked, and what it answers next."""

    def __init__(self):
        self.asked, self.answer = [], lambda: web.Response(body=PNG, content_type="text/html")

    async def tile(self, request):
        self.asked.append((request.path, dict(request.query), dict(request.headers)))
        return self.answer()


@pytest.fixture
async def far():
    """It listens on loopback, as a tile server with a query in its address does."""
    server, app = Server(), web.Application()
    app.router.add_get("/tiles/{z}/{x}", server.tile)
    app.router.add_get("/elsewhere", server.tile)
    async with TestServer(app) as served:
        server.url = str(served.make_url("/tiles")) + "/{z}/{x}?row={y}"
        yield server


@pytest.fixture
def opened(rooms, desk, station, tmp_path):
    """A browser at a house with these tiles, the mayor logged in."""

    async def opened(stack, far, **more):
        settings = MapSettings(tiles=far.url, attribution="© <b>IGN</b>", timeout_s=5.0, **more)
        house = replace(rooms, tiles=Tiles.of(settings, tmp_path / "tiles", desk.clock))
        client = await stack.enter_async_context(TestClient(TestServer(build(house))))
        browser = Browser(client, desk, station)
        await browser.log_in()
        return browser

    return opened


@pytest.fixture
async def mayor(opened, far):
    """As most installations have it: operators' maps alone."""
    async with AsyncExitStack() as stack:
        yield await opened(stack, far)


async def fetched(browser, path):
    async with browser.client.get(path) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_tile_is_asked_for_once_in_many_days_and_shown_when_the_server_is_away(mayor, far, clock):
    """It is told three numbers and nothing of who looks; what it calls the picture does not matter; the old one is better than none."""
    for _ in range(2):
        status, body, headers = await fetched(mayor, HERE)
        assert (status, body, headers["Content-Type"]) == (200, PNG, "image/png")
        assert headers["Cache-Control"].startswith("private")
    [(path, query, told)] = far.asked
    assert (path, query) == ("/tiles/14/8436", {"row": "5608"})
    assert not {"Cookie", "Referer", "Authorization"} & set(told)
    clock.advance(31 * DAY)
    await mayor.log_in()
    far.answer = lambda: web.Response(status=500)
    assert (await fetched(mayor, HERE))[:2] == (200, PNG)
    assert (await fetched(mayor, "/carte/14/8437/5608"))[0] == 404
    assert len(far.asked) == 2, "it is left alone a while"
    clock.advance(MINUTE)
    far.answer = lambda: web.Response(body=PNG)
    assert (await fetched(mayor, "/carte/14/8437/5608"))[0] == 200


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
        lambda: web.Response(text="<script>alert(1)</script>", content_type="image/png"),
        lambda: web.Response(body=PNG + b" " * MOST_BYTES),
        lambda: web.Response(status=404),
    ],
    ids=["redirect", "no-picture", "long", "none"],
)
async def test_what_is_no_tile_is_not_passed_on(mayor, far, answer):
    """No redirect is followed, nothing that a browser would run, nothing endless."""
    far.answer = answer
    assert (await fetched(mayor, HERE))[0] == 404
    assert len(far.asked) == 1


async def test_only_the_stations_surroundings_and_only_who_may_look(mayor, far, station):
    """Paris through Bras-sur-Meuse, a stranger, a resident where residents' maps have none: nobody asks the server for it."""
    for path in (PARIS, "/carte/7/65/43", "/carte/19/269952/179008", "/carte/14/99999/1", "/carte/14/-1/1"):
        assert (await fetched(mayor, path))[0] == 404, path
    assert is_near(Tile(8, 131, 87), station)
    _, chart, _ = await fetched(mayor, "/alertes/carte")
    assert b'"tiles": {"path": "/carte"' in chart
    await anew(mayor)
    assert (await fetched(mayor, HERE))[0] == 401
    assert (await fetched(mayor, f"/s/{station.slug}{HERE}"))[0] == 404
    assert b"tiles" not in (await fetched(mayor, f"/s/{station.slug}/carte"))[1]
    assert far.asked == []


async def test_residents_have_them_where_the_setting_says_so_and_the_shelf_is_bounded(
    opened, far, station, tmp_path
):
    """Their map names its own address; a megabyte is a megabyte, and the oldest go."""
    (tmp_path / "tiles" / "tiles-0123456789ab").mkdir(parents=True)
    (tmp_path / "tiles" / "Mes photos").mkdir()
    async with AsyncExitStack() as stack:
        browser = await opened(stack, far, public=True, keep_megabytes=1)
        await anew(browser)
        _, ground, _ = await fetched(browser, f"/s/{station.slug}/carte")
        assert f'"path": "/s/{station.slug}/carte"'.encode() in ground
        far.answer = lambda: web.Response(body=PNG[:8] + b"x" * 200_000)
        for x in range(8430, 8437):
            assert (await fetched(browser, f"/s/{station.slug}/carte/14/{x}/5608"))[0] == 200
    left = sorted(path.name for path in (tmp_path / "tiles").glob("tiles-*/*"))
    assert sum(path.stat().st_size for path in (tmp_path / "tiles").glob("tiles-*/*")) <= 1_000_000
    assert "14-8436-5608" in left
    assert min(path.name for path in (tmp_path / "tiles").iterdir()) == "Mes photos"
    assert len(list((tmp_path / "tiles").iterdir())) == 2


@pytest.mark.parametrize(
    "tiles",
    [
        "http://example.org/{z}/{x}/{y}",
        "https://{x}.example.org/{z}/{y}",
        "https://a@b.fr/{z}/{x}/{y}",
        "https://b.fr/{z}/{x}",
        "https://b.fr/{z}/{x}/{y}/{s}",
        "ftp://b.fr/{z}/{x}/{y}",
    ],
)
def test_a_template_that_could_lead_elsewhere_is_refused(tiles):
    """https, or this machine; numbers stand behind the host alone; whose tiles they are is said."""
    with pytest.raises(ValidationError):
        MapSettings(tiles=tiles, attribution="© eux")
    with pytest.raises(ValidationError):
        MapSettings(tiles="https://b.fr/{z}/{x}/{y}")
