"""What the tests of pages share: a small town, its operators, and a browser."""

from web.pages_house import browser, client, desk, link, mayor, rooms, station

__all__ = ["browser", "client", "desk", "link", "mayor", "rooms", "station"]
