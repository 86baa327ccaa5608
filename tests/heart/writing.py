"""People who write to us by SMS: one who does, what we answer, how they stand after it."""

from itertools import count

from heart.far_end import bring, heed
from heart.test_inbound_kept import brought
from heart.town import mayor_of, phone

from alertd.issue.preview import preview
from alertd.issue.release import release
from alertd.model import EndpointState, Target, endpoint_id
from alertd.subscribe.replies import Replies
from gateways.contract import Inbound

OURS = "+33639989999"
_refs = count(1)


async def write(town, text, sender=None, *, to=OURS, handled=False, gateway="operator"):
    """Somebody writes to us, once; everything that follows happens. What we answer."""
    before = len(town.provider.ledger)
    said = Inbound(sender or phone(1), to, text, f"SM{next(_refs)}", handled)
    await bring(town, brought(town, said, gateway=gateway))
    await heed(town)
    await act(town)
    await town.run()
    return [message.text for message in town.provider.ledger[before:]]


async def act(town):
    replies = Replies(town.db, town.desk, "https://alertes.example")
    for _ in range(1_000):
        if not await replies.step():
            return
    raise AssertionError("it never comes to rest")


async def warn(town, station):
    """A danger of that station to all its people."""
    content = town.content(target=Target(station=True))
    shown = await preview(town.desk, mayor_of(station), station, content, None)
    await release(town.desk, mayor_of(station), station, shown.digest)
    await town.run()


async def subscribed(town):
    return [
        (row["station_id"], row["subscriber_id"]) for row in await town.db.fetch("heart_stops.subscriptions")
    ]


async def state(town, person):
    (row,) = await town.db.fetch("heart.endpoint", endpoint_id(person, 0))
    return EndpointState(row["state"])
