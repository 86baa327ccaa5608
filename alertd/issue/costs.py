"""What it will cost and when people will have it: at the tariffs, and by the model, that the senders really keep."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from phonenumbers import country_code_for_region

from alertd.deliver import pace
from alertd.deliver.routes import Sender, first
from alertd.issue.audience import NOBODY, Beside, present
from alertd.issue.desk import Desk
from alertd.model import Channel, Content, Count, Lane, Level, Station
from alertd.publish.links import Links
from alertd.publish.wording import sms
from alertd.stations import stations
from gateways.text import segments


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
    desk: Desk, station: Station, content: Content, counted: Count, beside: Beside = NOBODY
) -> Costs:
    """What the counted endpoints cost, behind what each sender already has to say."""
    danger = content.level is Level.DANGER
    senders = {
        channel: first(desk.routes, station.mode, channel, danger=danger) for channel in counted.endpoints
    }
    new = await _new(desk, station, content, beside) if senders.get(Channel.SMS) else {}
    price, spared, loads = 0.0, 0.0, list[pace.Load]()
    prefix = f"+{country_code_for_region(station.region)}"
    for channel, sender in senders.items():
        if sender is None:
            continue
        each = units_each(desk, station, content, sender)
        units, later = counted.endpoints[channel] * each, counted.delayed.get(channel, 0) * each
        if channel is Channel.SMS:
            told = {name: units_each(desk, station, content, sender, greeter=name) for name in new}
            units += sum(n * (told[name] - each) for name, n in new.items())
        load = await _load(desk, station, sender, Lane.of(content.level), units - later, each)
        loads += [
            load,
            replace(
                load, units=later, ahead=load.ahead + load.units, after_s=content.silence.get(channel, 0)
            ),
        ]
        price += units * sender.price_to(prefix)
        spared += later * sender.price_to(prefix)
    priced = any(sender is not None and sender.priced for sender in senders.values())
    return Costs(
        price=round(price, 2) if priced else None,
        price_low=round(price - spared, 2) if priced else None,
        when=pace.forecast(loads),
        senders=senders,
        greeting=bool(new),
    )


async def _load(desk: Desk, station: Station, sender: Sender, lane: Lane, units: int, each: int) -> pace.Load:
    """What stands before it at a sender, and beside it; others' messages are taken to cost what these do."""
    queued = await desk.db.fetch("deliveries.queued_before", sender.id, lane)
    rivals = [row["n"] for row in queued if row["lane"] == lane and row["station_id"] != station.id]
    ahead = sum(row["n"] for row in queued) - sum(rivals)
    return pace.Load(units, ahead * each, sender.rate, sender.burst, sum(rivals) * each, len(rivals))


def units_each(desk: Desk, station: Station, content: Content, sender: Sender, *, greeter: str = "") -> int:
    """What one message costs at this sender, in its unit, as the station's own language says it; `greeter` signed its reader up."""
    if sender.unit != "segment":
        return 1
    links = Links.of(desk.settings.http)
    return segments(sms(desk.catalogue, station.name, content, station.locale, links, greeter=greeter))


async def _new(desk: Desk, station: Station, content: Content, beside: Beside) -> dict[str, int]:
    """How many SMS of this content are a first word, by the name of the station that signed their readers up."""
    terms = json.dumps([station.id, *beside]), station.id, int(content.level is Level.DANGER)
    rows = await desk.db.fetch("audience.ungreeted", *terms)
    people = {row["station_id"]: [int(one) for one in row["packed"].split(",")] for row in rows}
    everyone = [*chain.from_iterable(people.values())]
    there = await present(desk, station.id, content, everyone, beside) if people else set()
    new: dict[str, int] = {}
    for greeter, listed in people.items():
        if n := sum(one in there for one in listed):
            name = (await stations.by_id(desk.db, greeter)).name
            new[name] = new.get(name, 0) + n
    return new
