"""Follow: a page that is open says where its person is, as one cell, for twelve hours at most, with a consent of its own.

Only the last cell counts, and it ends by itself. Cells that were left are kept for an hour, for an alert that is being spread, and
then deleted: there is no trace of a way.
"""

from dataclasses import dataclass
from typing import Final

import zones
from alertd.clock import HOUR, MINUTE, Clock
from alertd.errors import Refused, TooOften
from alertd.keys import token, token_hash
from alertd.model import Station
from alertd.stations import audit, throttle
from alertd.store import reach
from alertd.store.database import Database, Transaction
from alertd.store.ids import take
from alertd.subscribe import guests, join
from alertd.subscribe.mine import Mine
from alertd.subscribe.own_word import ACTOR

LASTS_MS: Final = 12 * HOUR
KEPT_MS: Final = HOUR
OFTEN: Final = (20, MINUTE / 2)
"""So many cells at once, then one in so long: a car on a road says enough, and no page writes without end."""
SLICE: Final = 50
SLICES: Final = 40


@dataclass(frozen=True, slots=True)
class Following:
    """A page that may say where its person is, until a moment (UTC ms)."""

    person: int
    until: int


async def begin(tx: Transaction, clock: Clock, mine: Mine, station: Station) -> str:
    """The consent was given: the token of the page, which is all that it needs."""
    secret, now = token(), clock.now_ms()
    await tx.execute("following.begin", mine.id, station.id, token_hash(secret), now, now + LASTS_MS)
    await audit.append(
        tx, clock, station.id, ACTOR, "subscriber.follow", f"subscriber:{mine.id}", {"hours": 12}
    )
    return secret


async def standing(store: Database | Transaction, clock: Clock, station: Station, secret: str) -> Following:
    """Whose page it is. :raises Missing: `link_over`: invented, another station's, stopped, or older than twelve hours."""
    rows = await store.fetch("following.by_token", token_hash(secret), station.id, clock.now_ms())
    if not rows:
        raise join.over()
    return Following(rows[0]["subscriber_id"], rows[0]["until"])


async def until(db: Database, clock: Clock, mine: Mine) -> int:
    """Until when somebody is followed, in UTC ms; 0 where they are not."""
    rows = await db.fetch("following.of_person", mine.id, clock.now_ms())
    return int(rows[0]["until"]) if rows else 0


async def known_since(db: Database, clock: Clock, one: Following) -> int:
    """Since when the person is where they are, in UTC ms; 0 while that is not known."""
    now = clock.now_ms()
    rows = await db.fetch("following.places", one.person)
    return max((row["created_at"] for row in rows if row["ended_at"] > now), default=0)


async def here(tx: Transaction, clock: Clock, one: Following, at: tuple[float, float]) -> bool:
    """The person is at `at` (degrees); whether that is another cell than before.

    :raises Refused: `place_invalid`. :raises TooOften: `follow_too_often`.
    """
    cell, now = _cell(at), clock.now_ms()
    await take(tx, "enrolment")
    current = [row for row in await tx.fetch("following.places", one.person) if row["ended_at"] > now]
    if [row["cell"] for row in current] == [cell]:
        return False
    if not await throttle.spare(tx, clock, f"follow-of:{one.person}", *OFTEN):
        raise TooOften(
            "follow_too_often", "Where you are was said often enough: wait a little.", retry_after_s=30
        )
    await _move(tx, one.person, now, (cell, one.until))
    await guests.cover(tx, one.person, now)
    return True


async def stop(tx: Transaction, clock: Clock, station: Station, person: int) -> None:
    """One tap, and nobody is followed: the place ends now."""
    await take(tx, "enrolment")
    now = clock.now_ms()
    if await tx.execute("following.stop", person, now):
        await _move(tx, person, now, None)
        await guests.cover(tx, person, now)
        await audit.append(tx, clock, station.id, ACTOR, "subscriber.unfollow", f"subscriber:{person}", {})


async def forget(db: Database, clock: Clock) -> None:
    """Delete what is left of those who are followed no more; one node at a time does it for all."""
    before = clock.now_ms() - KEPT_MS
    for _ in range(SLICES):
        async with db.transaction() as tx:
            leads = await tx.fetch("chores.lead", "forget")
            rows = await tx.fetch("following.over", before, SLICE) if leads else ()
            for row in rows:
                await _move(tx, row["subscriber_id"], clock.now_ms(), None)
                await guests.cover(tx, row["subscriber_id"], clock.now_ms())
                await tx.execute("following.wipe", row["subscriber_id"], before)
            if not rows:
                return


async def _move(tx: Transaction, person: int, now: int, there: tuple[int, int] | None) -> None:
    """The cells before end, those long left are deleted, and the new one counts until its end."""
    for row in await tx.fetch("following.places", person):
        await tx.execute("subscribers.end_place", person, row["ordinal"], now)
    last = (await tx.fetch("following.last_ordinal", person))[0]["last"]
    await reach.forget(tx, [person])
    await tx.execute("following.forget_places", person, now - KEPT_MS)
    if there:
        await tx.execute("following.add_place", person, last + 1, there[0], now, there[1])
    await reach.derive(tx, [person])


def _cell(at: tuple[float, float]) -> int:
    try:
        return zones.cell(*at)
    except zones.ZoneError as error:
        raise Refused("place_invalid", "A place is a latitude and a longitude in degrees.") from error
