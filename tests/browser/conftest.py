"""Debian's Chromium, driven over its own protocol; nothing is downloaded."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright
from web.pages_house import browser, client, link, mayor, rooms, station
from web.pages_house import desk as demonstration

from alertd.deliver import routes
from alertd.issue.desk import Desk
from alertd.settings import Settings
from alertd.store.sqlite import SQLite
from alertd.web.app import build

__all__ = ["browser", "client", "demonstration", "link", "mayor", "rooms", "station"]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is on this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium (apt-get install chromium)")
    return found


@pytest.fixture
async def chromium(chromium_path) -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
def db(sqlite: SQLite) -> SQLite:
    """One engine is enough for what eyes see."""
    return sqlite


@pytest.fixture
async def desk(demonstration, db) -> Desk:
    """Besides the sandbox of training stations, two accounts for SMS and one for e-mail, as a live one has."""
    sms, mail = {"driver": "smtp", "channels": ["sms"]}, {"driver": "smtp", "channels": ["email"]}
    settings = Settings.model_validate({"gateways": {"sms_a": sms, "sms_b": sms, "relais": mail}})
    return replace(demonstration, settings=settings, routes=await routes.register(db, settings))


@pytest.fixture
async def served(rooms) -> AsyncIterator[TestServer]:
    """The application on a free port of loopback."""
    async with TestServer(build(rooms)) as server:
        yield server
