"""The instance, as any node sees it in the store: channels without a gateway, urgent messages that stand still, books."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from alertd.clock import MINUTE
from alertd.deliver import sightings
from alertd.deliver.routes import Routes
from alertd.deliver.sightings import Seen
from alertd.model import Channel, Mode
from alertd.store import Database, Row
from alertd.watch.nouns import CHANNELS, Cause, Kind
from alertd.watch.still import Stillness

LATE_MS: Final = MINUTE
ALONE_MS: Final = 15 * MINUTE
"""How long a gateway may be down, of several for its channel, before somebody is told: a provider's own repair takes less."""
SPREADING: Final = "spread"
"""What stands still before there are deliveries, beside the channels' words."""
COMING_DUE: Final = "due"
"""What waits although its time has come."""


def mute(routes: Routes, seen: Sequence[Seen], told: Collection[str], now: int) -> Iterator[Cause]:
    """Channels of live stations of which no gateway has worked for a minute, for any node. Not where operators were `told` of
    each gateway already: of those that only a person can mend.
    """
    for channel in Channel:
        names = {
            one.gateway for danger in (False, True) for one in routes.get((Mode.LIVE, channel, danger), ())
        }
        looks = [one.sighting for one in seen if one.sighting.gateway in names]
        if not names or {look.gateway for look in looks} != names:
            continue
        down = all(not look.working and look.since <= now - LATE_MS for look in looks)
        if down and not names <= set(told):
            yield Cause(Kind.CHANNEL, channel.word, {"what": CHANNELS[channel]}, channel)


def reduced(routes: Routes, seen: Sequence[Seen], told: Collection[str], now: int) -> Iterator[Cause]:
    """Gateways that have been down for a quarter of an hour as every node sees it, while another speaks for their channel. Not those
    that are some station's own, whose names are nobody else's, nor those of which operators were `told` already.
    """
    named = set(told)
    for channel in Channel:
        names = {
            one.gateway
            for danger in (False, True)
            for one in routes.get((Mode.LIVE, channel, danger), ())
            if not one.owners
        }
        down = {name for name in names if _down(name, seen, now)}
        if down < names:
            for name in sorted(down - named):
                yield Cause(Kind.GATEWAY, name, {"gateway": name, "what": CHANNELS[channel]})
        named |= down


def _down(gateway: str, seen: Sequence[Seen], now: int) -> bool:
    looks = [one.sighting for one in seen if one.sighting.gateway == gateway]
    return bool(looks) and all(not look.working and look.since <= now - ALONE_MS for look in looks)


@dataclass(slots=True)
class Backlog:
    """One node's memory of what moved: to be late is no fault where a sender's pace is the reason."""

    still: Stillness = field(default_factory=Stillness)

    async def look(self, db: Database, mute_channels: Collection[str]) -> list[Cause]:
        """What is urgent, has been due for a minute, and of which nothing at all moved for a minute."""
        causes: list[Cause] = []
        for row in await db.fetch("watch.queued"):
            if (word := Channel(row["channel"]).word) in mute_channels:
                self.still.forget(word)
            else:
                causes += self.judge(word, row, (row["queued"], row["moved"]))
        for name, query in ((SPREADING, "watch.spreading"), (COMING_DUE, "watch.overdue")):
            (row,) = await db.fetch(query)
            causes += self.judge(name, row, (row["queued"], row["moved"]))
        return causes

    def judge(self, name: str, row: Row, mark: tuple[object, ...]) -> Iterator[Cause]:
        """A cause where the oldest has been due since longer than a minute and nothing moved meanwhile."""
        now, since = row["now"], row["since"]
        if since is None:
            self.still.forget(name)
            return
        if self.still.for_ms(name, mark, now) >= LATE_MS and now - since >= LATE_MS:
            yield Cause(Kind.BACKLOG, name, {"minutes": str((now - since) // MINUTE)}, _avoid(name))


def _avoid(name: str) -> Channel | None:
    return None if name in {SPREADING, COMING_DUE} else Channel.of(name)


async def unbalanced(db: Database) -> list[Cause]:
    """A cause where the books of any of the latest alerts are not what was planned."""
    (row,) = await db.fetch("books.off")
    return [Cause(Kind.BOOKS, "", {"count": str(row["n"])})] if row["n"] else []


async def silent(db: Database, routes: Routes, lease_ms: int, told: Collection[str], now: int) -> list[Cause]:
    """`mute` and `reduced`, of what the nodes see that are alive."""
    seen = await sightings.read(db, lease_ms)
    return [*mute(routes, seen, told, now), *reduced(routes, seen, told, now)]
