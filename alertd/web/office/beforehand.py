"""What an organisation may send without waiting, as it and its commune read it."""

from alertd.catalogue import Catalogue
from alertd.model import Station
from alertd.stations import preapprovals, topics
from alertd.stations.preapprovals import Preapproval
from alertd.web import words
from alertd.web.contracts.approval import Beforehand
from alertd.web.rooms import Rooms


async def beforehand(rooms: Rooms, station: Station) -> tuple[Beforehand, ...]:
    """Each agreement that holds, in one sentence."""
    now = rooms.clock.now_ms()
    found = await preapprovals.of_station(rooms.db, station, now)
    book = await topics.named(rooms.db, rooms.catalogue, station)
    return tuple(_told(book, station, one, now) for one in found)


def _told(catalogue: Catalogue, station: Station, one: Preapproval, now: int) -> Beforehand:
    first, last = (f"{minute // 60} h {minute % 60:02}" for minute in (one.from_minute, one.to_minute))
    hours = "à toute heure" if first == last else f"de {first} à {last}"
    until = words.when(one.ends_at - 1, station.timezone, now)
    left = f"encore {one.left} aujourd'hui" if one.left else "plus aucun aujourd'hui"
    by = one.granted_by.removeprefix("operator:")
    what = f"{words.topic(catalogue, one.topic)} ({words.LEVELS[one.level].lower()})"
    return Beforehand(
        one.id,
        f"{what}, {hours}, {one.per_day} par jour au plus ({left}), jusqu'à {until}.",
        f"Accordé par {by}, {words.when(one.granted_at, station.timezone, now)}.",
    )
