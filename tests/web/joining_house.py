"""A live commune whose door is open: a browser without JavaScript on one side, a provider that plays phones on the other."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from heart.far_end import report
from heart.town import Town, build, settings

from alertd.settings import Settings
from alertd.stations import drawings
from alertd.subscribe import join
from alertd.web.app import build as application
from alertd.web.rooms import Rooms
from gateways.contract import Outcome

PATH = "/s/bras-sur-meuse"
NUMBER, MAILBOX, LANDLINE = "+33639981234", "ana@example.org", "+33700000007"
EVERY_WAY = {
    "ways": ["sms", "email", "voice"],
    "mobile": "06 39 98 12 34",
    "mailbox": "Ana@Example.org",
    "telephone": "07 00 00 00 07",
    "locale": "fr",
}


@dataclass
class Door:
    """What somebody at the door sees, and what comes to their phones and mailbox."""

    town: Town
    client: TestClient

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.client.get(path, headers=headers) as response:
            return response.status, html.unescape(await response.text())

    async def post(self, path: str, fields: Any, **headers: str) -> tuple[int, str, str]:
        """Status, text, and where it leads."""
        options = {"data": fields, "headers": headers, "allow_redirects": False}
        async with self.client.post(path, **options) as response:
            text = html.unescape(await response.text())
            return response.status, text, response.headers.get("Location", "")

    async def joins(self, **changes: Any) -> str:
        """By every way, but for what is changed; the page that waits."""
        status, page, where = await self.post(PATH, EVERY_WAY | changes)
        assert status == 303, page
        return where

    async def told(self, address: str) -> str:
        """The newest word to an address, once everything has left."""
        await self.town.run()
        return self.town.provider.to(address)[-1].text

    async def code(self, address: str = NUMBER) -> str:
        """The six digits of its newest SMS."""
        [code] = re.findall(r"\b\d{6}\b", await self.told(address))
        return code

    async def link(self, address: str = MAILBOX) -> str:
        """Where its newest letter leads."""
        [link] = re.findall(r"https?://[^/]+(/\S+)", await self.told(address))
        return link

    async def picks_up(self, address: str = LANDLINE) -> None:
        """The call's key is pressed."""
        await self.told(address)
        await report(self.town, (self.town.provider.to(address)[-1].reference, Outcome.SEEN))
        while await join.heed_calls(self.town.db, self.town.desk):
            pass

    async def reached(self) -> set[str]:
        """Whom an alert reaches now."""
        before = len(self.town.provider.ledger)
        await self.town.release(channels=frozenset(self.town.node.lines))
        await self.town.run()
        return {message.address for message in self.town.provider.ledger[before:]}


def chosen(**limits: int) -> Settings:
    """A commune that speaks by SMS, e-mail and voice, and takes numbers that are nobody's."""
    usual = settings(channels=("sms", "email", "voice")).model_dump(exclude_unset=True)
    most = {"sign_ups_per_network_hour": 100, "sign_ups_per_station_hour": 100} | limits
    more = {
        "limits": most,
        "subscribers": {"fiction_numbers": True},
        "http": {"trusted_proxies": ["127.0.0.1"]},
    }
    return Settings.model_validate(usual | more)


@asynccontextmanager
async def opened(db: Any, clock: Any, **limits: int) -> AsyncIterator[Door]:
    """The commune, with two hamlets."""
    town = await build(db, clock, chosen(**limits))
    async with db.transaction() as tx:
        await drawings.add_hamlet(tx, town.station, "La Gare", 49.2115, 5.379)
        await drawings.add_hamlet(tx, town.station, "Le Moulin", 49.2010, 5.361)
    async with TestClient(TestServer(application(Rooms(town.desk, lambda: True)))) as client:
        yield Door(town, client)
    await town.books()
