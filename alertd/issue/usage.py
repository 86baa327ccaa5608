"""What each station handed to providers in a month, in the unit that each bills, and at its tariffs: what a host divides by.

Counted from the books, at the price of the route's first sender and of the station's own language: what a provider's bill
says may differ where another gateway stood in, a reader has another language, or a number is abroad. What left by a
station's own gateways is told apart, by the attempts as long as they are kept: its provider sends it the bill.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from phonenumbers import country_code_for_region

from alertd.clock import DAY, to_ms
from alertd.deliver.owners import owners
from alertd.deliver.routes import SHARED, Sender, first
from alertd.errors import Malformed
from alertd.issue.costs import units_each
from alertd.issue.desk import Desk
from alertd.model import Channel, Level, Station
from alertd.stations import payers, stations
from alertd.store import Row
from alertd.store.contents import loads

PAGE: Final = 1_000


@dataclass(slots=True)
class Usage:
    """One station's month: deliveries by channel, what was billed of them in the channel's unit, and euros.

    `payer` is the station whose bill it is: its commune, where the commune said so. `own_units` and `own_euros` are the part of
    these that left by the station's own gateways.
    """

    station: Station
    payer: Station
    deliveries: dict[Channel, int] = field(default_factory=dict)
    units: dict[Channel, int] = field(default_factory=dict)
    euros: float = 0.0
    own_units: dict[Channel, int] = field(default_factory=dict)
    own_euros: float = 0.0

    def add(self, channel: Channel, n: int, units: int, euros: float, *, own: bool) -> None:
        """So many more by a channel."""
        if own:
            self.own_units[channel] = self.own_units.get(channel, 0) + units
            self.own_euros += euros
        self.deliveries[channel] = self.deliveries.get(channel, 0) + n
        self.units[channel] = self.units.get(channel, 0) + units
        self.euros += euros


async def usage(desk: Desk, month: str) -> list[Usage]:
    """The month "2026-03" on each station's own clock, by name; a station that sent nothing is not there.

    :raises Malformed: `month_malformed`.
    """
    begin, end = _bounds(month)
    found: dict[int, Usage] = {}
    async for row in _handed_over(desk, to_ms(begin) - DAY, to_ms(end) + DAY):
        if row["station_id"] == 0:
            continue  # the instance's own letters are nobody's
        if row["station_id"] not in found:
            found[row["station_id"]] = await _begun(desk, row["station_id"])
        one = found[row["station_id"]]
        if _in_month(row["created_at"], one.station, month):
            await _count(desk, one, row)
    return sorted((one for one in found.values() if one.deliveries), key=lambda one: one.station.name)


async def _begun(desk: Desk, station_id: int) -> Usage:
    station = await stations.by_id(desk.db, station_id)
    if station.parent_id is None or await payers.payer(desk.db, station) != payers.COMMUNE:
        return Usage(station, station)
    return Usage(station, await stations.by_id(desk.db, station.parent_id))


async def _handed_over(desk: Desk, since: int, until: int) -> AsyncIterator[Row]:
    """A message's rows are never cut by a page: the last message of a full one is read again with the next."""
    after = 0
    while page := await desk.db.fetch("tallies.handed_over", since, until, after, PAGE):
        whole = (
            page if len(page) < PAGE else [row for row in page if row["message_id"] != page[-1]["message_id"]]
        )
        for row in whole:
            yield row
        if len(page) < PAGE:
            return
        after = whole[-1]["message_id"]


async def _count(desk: Desk, one: Usage, row: Row) -> None:
    """A message on one channel: at the price of the station's own gateway, but for what a shared one handed over."""
    channel, danger = Channel(row["channel"]), row["level"] == Level.DANGER
    whose = await owners(desk.db, desk.routes.owning, one.station.id)
    sender = first(desk.routes, one.station.mode, channel, danger=danger, owners=whose)
    if sender is None or not sender.owners:
        await _add(desk, one, row, sender, row["n"])
        return
    shared = [each.id for each in desk.routes.senders if not each.owners]
    found = await desk.db.fetch("owners.by_shared", row["message_id"], channel, json.dumps(shared))
    stood_in = min(row["n"], found[0]["n"])
    await _add(desk, one, row, sender, row["n"] - stood_in)
    spare = first(desk.routes, one.station.mode, channel, danger=danger, owners=SHARED)
    await _add(desk, one, row, spare, stood_in)


async def _add(desk: Desk, one: Usage, row: Row, sender: Sender | None, n: int) -> None:
    if not n:
        return
    each = 1
    if sender is not None and row["event_id"] is not None:
        event = (await desk.db.fetch("events.one", row["event_id"]))[0]
        each = units_each(desk, one.station, loads(event["content"]), sender)
    prefix = f"+{country_code_for_region(one.station.region)}"
    price = sender.price_to(prefix) if sender is not None else 0.0
    own = sender is not None and bool(sender.owners)
    one.add(Channel(row["channel"]), n, n * each, n * each * price, own=own)


def _in_month(moment: int, station: Station, month: str) -> bool:
    local = datetime.fromtimestamp(moment / 1000, ZoneInfo(station.timezone))
    return f"{local:%Y-%m}" == month


def _bounds(month: str) -> tuple[datetime, datetime]:
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    except ValueError:
        raise Malformed("month_malformed", "Write a month as 2026-03.") from None
    if f"{begin:%Y-%m}" != month:
        raise Malformed("month_malformed", "Write a month as 2026-03.")
    return begin, end
