"""Trials: a person has each of their own ways tried, by a real message, and sees what came back.

Bounded for each person, whichever of their links is used, and for a station's day: a trial costs, and rings.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from alertd.clock import DAY, HOUR, MINUTE
from alertd.deliver.service import CODE, Declined, House, Limit, Note, Purpose, Written, service
from alertd.errors import TooOften
from alertd.keys import delivery_key
from alertd.model import Channel, State, Station
from alertd.stations import throttle
from alertd.store.database import Database, Transaction
from alertd.subscribe.mine import Mine, Way
from alertd.subscribe.own_word import ACTOR
from alertd.subscribe.quiet_calls import ask_to_try

WITHIN_MS: Final = 10 * MINUTE
"""How long a trial may take to leave: whoever asked is looking at the page. A call waits for its hours."""
OFTEN: Final = (2, DAY)
"""Of one person, so many at once and then one in so long: three in any day. A call is made once a day."""
EACH: Final = Limit("trial", burst=8, every_ms=HOUR)
"""Of one endpoint: the person's own bound comes first."""
ANSWERED_MS: Final = DAY
"""How long its reader may say that it arrived."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came back of one way's trial; `waits` until it may leave (UTC ms), 0 where it may at once."""

    endpoint_id: int
    channel: Channel
    state: State
    waits: int


@dataclass(frozen=True, slots=True)
class Received:
    """A trial as its own reader sees it."""

    message_id: int
    endpoint_id: int
    locale: str
    seen: bool


async def begin(
    tx: Transaction, house: House, mine: Mine, station: Station, doors: tuple[str, int]
) -> list[Written]:
    """A message by each way of the person that is written to. `doors` are the instance's address, and how many trials of its
    people a station pays a day.

    :raises TooOften: `trials_too_often`, no way may be tried now.
    """
    if not await throttle.spare(tx, house.clock, f"trials-of:{mine.id}", *OFTEN):
        raise _too_often()
    public_url, per_day = doors
    written = [
        await _try(tx, house, station, way, public_url)
        for way in mine.active
        if way.channel is Channel.EMAIL or await _paid(tx, house, station, per_day)
    ]
    went = [one for one in written if isinstance(one, Written)]
    if not went:
        raise _too_often()
    return went


async def came_back(db: Database, mine: Mine, messages: Iterable[int]) -> Sequence[Tried]:
    """How these trials stand; what was none of theirs is left out."""
    rows = await db.fetch("mine.trials", mine.id, json.dumps(sorted(messages)))
    return [
        Tried(row["endpoint_id"], Channel(row["channel"]), State(row["state"]), _waits(row["state"], row["due_at"]))
        for row in rows
    ]  # fmt: skip


async def received(db: Database, house: House, station: Station, code: str) -> Received | None:
    """The trial behind a link that a message of it brought; None for any other link, and after a day."""
    since = house.clock.now_ms() - ANSWERED_MS
    for number in house.keyring.numbers(code):
        for row in await db.fetch("mine.trial", *delivery_key(number), station.id, since):
            return Received(*delivery_key(number), row["locale"], row["state"] == State.SEEN)
    return None


async def _paid(tx: Transaction, house: House, station: Station, per_day: int) -> bool:
    """Whether the station's day has room for one more that costs, which is taken."""
    half = max(1, per_day // 2)
    return await throttle.spare(tx, house.clock, f"trials-at:{station.id}", half, DAY / half)


async def _try(
    tx: Transaction, house: House, station: Station, way: Way, public_url: str
) -> Written | Declined:
    if way.channel is Channel.VOICE:
        return await ask_to_try(tx, house, station, way.id)
    path = f"/s/{station.slug}/essai/{CODE}"
    note = Note(
        "service.trial",
        {"link": public_url + path},
        Purpose.TRIAL,
        title="trial.mail_title",
        station_id=station.id,
        within_ms=WITHIN_MS,
        thread="trial",
        actor=ACTOR,
        limit=EACH,
    )
    if way.channel is Channel.PUSH:
        note = replace(note, phrase="service.trial_push", title="", path=path)
    return await service(tx, house, way.id, note)


def _too_often() -> TooOften:
    return TooOften("trials_too_often", "These ways were tried lately: wait until tomorrow.")


def _waits(state: int, due_at: int) -> int:
    return due_at if state == State.WAITING else 0
