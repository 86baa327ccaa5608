"""What the tests of the heart share: a town whose books are read after every test."""

from collections.abc import AsyncIterator

import pytest
from heart.pair import Pair, paired, two_gateways
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


@pytest.fixture
async def pair(db, clock) -> AsyncIterator[Pair]:
    """The town with two providers for SMS and twenty people, on each engine in turn; the books balance after it."""
    pair = await paired(await build(db, clock, two_gateways()))
    yield pair
    await pair.town.books()
