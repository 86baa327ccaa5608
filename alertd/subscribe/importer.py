"""Import a list: read, staged by slices, then flipped in one transaction; or nothing of it stays.

On SQLite there is one writer, and the daemon may be it: every slice is short and followed by a pause as long, so
that an alert released meanwhile is not held up. Only the flip is one long transaction; it is refused while a
danger alert is fanning out.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final

from alertd.clock import DAY, Clock
from alertd.errors import Conflict
from alertd.keys import Keyring
from alertd.model import Station
from alertd.stations import audit
from alertd.store.database import Database, Transaction
from alertd.store.ids import take
from alertd.subscribe import guests, topics
from alertd.subscribe.enrol import enrol_many
from alertd.subscribe.gather import Gathering
from alertd.subscribe.lines import Reader, refusal
from alertd.subscribe.nouns import Ready
from alertd.subscribe.prepare import Setting
from alertd.subscribe.report import Account, Merged, Report
from alertd.subscribe.table import Line, Refusal, decode, rows

Progress = Callable[[str, int, int], None]
"""Called with a stage ("read", "stage", "flip"), how much of it is done, and how much there is (0: not known)."""

READ_SLICE: Final = 200
STAGE_SLICE: Final = 250
FLIP_SLICE: Final = 1_000
DROP_SLICE: Final = 2_000


class Importer:
    """Imports lists for one station. `actor` is who, for the audit; `fiction` lets nobody's numbers pass."""

    def __init__(
        self,
        store: Database,
        clock: Clock,
        keyring: Keyring,
        station: Station,
        *,
        actor: str,
        fiction: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._station = station
        self._actor = actor
        self._fiction = fiction

    async def run(self, raw: bytes, progress: Progress = lambda *_: None) -> Report:
        """Import a CSV file's bytes: accepted lines whole, the others listed in the report.

        Cancelled, or failing, it leaves nothing behind.

        :raises Malformed: `import_header`, `import_unreadable`. :raises TooLarge: `import_too_large`.
        :raises Conflict: `import_danger_under_way`, `import_superseded` (the same station began another).
        """
        text = decode(raw)
        async with self._store.transaction() as tx:
            await _refuse_during_danger(tx)
        await self._drop_stale()
        account = Account()
        people = await self._read(text, account, progress)
        async with self._batch() as batch:
            await self._stage(batch, people, progress)
            return await self._flip(batch, people, account, progress)

    async def _read(self, text: str, account: Account, progress: Progress) -> Gathering:
        bits = await topics.load(self._store, self._station.id)
        reader = Reader(Setting.of(self._station, bits, self._clock.now_ms(), fiction=self._fiction))
        people, lines = Gathering(), rows(text)
        while slice_ := list(islice(lines, READ_SLICE)):
            for why in _left_out(slice_, reader, people):
                account.refuse(why)
            account.rows += len(slice_)
            progress("read", account.rows, 0)
            await asyncio.sleep(0)
        for number in people.leave_out_unreachable():
            account.lose(number, "endpoints_missing")
        account.adopters = people.adopters()
        return people

    @asynccontextmanager
    async def _batch(self) -> AsyncIterator[int]:
        async with self._store.transaction() as tx:
            batch = await take(tx, "import_batch")
            await tx.execute("imports.begin", batch, self._station.id, self._clock.now_ms())
        try:
            yield batch
        except BaseException:
            await self._drop(batch)
            raise

    async def _stage(self, batch: int, people: Gathering, progress: Progress) -> None:
        done, waiting = 0, iter(people)
        while slice_ := list(islice(waiting, STAGE_SLICE)):
            sealed = [(batch, line, *self._seal(batch, row)) for line, row in slice_]
            begun = self._clock.monotonic()
            async with self._store.transaction() as tx:
                await tx.execute_many("imports.stage", sealed)
            done += len(slice_)
            progress("stage", done, len(people))
            await asyncio.sleep(self._clock.monotonic() - begun)

    async def _flip(self, batch: int, people: Gathering, account: Account, progress: Progress) -> Report:
        async with self._store.transaction() as tx:
            await _refuse_during_danger(tx)
            if not await tx.fetch("imports.find", batch):
                raise Conflict(
                    "import_superseded", "Another import of this station began meanwhile: nothing was kept."
                )
            done = 0
            async for lines, slice_ in self._staged(tx, batch):
                enrolled = await enrol_many(tx, self._clock, self._keyring, self._station, slice_)
                for line, row, became in zip(lines, slice_, enrolled, strict=True):
                    account.enrolled(line, row, became)
                    if became.subscriber_id is not None and row.stays:
                        await guests.cover(tx, became.subscriber_id, self._clock.now_ms())
                done += len(slice_)
                progress("flip", done, len(people))
            account.join(people.joined)
            report = account.close()
            await tx.execute("imports.drop_all_rows", batch)
            await tx.execute("imports.drop", batch)
            await self._note(tx, report)
        return report

    async def _staged(self, tx: Transaction, batch: int) -> AsyncIterator[tuple[list[int], list[Ready]]]:
        after = -1
        while found := await tx.fetch("imports.list_staged", batch, after, FLIP_SLICE):
            after = found[-1]["line"]
            opened = (self._keyring.open(row["content"], row["key_id"], sealed_for(batch)) for row in found)
            yield [row["line"] for row in found], [Ready.from_json(json.loads(one)) for one in opened]

    async def _note(self, tx: Transaction, report: Report) -> None:
        detail = {"people": report.people, "created": report.created, "refused": report.refusals}
        station = self._station
        await audit.append(
            tx, self._clock, station.id, self._actor, "subscribers.import", f"station:{station.id}", detail
        )

    async def _drop_stale(self) -> None:
        """What a killed import left, this station's at once, others' after a day."""
        day_ago = self._clock.now_ms() - DAY
        for row in await self._store.fetch("imports.find_stale", self._station.id, day_ago):
            await self._drop(row["id"])

    async def _drop(self, batch: int) -> None:
        dropped = DROP_SLICE
        while dropped == DROP_SLICE:
            begun = self._clock.monotonic()
            async with self._store.transaction() as tx:
                dropped = await tx.execute("imports.drop_rows", batch, DROP_SLICE)
                if dropped < DROP_SLICE:
                    await tx.execute("imports.drop", batch)
            await asyncio.sleep(self._clock.monotonic() - begun)

    def _seal(self, batch: int, row: Ready) -> tuple[bytes, int]:
        return self._keyring.seal(json.dumps(row.as_json), sealed_for(batch))


def _left_out(lines: Iterable[Line | Refusal], reader: Reader, people: Gathering) -> Iterator[Refusal]:
    """Gather the people of these lines; the lines that cannot be."""
    for line in lines:
        row = line if isinstance(line, Refusal) else reader.read(line)
        if isinstance(row, Refusal):
            yield row
        elif isinstance(line, Line) and not people.add(line.number, row):
            yield refusal(line.number, "import_crowd")


def sealed_for(batch: int) -> bytes:
    """To which import a staged line belongs."""
    return f"import:{batch}".encode()


async def _refuse_during_danger(tx: Transaction) -> None:
    if await tx.fetch("imports.find_danger"):
        raise Conflict(
            "import_danger_under_way",
            "A danger alert is being sent: import the list when it has reached everyone.",
        )


__all__ = ["Importer", "Merged", "Progress", "Refusal", "Report"]
