"""My choices: who asks for their own link is sent it, and changes by it what is kept about them, or ends it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from alertd.clock import DAY, HOUR, Clock
from alertd.deliver import endpoints
from alertd.deliver.service import CODE, House, Limit, Note, Purpose, Written, service
from alertd.errors import Refused
from alertd.keys import Keyring, delivery_key
from alertd.model import Channel, Level, Quiet, Station
from alertd.stations import audit
from alertd.store import reach
from alertd.store.database import Database, Transaction
from alertd.store.ids import take
from alertd.subscribe import guests, join, topics
from alertd.subscribe.departures import What, note
from alertd.subscribe.leave import leave
from alertd.subscribe.mine import Mine
from alertd.subscribe.nouns import EVERYWHERE, PLACES
from alertd.subscribe.own_word import ACTOR
from alertd.subscribe.prepare import MOST_PLACES

LINK_MS: Final = HOUR
"""How long a link opens what is somebody's own."""
SENT: Final = Limit("my-link", burst=3, every_ms=2 * HOUR)


async def find(tx: Transaction, station: Station, hashes: Sequence[bytes]) -> int:
    """The active endpoint that has one of these hashes (the current key's first), of somebody whom a station has; 0 for nobody's.

    Rows go from an older hash to a newer: the older is looked for first, so that none slips through in between.
    """
    rows = [
        row for one in reversed(hashes) for row in await tx.fetch("mine.endpoint", one, int(station.mode))
    ]
    return int(rows[0]["id"]) if rows else 0


async def send_link(tx: Transaction, house: House, station: Station, endpoint: int, public_url: str) -> str:
    """Send whoever has the endpoint their own link; the bell to ring, empty where none may be sent now.

    Who asked is told the same either way.
    """
    path = f"/s/{station.slug}/moi/{CODE}"
    words = Note(
        "service.my_link",
        {"link": public_url + path},
        Purpose.PREFERENCES,
        title="mine.mail_title",
        station_id=station.id,
        within_ms=LINK_MS // 2,
        actor=ACTOR,
        limit=SENT,
    )
    rows = await tx.fetch("service.reader", endpoint, station.id)
    if rows and rows[0]["channel"] == Channel.PUSH:
        words = replace(
            words, phrase="service.my_link_push", blanks={}, title="", path=path, thread="my-link"
        )
    written = await service(tx, house, endpoint, words)
    return written.bell if isinstance(written, Written) else ""


async def whose(db: Database, clock: Clock, keyring: Keyring, station: Station, code: str) -> int:
    """Whose link it is: where it went to is heard of by it. :raises Missing: `link_over`: invented, of another kind, or older than
    an hour.
    """
    now = clock.now_ms()
    for number in keyring.numbers(code):
        message_id, endpoint = delivery_key(number)
        rows = await db.fetch("mine.link", message_id, endpoint, station.id, now - LINK_MS)
        if rows:
            if (rows[0]["heard_at"] or 0) < now - DAY:
                async with db.transaction() as tx:
                    await endpoints.hear(tx, [endpoint])
            return int(rows[0]["subscriber_id"])
    raise join.over()


async def choose(
    tx: Transaction, clock: Clock, mine: Mine, station_id: int, terms: tuple[Level, Sequence[str], str]
) -> None:
    """The lowest level, the topics (none: all) and the scope of one station. :raises Refused: `unknown_topic`."""
    level, wanted, scope = terms
    mask = topics.mask(await topics.load(tx, station_id), wanted)
    where = PLACES if scope == PLACES and mine.lasting else EVERYWHERE
    await take(tx, "enrolment")
    await tx.execute("mine.set_terms", station_id, mine.id, int(level), mask, where)
    await _changed(tx, clock, mine, "subscriber.choose", station_id)


async def speak(tx: Transaction, clock: Clock, mine: Mine, locale: str) -> None:
    """The language of what is sent."""
    await tx.execute("mine.set_locale", mine.id, locale)
    await _changed(tx, clock, mine, "subscriber.speak", None)


async def hush(tx: Transaction, clock: Clock, mine: Mine, quiet: Quiet | None) -> None:
    """When they want to be left in peace; None: at no time."""
    await tx.execute("quiet.set", mine.id, quiet.written if quiet else None)
    await _changed(tx, clock, mine, "subscriber.hush", None)


async def settle_down(
    tx: Transaction, clock: Clock, mine: Mine, station: Station, spot: tuple[int, str]
) -> None:
    """One more place, `spot` its cell and kind; that station then warns about places. :raises Refused: `places_too_many`."""
    cell, kind = spot
    if len(mine.lasting) >= MOST_PLACES:
        raise Refused("places_too_many", f"A person has at most {MOST_PLACES} places.")
    await take(tx, "enrolment")
    ordinal = max((one.ordinal for one in mine.spots), default=-1) + 1
    await tx.execute("subscribers.add_place", mine.id, ordinal, cell, kind, None, clock.now_ms())
    for one in mine.agreed:
        if one.station_id == station.id:
            mask = topics.mask(await topics.load(tx, station.id), one.topics)
            await tx.execute("mine.set_terms", station.id, mine.id, int(one.min_level), mask, PLACES)
    await _changed(tx, clock, mine, "place.add", station.id)


async def want_here(
    tx: Transaction, clock: Clock, mine: Mine, ordinal: int, wanted: Sequence[str] | None
) -> None:
    """The topics of that place alone (none: all), or as the stations have them (None): the place ends, and is one anew.

    :raises Refused: `unknown_topic`.
    """
    spot = next((one for one in mine.lasting if one.ordinal == ordinal), None)
    if spot is None:
        return
    mask = None if wanted is None else topics.mask(await topics.load(tx), wanted)
    await take(tx, "enrolment")
    anew = max(one.ordinal for one in mine.spots) + 1
    if await tx.execute("subscribers.end_place", mine.id, ordinal, clock.now_ms()):
        await tx.execute("subscribers.add_place", mine.id, anew, spot.cell, spot.kind, mask, clock.now_ms())
        await _changed(tx, clock, mine, "place.topics", None)


async def move_out(tx: Transaction, clock: Clock, mine: Mine, ordinal: int) -> None:
    """That place is none any more; without any, every station that warned about places warns about all of itself."""
    await take(tx, "enrolment")
    await tx.execute("subscribers.end_place", mine.id, ordinal, clock.now_ms())
    if not [one for one in mine.lasting if one.ordinal != ordinal]:
        await tx.execute("mine.everywhere", mine.id)
    await _changed(tx, clock, mine, "place.end", None)


async def stop_way(tx: Transaction, clock: Clock, mine: Mine, endpoint: int) -> None:
    """Nothing comes by it any more. :raises Refused: `last_way`: whoever wants nothing at all has all erased."""
    if [way.id for way in mine.active] == [endpoint]:
        raise Refused("last_way", "This is the last way: erase everything instead.")
    if endpoint in {way.id for way in mine.active} and await tx.execute("stops.end_endpoint", endpoint):
        await note(tx, What.STOPPED, mine.id, endpoint_id=endpoint)
        await _changed(tx, clock, mine, "endpoint.stop", None)


async def leave_station(tx: Transaction, clock: Clock, mine: Mine, station_id: int) -> None:
    """One station has them no more; the last one erases them."""
    if station_id in {one.station_id for one in mine.agreed}:
        left = await leave(tx, station_id, mine.id)
        subject = f"subscriber:{mine.id}"
        await audit.append(tx, clock, station_id, ACTOR, "subscriber.leave", subject, {"left": left.value})


async def erase(tx: Transaction, clock: Clock, mine: Mine) -> None:
    """All of them, at every station, and what they wished and never proved."""
    for row in await tx.fetch("mine.wishes", mine.id):
        await join.forget_wish(tx, row)
    for one in mine.agreed:
        await leave_station(tx, clock, mine, one.station_id)


async def _changed(tx: Transaction, clock: Clock, mine: Mine, action: str, station_id: int | None) -> None:
    await guests.cover(tx, mine.id, clock.now_ms())
    await reach.derive(tx, [mine.id])
    await audit.append(tx, clock, station_id, ACTOR, action, f"subscriber:{mine.id}", {"by": "link"})
