"""What the tests of the heart share: a town whose books are read after every test."""

from collections.abc import AsyncIterator

import pytest
from heart.town import Town, build


@pytest.fixture
async def town(db, clock) -> AsyncIterator[Town]:
    """The town on each engine in turn. Whatever a test did, the books balance after it."""
    town = await build(db, clock)
    yield town
    await town.books()


@pytest.fixture
async def postgres_town(postgres, clock) -> AsyncIterator[Town]:
    """The town where several nodes write at once: on PostgreSQL alone."""
    town = await build(postgres, clock)
    yield town
    await town.books()
