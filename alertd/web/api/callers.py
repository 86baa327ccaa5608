"""Who calls: a bearer key of one station, and how often it may."""

from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from alertd.clock import Clock
from alertd.errors import NotLoggedIn, TooOften
from alertd.model import Actor
from alertd.stations import api_keys
from alertd.store.database import Database

_MOST_KEYS: Final = 10_000


async def recognise(db: Database, request: web.Request) -> Actor:
    """The key that a request carries, as who asks.

    :raises NotLoggedIn: `key_missing`, or `key_invalid` for one that is unknown, revoked or suspended.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotLoggedIn("key_missing", "Send your key as Authorization: Bearer alertd_...")
    actor = await api_keys.authenticate(db, token.strip())
    if actor is None:
        raise NotLoggedIn(
            "key_invalid", "This key does not work, or no longer: ask the station for a new one."
        )
    return actor


def key_id(actor: Actor) -> int:
    """The id of the API key that an actor is."""
    return int(actor.name.removeprefix("key:"))


@dataclass(slots=True)
class Pace:
    """How many requests each key has left in this process: a bucket that refills evenly over a minute.

    Kept in memory, since a key that hammers must not cost the store's one writer a transaction for each blow.
    """

    per_minute: int
    clock: Clock
    _left: dict[int, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: int) -> None:
        """One request of `key`; TooOften `too_often` says in how many seconds the next one may come."""
        now = self.clock.monotonic()
        left, since = self._left.pop(key, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - since) * self.per_minute / 60)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_KEYS:
            self._left.pop(next(iter(self._left)))
        if left < 1:
            wait = (1 - left) * 60 / self.per_minute
            message = f"More than {self.per_minute} requests a minute: wait, then go on."
            raise TooOften("too_often", message, retry_after_s=wait)
