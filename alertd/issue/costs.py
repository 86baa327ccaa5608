"""What it will cost and when people will have it: at the tariffs, and by the model, that the senders really keep."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Final

from phonenumbers import country_code_for_region

from alertd.catalogue.nouns import FRENCH
from alertd.deliver import pace
from alertd.deliver.owners import owners
from alertd.deliver.routes import Sender, first
from alertd.issue import tongues
from alertd.issue.audience import NOBODY, Beside, present
from alertd.issue.desk import Desk
from alertd.issue.hushed import Hushed, Waits
from alertd.model import Channel, Content, Count, Lane, Level, Station
from alertd.publish.links import Links
from alertd.publish.wording import sms
from alertd.stations import stations
from gateways.text import segments

NO_HUSH: Final = Hushed()
NO_WAITS: Final = Waits()


@dataclass(frozen=True, slots=True)
class Costs:
    """`price` in euros at the tariffs for the station's region, None where no sender has one: `price_low` if every phone
    that can acknowledge does so in time, `price` if none does. The times are those of the latter.

    `greeting`: some of these people were taken over from a list and never written to by SMS; their first one also says how
    to leave. Price and times count it for them alone, as sent at once: `price_low` is an upper bound until they were greeted.
    """

    price: float | None
    price_low: float | None
    when: pace.Forecast
    senders: Mapping[Channel, Sender | None]
    greeting: bool


async def costs(
    desk: Desk,
    station: Station,
    content: Content,
    counted: Count,
    beside: Beside = NOBODY,
    hush: Hushed = NO_HUSH,
) -> Costs:
    """What the counted endpoints cost, behind what each sender already has to say; what quiet hours hold leaves at their end,
    and what they hold too long never, and costs nothing.
    """
    danger = content.level is Level.DANGER
    whose = await owners(desk.db, desk.routes.owning, station.id)
    senders = {
        channel: first(desk.routes, station.mode, channel, danger=danger, owners=whose)
        for channel in counted.endpoints
    }
    new = await _new(desk, station, content, beside) if senders.get(Channel.SMS) else {}
    price, spared, loads = 0.0, 0.0, list[pace.Load]()
    prefix = f"+{country_code_for_region(station.region)}"
    for channel, sender in senders.items():
        if sender is None:
            continue
        bill = _bill(desk, station, content, counted, channel, sender, new)
        waits = hush.waits.get(channel, NO_WAITS)
        loads += await _loads(desk, station, content, sender, bill, waits, channel)
        price += bill.units * bill.share(bill.endpoints - waits.lost) * sender.price_to(prefix)
        spared += bill.later * bill.share(bill.endpoints - waits.lost) * sender.price_to(prefix)
    priced = any(sender is not None and sender.priced for sender in senders.values())
    return Costs(
        price=round(price, 2) if priced else None,
        price_low=round(price - spared, 2) if priced else None,
        when=pace.forecast(loads),
        senders=senders,
        greeting=bool(new),
    )


@dataclass(frozen=True, slots=True)
class _Bill:
    """One channel's endpoints, and what they are in its sender's unit; `later` are the units of the `delayed`."""

    endpoints: int
    delayed: int
    units: float
    later: float

    def share(self, endpoints: int) -> float:
        """What part of all they are."""
        return min(1.0, max(0, endpoints) / self.endpoints) if self.endpoints else 0.0


def _bill(
    desk: Desk,
    station: Station,
    content: Content,
    counted: Count,
    channel: Channel,
    sender: Sender,
    new: Mapping[tuple[str, str], int],
) -> _Bill:
    """Each reader's own language is counted as it is written; a first word to whoever is new, too."""
    endpoints, delayed = counted.endpoints[channel], counted.delayed.get(channel, 0)

    @cache
    def each(locale: str = FRENCH, greeter: str = "") -> int:
        return units_each(desk, station, content, sender, locale=locale, greeter=greeter)

    units, later = endpoints * each(), delayed * each()
    if channel is Channel.SMS:
        units += sum(n * (each(locale) - each()) for locale, n in counted.tongues.items())
        later += sum(n * (each(locale) - each()) for locale, n in counted.tongues_delayed.items())
        units += sum(n * (each(locale, greeter) - each(locale)) for (greeter, locale), n in new.items())
    return _Bill(endpoints, delayed, units, min(units, later))


async def _loads(
    desk: Desk,
    station: Station,
    content: Content,
    sender: Sender,
    bill: _Bill,
    waits: Waits,
    channel: Channel,
) -> Sequence[pace.Load]:
    """What leaves at once, what a silence delays, and what quiet hours hold until each of their ends."""
    each = bill.units / bill.endpoints if bill.endpoints else 1.0
    later = bill.later * bill.share(bill.endpoints - waits.total)
    now = max(0.0, bill.units * bill.share(bill.endpoints - waits.total) - later)
    load = await _load(desk, station, sender, Lane.of(content.level), now, each)
    behind = replace(load, ahead=load.ahead + now)
    held = [replace(behind, units=n * each, after_s=at) for at, n in waits.later.items()]
    return [load, replace(behind, units=later, after_s=content.silence.get(channel, 0)), *held]


async def _load(
    desk: Desk, station: Station, sender: Sender, lane: Lane, units: float, each: float
) -> pace.Load:
    """What stands before it at a sender, and beside it; others' messages are taken to cost what these do."""
    queued = await desk.db.fetch("deliveries.queued_before", sender.id, lane)
    rivals = [row["n"] for row in queued if row["lane"] == lane and row["station_id"] != station.id]
    ahead = sum(row["n"] for row in queued) - sum(rivals)
    return pace.Load(units, ahead * each, sender.rate, sender.burst, sum(rivals) * each, len(rivals))


def units_each(
    desk: Desk, station: Station, content: Content, sender: Sender, *, locale: str = "", greeter: str = ""
) -> int:
    """What one message costs at this sender, in its unit, as a reader of `locale` gets it, left out: of the station's own
    language; `greeter` signed that reader up.
    """
    if sender.unit != "segment":
        return 1
    said = sms(
        desk.catalogue,
        station.name,
        content,
        locale or station.locale,
        Links.of(desk.settings.http),
        own=station.locale,
        timezone=station.timezone,
        greeter=greeter,
    )
    return segments(said)


async def _new(
    desk: Desk, station: Station, content: Content, beside: Beside
) -> Mapping[tuple[str, str], int]:
    """How many SMS of this content are a first word, by the name of the station that signed their readers up and by language."""
    terms = json.dumps([station.id, *beside]), station.id, int(content.level is Level.DANGER)
    rows = await desk.db.fetch("audience.ungreeted", *terms)
    people = {row["station_id"]: [int(one) for one in row["packed"].split(",")] for row in rows}
    everyone = [*chain.from_iterable(people.values())]
    there = await present(desk, station.id, content, everyone, beside) if people else {}
    locales = await tongues.of_people(desk.db, list(there))
    new = Counter[tuple[str, str]]()
    for greeter, listed in people.items():
        met = Counter(locales.get(one, FRENCH) for one in listed if one in there)
        name = (await stations.by_id(desk.db, greeter)).name if met else ""
        new.update({(name, locale): n for locale, n in met.items()})
    return new
