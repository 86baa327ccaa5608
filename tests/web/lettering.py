"""A house whose letters have a way out, and what they say."""

import re
from dataclasses import replace

import pytest

from alertd.deliver import routes
from alertd.deliver.service import opened
from alertd.settings import Settings
from alertd.stations import team

LINK = re.compile(r"/invitation/[A-Za-z0-9_-]{43}")


@pytest.fixture
async def desk(desk):
    """Letters have a way out."""
    settings = Settings.model_validate({"gateways": {"relais": {"driver": "smtp", "channels": ["email"]}}})
    return replace(desk, settings=settings, routes=await routes.register(desk.db, settings))


async def letters(desk):
    """The paths of all invitations that were written, the oldest first."""
    rows = [row for row in await desk.db.fetch("heart.messages") if row["kind"] == "service"]
    texts = [opened(row, desk.keyring).text for row in rows]
    return [found[0] for text in texts if (found := LINK.search(text))]


async def roles(desk, station):
    """Who works there, by login."""
    return {one.login: one.role for one in await team.members(desk.db, station.id)}
