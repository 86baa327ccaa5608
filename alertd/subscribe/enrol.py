"""Enrol people: one, from a form or a key's request, or a whole list, by the same rules and statements."""

from collections.abc import Sequence

from alertd.clock import FOREVER, Clock
from alertd.errors import Conflict
from alertd.keys import Keyring
from alertd.model import Station, ref_shown
from alertd.stations import secrets_in_use
from alertd.store.database import Transaction
from alertd.store.ids import take
from alertd.subscribe import guests, topics
from alertd.subscribe import people as known
from alertd.subscribe.nouns import Enrolled, Enrolment, Ready
from alertd.subscribe.people import Hashed
from alertd.subscribe.prepare import Setting, prepare
from alertd.subscribe.settle import Settled, settle
from alertd.subscribe.write import write


async def enrol(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    station: Station,
    enrolment: Enrolment,
    *,
    fiction: bool = False,
) -> Enrolled:
    """Enrol a person on the station's word: endpoints are active at once, with `proven_at` null.

    :raises Refused: what `prepare` refuses. :raises Conflict: `consent_withdrawn`, every address left since.
    """
    bits = await topics.load(tx, station.id)
    ready = prepare(enrolment, Setting.of(station, bits, clock.now_ms(), fiction=fiction))
    enrolled = (await enrol_many(tx, clock, keyring, station, [ready]))[0]
    if enrolled.subscriber_id is None:
        raise Conflict(
            "consent_withdrawn",
            "These addresses stopped, or died, after that consent was given: a newer consent is needed.",
        )
    if enrolment.valid_until < FOREVER:
        await guests.cover(tx, enrolled.subscriber_id, clock.now_ms())
    return enrolled


async def enrol_many(
    tx: Transaction, clock: Clock, keyring: Keyring, station: Station, rows: Sequence[Ready]
) -> list[Enrolled]:
    """Enrol a slice of a list (a few thousand at most), in its order; as many statements as for one."""
    await take(tx, "enrolment")  # its row stays locked: two who enrol the same address at once take turns
    await secrets_in_use.check(tx, keyring)
    now = clock.now_ms()
    hashed = [[Hashed.of(address, keyring) for address in row.addresses] for row in rows]
    people = await known.load(tx, station, rows, (one for each in hashed for one in each), now)
    settled = [settle(row, each, people) for row, each in zip(rows, hashed, strict=True)]
    changed = {id(person) for person in people.everyone if person.changed}
    await write(tx, keyring, station, people.everyone, now)
    return [_enrolled(one, changed) for one in settled]


def _enrolled(settled: Settled, changed: set[int]) -> Enrolled:
    return Enrolled(
        subscriber_id=settled.person.id if settled.person else None,
        created=settled.created,
        merged=settled.merged,
        changed=any(id(person) in changed for person in settled.touched),
        ref=ref_shown(settled.ref),
        declined=settled.declined,
        others=tuple(person.id for person in settled.touched if person is not settled.person),
    )
