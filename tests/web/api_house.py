"""A house to call: two stations, a key for each scope, and a client that speaks to the application."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from alertd import catalogue
from alertd.clock import HOUR
from alertd.deliver import routes
from alertd.issue.desk import Desk
from alertd.keys import Keyring
from alertd.model import Mode, Scope, Station
from alertd.settings import Settings
from alertd.stations import api_keys, stations
from alertd.store.database import Database
from alertd.subscribe.topics import register_topics
from alertd.web import app as application
from alertd.web.api.answers import iso
from alertd.web.rooms import Rooms

HOME = (49.209, 5.375)


@dataclass(slots=True)
class House:
    """`keys` are tokens by scope word; "people" may see to subscribers, "elsewhere" is another station's danger key."""

    desk: Desk
    station: Station
    elsewhere: Station
    keys: dict[str, str]
    client: TestClient[Any, Any] = field(init=False)

    @property
    def path(self) -> str:
        return f"/api/v1/stations/{self.station.slug}"

    async def call(
        self, method: str, path: str, body: object = None, *, key: str | None = "danger", **headers: str
    ) -> tuple[int, Any, ClientResponse]:
        """Status, JSON (None when there is none) and the response."""
        sent = dict(headers)
        if key is not None:
            sent["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        response = await self.client.request(method, path, data=data, headers=sent)
        raw = await response.read()
        return response.status, json.loads(raw) if raw else None, response

    def alert(self, **changes: Any) -> dict[str, Any]:
        """A danger in a circle around the mairie, that can be released as it is."""
        return {
            "level": "danger",
            "topic": "fire",
            "target": {"zone": {"type": "Circle", "center": [HOME[1], HOME[0]], "radius_m": 800}},
            "texts": {"fr": {"headline": "Incendie route de Verdun", "body": "Fermez vos fenêtres."}},
            "channels": ["sms", "email"],
            "expires_at": iso(self.desk.clock.now_ms() + 3 * HOUR),
        } | changes

    def person(self, number: int = 0, **changes: Any) -> dict[str, Any]:
        """Someone who lives at the mairie, with a number that belongs to nobody."""
        return {
            "endpoints": [{"channel": "sms", "address": f"+3363998{number:04d}"}],
            "places": [{"lat": HOME[0], "lon": HOME[1], "kind": "home"}],
            "ref": f"person-{number}",
            "consent": {"source": "accueil", "at": "2026-01-05T10:00:00+01:00"},
        } | changes

    async def released(self, **changes: Any) -> dict[str, Any]:
        """An alert that went through preview and release."""
        content = self.alert(**changes)
        status, preview, _ = await self.call("POST", f"{self.path}/alerts/preview", content)
        assert status == 200, preview
        content |= {"preview_digest": preview["preview_digest"], "repeat": True}
        status, alert, _ = await self.call("POST", f"{self.path}/alerts", content)
        assert status == 201, alert
        return dict(alert)


async def build(db: Database, clock: Any, settings: Settings | None = None) -> House:
    """Two training stations of one instance, with keys."""
    settings = settings or Settings()
    words = catalogue.load()
    keyring = Keyring({1: b"k" * 32})
    async with db.transaction() as tx:
        await register_topics(tx, words)
        home = stations.NewStation("bras-sur-meuse", "Bras-sur-Meuse", *HOME, mode=Mode.TRAINING)
        here = await stations.add(tx, clock, home)
        there = await stations.add(
            tx, clock, stations.NewStation("verdun", "Verdun", 49.16, 5.38, mode=Mode.TRAINING)
        )
        keys = {}
        for scope in Scope:
            _, keys[scope.word] = await api_keys.create(tx, clock, here, scope.word, scope)
        _, keys["people"] = await api_keys.create(tx, clock, here, "people", Scope.DRAFT, subscribers=True)
        _, keys["elsewhere"] = await api_keys.create(
            tx, clock, there, "elsewhere", Scope.DANGER, subscribers=True
        )
    desk = Desk(db, clock, words, settings, keyring, await routes.register(db, settings))
    return House(desk, here, there, keys)


@asynccontextmanager
async def opened(db: Database, clock: Any, settings: Settings | None = None) -> AsyncIterator[House]:
    """The house, its application served on a free port of loopback."""
    house = await build(db, clock, settings)
    app = application.build(Rooms(house.desk, heartbeat=lambda: True))
    async with TestClient(TestServer(app)) as house.client:
        yield house
