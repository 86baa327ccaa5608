"""A town whose people are to be reminded, and what each minute of it sends."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from heart.town import HOME, Town, build, settings

from alertd.clock import DAY
from alertd.model import Station
from alertd.settings.reminder import Reminder as Terms
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.watch.reminder import Reminder
from gateways.contract import Message

YEAR = 366 * DAY
PLENTY = 3_600
"""An hour: as many in a minute as any test has."""


async def reminded_town(db: Any, clock: Any) -> AsyncIterator[Town]:
    """On 2 March at ten, with all that people can have; the books balance after it."""
    town = await build(db, clock, settings(channels=("sms", "email", "push", "voice")))
    yield town
    await town.books()


def node_of(town: Town, **terms: Any) -> Reminder:
    """One node's share, with these settings."""
    chosen = town.desk.settings.model_copy(update={"reminder": Terms(**({"per_hour": PLENTY} | terms))})
    return Reminder(replace(town.desk, settings=chosen))


async def minute(town: Town, node: Reminder | None = None, **terms: Any) -> list[Message]:
    """What left of a minute's work."""
    before = len(town.provider.ledger)
    await (node or node_of(town, **terms)).remind()
    await town.run()
    return town.provider.ledger[before:]


async def addresses(town: Town, node: Reminder | None = None, **terms: Any) -> list[str]:
    """To whom."""
    return [message.address for message in await minute(town, node, **terms)]


async def add_station(town: Town, slug: str, **changes: Any) -> Station:
    """One more station, of that name."""
    async with town.db.transaction() as tx:
        return await stations.add(
            tx, town.clock, replace(NewStation(slug, slug.capitalize(), *HOME), **changes)
        )
