"""What the stations that somebody follows offer them: each its topics, and all together for a place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import shared
from alertd.model import EndpointState, Station
from alertd.stations import payers, stations, topics
from alertd.subscribe.mine import Mine
from alertd.web.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Offers:
    """`theirs` by the station's id, `unpaid` the phrase that says by which ways one writes nothing, or its emergencies only; `together` offers what any of them does, by the names of the station whose page it is, no station's own: a place is asked about these."""

    theirs: Mapping[int, tuple[Station, Catalogue]]
    unpaid: Mapping[int, str]
    together: Catalogue


async def offers_of(rooms: Rooms, station: Station, known: Mine) -> Offers:
    """Of all that the person follows; of the page's own station where they follow none any more."""
    theirs, unpaid = dict[int, tuple[Station, Catalogue]](), dict[int, str]()
    ways = {way.channel for way in known.ways if way.state is EndpointState.ACTIVE}
    for one in known.agreed:
        found = await stations.by_id(rooms.db, one.station_id)
        theirs[found.id] = found, await topics.of(rooms.db, rooms.catalogue, found)
        if ways & await payers.unpaid(rooms.db, found):
            unpaid[found.id] = "unpaid" if await payers.closed(rooms.db, found) else "unpaid_danger"
    own = await topics.of(rooms.db, rooms.catalogue, station)
    common = {key: own.topics[key] for key in shared(own.topics)}
    offered = [book.offered.keys() for _, book in theirs.values()] or [own.offered.keys()]
    return Offers(theirs, unpaid, replace(own, topics=common, offer=frozenset().union(*offered)))
