"""A small town on a real store, and a browser without JavaScript that visits its pages."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from alertd import catalogue
from alertd.clock import DAY, HOUR
from alertd.deliver import routes
from alertd.deliver.fan_out import FanOut
from alertd.issue import countdown
from alertd.issue.desk import Desk
from alertd.issue.undo import HOLD_MS
from alertd.keys import Keyring, delivery_number
from alertd.model import Channel, Mode, Role, Station
from alertd.settings import Settings
from alertd.stations import drawings, operators, stations
from alertd.stations.stations import NewStation
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.subscribe.topics import register_topics
from alertd.web.app import build
from alertd.web.rooms import Rooms
from alertd.web.writing import forms

PASSWORD = "quatre mots pour entrer"
MAIRIE = (49.209, 5.375)
PEOPLE = 12


@pytest.fixture
async def desk(db, clock) -> Desk:
    """A desk on each engine in turn, with the settings of a demonstration."""
    settings, words = Settings(), catalogue.load()
    async with db.transaction() as tx:
        await register_topics(tx, words)
    senders = await routes.register(db, settings)
    return Desk(db, clock, words, settings, Keyring({1: b"k" * 32}), senders)


@pytest.fixture
async def station(desk) -> Station:
    """Bras-sur-Meuse in training: a hamlet, a saved zone, twelve people around the mairie by SMS and e-mail."""
    new = NewStation("bras-sur-meuse", "Bras-sur-Meuse", *MAIRIE, mode=Mode.TRAINING, outline=OUTLINE)
    async with desk.db.transaction() as tx:
        made = await stations.add(tx, desk.clock, new)
        await drawings.add_hamlet(tx, made, "La Gare", 49.2115, 5.379)
        circle = {"type": "Circle", "center": [5.375, 49.209], "radius_m": 600}
        await drawings.add_zone(tx, made, "Le bourg", circle)
        for number in range(PEOPLE):
            await enrol(tx, desk.clock, desk.keyring, made, _person(desk, number))
    return made


@pytest.fixture
async def rooms(desk, station) -> Rooms:
    """The rooms of a demonstration, with an operator of each role, called by it."""
    rooms = Rooms(desk, heartbeat=lambda: True)
    known = await operators.hash_password(rooms.passwords, "le-maire", PASSWORD)
    async with desk.db.transaction() as tx:
        for role in Role:
            one = await operators.add(
                tx, desk.clock, login=f"le-{role.word}", name=role.word, password_hash=known
            )
            await operators.set_role(tx, one.id, station.id, role)
    return rooms


@pytest.fixture
async def client(rooms) -> AsyncIterator[TestClient]:
    """A browser, or a program, that nobody knows yet."""
    async with TestClient(TestServer(build(rooms))) as client:
        yield client


@dataclass
class Browser:
    """A browser without JavaScript: it keeps cookies, reads the form's token, and follows links."""

    client: TestClient
    desk: Desk
    station: Station

    async def log_in(
        self, login: str = "le-mayor", password: str = PASSWORD, **headers: str
    ) -> ClientResponse:
        fields = {"login": login, "password": password}
        return await self.client.post("/connexion", data=fields, headers=headers, allow_redirects=False)

    async def get(self, path: str) -> tuple[int, str]:
        response = await self.client.get(path)
        return response.status, await response.text()

    async def token(self) -> str:
        """The session's, as every form of an operator's page has it."""
        page = await (await self.client.get("/")).text()
        found = re.search(r'name="csrf" value="([^"]*)"', page)
        return found[1] if found else ""

    async def post(self, path: str, fields: Any = None, **options: Any) -> tuple[int, str, str]:
        """Status, text, and where it leads; with the session's token, as the page's form has it."""
        data = {"csrf": await self.token()} | dict(fields or {})
        response = await self.client.post(path, data=data, allow_redirects=False, **options)
        return response.status, await response.text(), response.headers.get("Location", "")

    def alert(self, **changes: Any) -> dict[str, Any]:
        """A form that can be sent as it is: an emergency around the station's hamlet."""
        end = forms.local_time(self.desk.clock.now_ms() + 3 * HOUR, self.station)
        return {
            "topic": "fire",
            "level": "danger",
            "where": "hamlet",
            "hamlet": "1",
            "radius_m": "1000",
            "headline": "Incendie près de la gare",
            "instruction": "Fermez vos fenêtres.",
            "channels": ["sms", "email"],
            "expires": end,
        } | changes

    async def previewed(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        """The preview page, and the fields of its form."""
        _, text, path = await self.post("/alertes/nouvelle", self.alert(**changes))
        assert path.startswith("/alertes/apercu/"), text
        _, page = await self.get(path)
        return page, hidden(page)

    async def released(self, **changes: Any) -> str:
        """The path of an alert that went out."""
        _, fields = await self.previewed(**changes)
        return await self.sent(fields)

    async def sent(self, fields: Mapping[str, Any]) -> str:
        """The path of what a preview's form has become, once it can no longer be stopped, and may be undone no longer."""
        _, text, path = await self.post("/alertes/envoyer", dict(fields) | {"confirmed": "on"})
        assert path.startswith("/alertes/"), text
        if await countdown.running(self.desk.db, self.station.id):
            self.desk.clock.advance(countdown.LASTS_MS)
            await countdown.step(self.desk)
        else:
            self.desk.clock.advance(HOLD_MS)
        return path


@pytest.fixture
def browser(client, desk, station) -> Browser:
    return Browser(client, desk, station)


@pytest.fixture
async def mayor(browser) -> Browser:
    """A browser in which the mayor is logged in."""
    response = await browser.log_in()
    assert response.status == 303
    return browser


@pytest.fixture
def link(mayor, desk):
    """The personal link of one delivery of an alert, once fan-out made it."""

    async def link(path, locale="fr"):
        fan_out = FanOut(desk.db, desk.routes, 1)
        while await fan_out.step():
            pass
        alert = int(path.rpartition("/")[2])
        rows = await desk.db.fetch("deliveries.of_alert", alert, 0, 0, 500)
        for row in rows:
            code = desk.keyring.code(delivery_number(row["message_id"], row["endpoint_id"]))
            status, page = await mayor.get(f"/a/{code}")
            if status == 200 and f'<html lang="{locale}">' in page:
                return f"/a/{code}"
        message = f"no delivery in {locale} among {len(rows)}"
        raise AssertionError(message)

    return link


def hidden(page: str) -> Mapping[str, Any]:
    """The hidden fields of the form that sends, lists as lists."""
    form = page[page.index('action="/alertes/envoyer"') :]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        text = html.unescape(value)
        if name in {"channels", "groups"}:
            found.setdefault(name, []).append(text)
        else:
            found[name] = text
    return found


def _person(desk: Desk, number: int) -> Enrolment:
    addresses = ((Channel.SMS, f"+3363998{number:04d}"), (Channel.EMAIL, f"habitant-{number}@example.org"))
    return Enrolment(addresses, "accueil", desk.clock.now_ms() - DAY, places=(At(*MAIRIE),), exercises=True)


OUTLINE = {
    "type": "Polygon",
    "coordinates": [
        [
            [5.352, 49.200],
            [5.362, 49.196],
            [5.380, 49.195],
            [5.395, 49.199],
            [5.402, 49.208],
            [5.400, 49.219],
            [5.388, 49.226],
            [5.370, 49.228],
            [5.356, 49.222],
            [5.349, 49.211],
            [5.352, 49.200],
        ]
    ],
}
