"""The journal: who left, noted beside the backups within seconds: what a lost disk took since the last backup is not lost here.

Lines of JSON with ids and nothing else, each with a proof (`alertd.backup.lines`), one file for each node. A line that a crash cut short
is left out. Beside it stands how often the node has noted that it lives, as in the database: one that has heard of less is an older one,
which somebody restored.
"""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from alertd.backup import lines
from alertd.backup.lines import FIRST, Line, Pen, Proof
from alertd.backup.noted import PROVEN_SINCE
from alertd.keys import Keyring
from alertd.store import Database
from alertd.subscribe import departures
from alertd.subscribe.departures import Departure

LIVES: Final = "lives-"
SLICE: Final = 1_000
TURNS: Final = 6
"""Of so many steps one notes that the node lives."""
LONGEST_NUMBER: Final = 20

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Journal:
    """One node's."""

    db: Database
    keyring: Keyring
    folder: Path
    node: str
    _pen: Pen = field(init=False)
    _last: int | None = None
    _follows: str = FIRST
    _turn: int = 0

    def __post_init__(self) -> None:
        self._pen = Pen.of(self.keyring)

    async def step(self) -> None:
        """Note what was not noted yet. A folder that is away is said, and tried again."""
        try:
            if self._last is None:
                self._last = await self._begin()
            while found := await departures.after(self.db, self._last, SLICE):
                await asyncio.to_thread(self._append, found)
                self._last = found[-1].id
            await self._live()
        except OSError as error:
            self._last = None  # what stands there is read anew: a line may be half written
            log.warning("departures_unwritten", action="backup", folder=str(self.folder), why=error.strerror)

    @property
    def _file(self) -> Path:
        return self.folder / f"departures-{self.node}.jsonl"

    @property
    def _setting(self) -> str:
        return f"{PROVEN_SINCE}{self.node}"

    async def _begin(self) -> int:
        """The last one noted. What an older secret proves, or an older version noted without a proof, is noted again with one."""
        believed = {Proof.OURS} if await self._lived() else {Proof.OURS, Proof.PLAIN}
        known = [each for each in await asyncio.to_thread(self._known) if each.proof in believed]
        self._follows = lines.ends(known, self._pen.secret)
        if again := self._unproven(known):
            await asyncio.to_thread(self._append, again)
        return max((each.departure.id for each in known), default=0)

    def _known(self) -> list[Line]:
        return list(self._pen.read(self._file))

    def _unproven(self, known: list[Line]) -> list[Departure]:
        """Each once, in their order."""
        proven = {each.departure for each in known if each.secret == self._pen.secret}
        return [each for each in dict.fromkeys(one.departure for one in known) if each not in proven]

    async def _live(self) -> None:
        """In the database first: what stands beside it is never ahead, but of a database that was put back."""
        turn, self._turn = self._turn, (self._turn + 1) % TURNS
        if turn:
            return
        lived = str(await self._lived() + 1)
        async with self.db.transaction() as tx:
            await tx.execute("instance.write_setting", self._setting, lived)
        await asyncio.to_thread(self._note_life, lived)

    async def _lived(self) -> int:
        return await _setting(self.db, self._setting)

    def _note_life(self, lived: str) -> None:
        self._make_folder()
        draft = self.folder / f"{LIVES}{self.node}.part"
        with open(draft, "w", encoding="ascii", opener=_private) as file:
            file.write(lived)
        draft.replace(self.folder / f"{LIVES}{self.node}")

    def _append(self, found: list[Departure]) -> None:
        self._make_folder()
        written = list(self._pen.write(found, self._follows))
        with open(self._file, "a", encoding="ascii", opener=_private) as file:
            file.writelines(f"\n{text}\n" for text, _ in written)
            file.flush()
            os.fsync(file.fileno())
        self._follows = written[-1][1]

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)


async def outlived(db: Database, folder: Path) -> bool:
    """Whether some node noted there that it lives more often than this database has heard: it is an older one, put back."""
    lives = await asyncio.to_thread(_lives, folder)
    return any([lived > await _setting(db, f"{PROVEN_SINCE}{node}") for node, lived in lives.items()])


async def live_on(db: Database, folder: Path) -> None:
    """What was put back is the one that lives from now on, whichever nodes there are no more."""
    lives = await asyncio.to_thread(_lives, folder)
    async with db.transaction() as tx:
        for node, lived in lives.items():
            await tx.execute("instance.write_setting", f"{PROVEN_SINCE}{node}", str(lived))


def _lives(folder: Path) -> dict[str, int]:
    texts = {
        path.name.removeprefix(LIVES): path.read_text("ascii", "replace")[:LONGEST_NUMBER]
        for path in folder.glob(f"{LIVES}*")
        if path.suffix != ".part"
    }
    return {node: int(text) for node, text in texts.items() if text.isdecimal()}


async def _setting(db: Database, key: str) -> int:
    rows = await db.fetch("instance.read_setting", key)
    return int(rows[0]["value"]) if rows else 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
