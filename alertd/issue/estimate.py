"""Roughly whom a content that is being written would reach: in fives, so that a zone that is moved about locates nobody."""

from dataclasses import dataclass

from alertd.errors import TooOften
from alertd.issue import across, audience, hushed
from alertd.issue.check import check
from alertd.issue.costs import costs
from alertd.issue.coverage import fives
from alertd.issue.delays import delayed
from alertd.issue.desk import Desk
from alertd.issue.preview import check_groups
from alertd.model import Actor, Content, Count, Station
from alertd.stations import throttle


@dataclass(frozen=True, slots=True)
class Estimate:
    """`people` rounded down to fives; 1 stands for one to four. Price in euros and times in seconds are those of the rounded
    numbers: exact ones would give the exact count away.
    """

    people: int
    price: float | None
    price_low: float | None
    first_s: float | None
    half_s: float | None
    last_s: float | None


async def estimate(desk: Desk, station: Station, content: Content) -> Estimate:
    """Count without keeping anything; whoever asks has taken a turn.

    :raises Refused: it cannot be sent as it stands.
    """
    await check(desk, station, content)
    await check_groups(desk, station, content)
    content = await delayed(desk, station, content)
    beside = await across.beside(desk, station, content)
    counted, _ = await audience.count(desk, station.id, content, beside)
    rough = rounded(counted)
    hush = hushed.rounded(await hushed.hushed(desk, station, content, counted, beside), rough)
    cost = await costs(desk, station, content, rough, beside, hush)
    when = cost.when
    return Estimate(rough.people, cost.price, cost.price_low, when.first_s, when.half_s, when.last_s)


def rounded(counted: Count) -> Count:
    """People in fives, 1 for one to four; endpoints in fives, 5 for one to four: the price is rather too high than telling."""
    endpoints = {channel: n and max(5, n - n % 5) for channel, n in counted.endpoints.items()}
    later = {channel: min(n - n % 5, endpoints.get(channel, 0)) for channel, n in counted.delayed.items()}
    said = {locale: n - n % 5 for locale, n in counted.tongues.items()}
    waiting = {locale: n - n % 5 for locale, n in counted.tongues_delayed.items()}
    people = fives(counted.people)
    return Count(people, endpoints, later, said, waiting)


async def take_turn(desk: Desk, actor: Actor, what: str, *, a_second: float, burst: int) -> None:
    """:raises TooOften: `estimates_too_many`: a program that asks for more maps than a thumb does."""
    bucket = throttle.Bucket(f"{what}:{actor.station_id}:{actor.name}", a_second, burst)
    async with desk.db.transaction() as tx:
        if wait := await throttle.take(tx, desk.clock, bucket):
            raise TooOften(
                "estimates_too_many", "Un instant : le compte reprend aussitôt.", retry_after_s=wait
            )
