"""A town whose station has a code, an outline and a telephone, and a reader who has no account."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from heart.town import HOME, Town, build, mayor_of
from web.pages_house import OUTLINE

from alertd.issue.release import Released
from alertd.model import Station
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.web.app import build as build_app
from alertd.web.rooms import Rooms


@dataclass
class Reader:
    """Whoever asks without a log-in; what a bell would tell the front is told before each question."""

    town: Town
    rooms: Rooms
    client: TestClient

    async def get(self, path: str, **options: Any) -> Any:
        await self.rooms.front.look(self.town.db)
        return await self.client.get(path, allow_redirects=False, **options)

    async def body(self, path: str, **options: Any) -> bytes:
        answer = await self.get(path, **options)
        assert answer.status == 200, (path, answer.status)
        return await answer.read()

    async def text(self, path: str, **options: Any) -> str:
        return (await self.body(path, **options)).decode()

    def cap(self, event: Released) -> str:
        return f"/{self.town.station.slug}/cap/{event.event_id}.xml"


@pytest.fixture
async def town(db, clock) -> Town:
    """The station is Belleville-sur-Meuse: INSEE 55043, an outline, a telephone."""
    town = await build(db, clock)
    new = NewStation(
        "belleville", "Belleville-sur-Meuse", *HOME, outline=OUTLINE, insee="55043", phone="+33329860000"
    )
    async with db.transaction() as tx:
        town.station = await stations.add(tx, clock, new)
    town.mayor = mayor_of(town.station)
    return town


@pytest.fixture
async def reader(town) -> AsyncIterator[Reader]:
    rooms = Rooms(town.desk, heartbeat=lambda: True, node_id=town.node.id)
    async with TestClient(TestServer(build_app(rooms))) as client:
        yield Reader(town, rooms, client)


async def other(town: Town, slug: str, **changes: Any) -> Station:
    """One more station, for which the mayor now speaks."""
    async with town.db.transaction() as tx:
        town.station = await stations.add(tx, town.clock, NewStation(slug, slug.title(), *HOME, **changes))
    town.mayor = mayor_of(town.station)
    return town.station
