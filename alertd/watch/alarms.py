"""Alarms of the watch: each is told once, whatever number of nodes see it, and once more when it is over.

What is seen is noted at every look. It is told when it has lasted, so that a slip is none; it is over when nobody has seen
it for some minutes, and of what comes and goes for half an hour. Letters and the row that says they were written are one
transaction; where nobody can be told the next minute tries again, and the page of the watch shows it meanwhile.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import DAY, HOUR, MINUTE, SECOND
from alertd.deliver.alarms import keepers
from alertd.deliver.health import Health
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.model import Channel
from alertd.store import Database, Row, Transaction, ids
from alertd.watch.nouns import Cause, Episode, Kind, episode, phrase

LASTED_MS: Final = 30 * SECOND
CLEAR_MS: Final = 5 * MINUTE
RESTLESS_MS: Final = 30 * MINUTE
RELAPSE_MS: Final = 6 * HOUR
SLIP_MS: Final = MINUTE
GONE_MS: Final = DAY
"""A node that has not looked for so long is not coming back under that name."""
KEPT_MS: Final = 400 * DAY
AGAIN_S: Final = 60.0
WITHIN_MS: Final = 6 * HOUR
MOST: Final = 50
"""Addresses that are told."""
LIMIT: Final = Limit("watch", burst=12)
OVER: Final = Limit("watch_over", burst=12)
PATH: Final = "/surveillance"

log = structlog.get_logger(__name__)


class _Untold(Exception):
    """Nobody could be told: it is not told yet."""


@dataclass(slots=True)
class Alarms:
    """One node's hand on the alarms that all share."""

    db: Database
    house: House
    health: Health
    _again_at: dict[int, float] = field(default_factory=dict)

    async def heed(self, causes: Sequence[Cause]) -> None:
        """Note what is wrong now; tell what has lasted, and what is over."""
        open_ = {row_.key: row_ for row_ in map(episode, await self.db.fetch("watch.open"))}
        await self._note(causes, open_)
        by_key = {cause.key: cause for cause in causes}
        for one in open_.values():
            if (cause := by_key.get(one.key)) is not None:
                await self._tell(one, cause)
            elif one.raised_at is not None:
                await self._end(one)

    async def tidy(self, now: int) -> None:
        """What was a slip, what no node looks at any more, and what is long over."""
        async with self.db.transaction() as tx:
            await tx.execute("watch.drop_slips", SLIP_MS)
            await tx.execute("watch.abandon", GONE_MS)
            await tx.execute("watch.forget", now - KEPT_MS)

    async def _note(self, causes: Sequence[Cause], open_: Mapping[tuple[str, str], Episode]) -> None:
        if not causes:
            return
        async with self.db.transaction() as tx:
            for cause in causes:
                blanks = json.dumps(dict(cause.blanks), ensure_ascii=False)
                if (known := open_.get(cause.key)) is not None:
                    await tx.execute("watch.see", known.id, blanks)
                else:
                    await tx.execute("watch.find", await ids.take(tx, "watch_alarm"), *cause.key, blanks)

    async def _tell(self, one: Episode, cause: Cause) -> None:
        """Once it has lasted; again and again until somebody could be."""
        if one.raised_at is None and not await self._raise(one):
            return
        now = self.house.clock.monotonic()
        if one.told_at is not None or now < self._again_at.get(one.id, now):
            return
        self._again_at[one.id] = now + AGAIN_S
        try:
            async with self.db.transaction() as tx:
                bells = await self._write(tx, one, cause)
        except _Untold:
            log.warning("watch_untold", action="tell_later", kind=one.kind.value, object=one.object_)
            return
        self._again_at.pop(one.id, None)
        self._ring(bells)

    async def _raise(self, one: Episode) -> bool:
        async with self.db.transaction() as tx:
            raised = await tx.execute("watch.raise", one.id, LASTED_MS)
        if raised:
            log.error("watch_alarm", action="tell", kind=one.kind.value, object=one.object_, **one.blanks)
        return bool(raised)

    async def _write(self, tx: Transaction, one: Episode, cause: Cause) -> set[str]:
        """The bells of the letters; none where another node has written them. :raises _Untold: nobody can be told now."""
        if not await tx.execute("watch.tell", one.id):
            return set()
        bells = await self._letters(tx, _note(cause.phrase, cause.blanks, LIMIT), cause.avoid)
        if not bells:
            raise _Untold
        return bells

    async def _end(self, one: Episode) -> None:
        async with self.db.transaction() as tx:
            if not await tx.execute("watch.end", one.id, CLEAR_MS, RESTLESS_MS, RELAPSE_MS):
                return
            over, bells = phrase(one.kind, over=True), set[str]()
            if one.told_at is not None:
                bells = await self._letters(tx, _note(over, one.blanks, OVER), None)
        self._ring(bells)
        log.warning("watch_over", action="tell", kind=one.kind.value, object=one.object_, told=bool(bells))

    async def _letters(self, tx: Transaction, note: Note, avoid: Channel | None) -> set[str]:
        """One to every address that is reached by what works; where nothing does, by whatever may yet."""
        written = [
            await service(tx, self.house, endpoint, note)
            for endpoint in self._reached(await tx.fetch("alarms.contacts", MOST), avoid)
        ]
        return {one.bell for one in written if isinstance(one, Written)}

    def _reached(self, contacts: Sequence[Row], avoid: Channel | None) -> list[int]:
        works = [row for row in contacts if self._works(Channel(row["channel"]))]
        other = [row for row in works if row["channel"] != avoid]
        return [row["id"] for row in keepers(other or works or contacts)]

    def _works(self, channel: Channel) -> bool:
        speaker = self.health.speaks_for(channel)
        return speaker is not None and self.health.breakers[speaker].closed

    def _ring(self, bells: set[str]) -> None:
        for bell in bells:
            self.db.ring(bell)


def _note(said: str, blanks: Mapping[str, str], limit: Limit) -> Note:
    title = "service.watch_title"
    return Note(said, blanks, title=title, within_ms=WITHIN_MS, path=PATH, thread="watch", limit=limit)


async def standing(db: Database) -> list[Episode]:
    """What is wrong now and has lasted, the oldest first."""
    return [one for one in map(episode, await db.fetch("watch.open")) if one.raised_at is not None]


async def latest(db: Database, most: int) -> list[Episode]:
    """What was wrong of late, the newest first."""
    return [episode(row) for row in await db.fetch("watch.latest", most)]


def channels_of(causes: Sequence[Cause]) -> Iterator[str]:
    """The words of the channels of which no gateway works."""
    return (cause.object_ for cause in causes if cause.kind is Kind.CHANNEL)
