"""The spool: where receipts wait while the store is away. What a provider brought is on a disk before it is thanked.

A line each, sealed. Each begins and ends with a line break, so that one torn by a crash spoils none but itself. Lines
are replayed when the store is back; a crash in between replays some twice, which changes nothing.
"""

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from alertd.deliver.raws import Raw, append
from alertd.errors import Unavailable
from alertd.keys import Keyring, Unreadable
from alertd.store import Database

MOST_BYTES: Final = 64 * 1024 * 1024
STORE_S: Final = 5.0
"""How long the store may take: providers hang up after ten to fifteen seconds."""
TOGETHER: Final = 500
"""Raw receipts kept in one transaction."""
_REPLAYED: Final = 1024 * 1024  # bytes of lines in one transaction
_CONTEXT: Final = b"receipt spool"

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    """One that is to be kept: whoever has the turn keeps all that wait, in one commit."""

    raw: Raw
    kept: bool = False


@dataclass(slots=True)
class Spool:
    """Keeps what providers bring: in the store, or in a file of this node while the store is away."""

    db: Database
    keyring: Keyring
    path: Path
    most_bytes: int = MOST_BYTES
    _waiting: list[_Waiting] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _file: asyncio.Lock = field(default_factory=asyncio.Lock)
    _replayed: int = 0

    async def keep(self, raw: Raw) -> None:
        """Durable on return.

        :raises Unavailable: `spool_full`, `spool_unwritable`: neither the store nor the file takes it.
        """
        mine = _Waiting(raw)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while not mine.kept:
                    await self._keep(self._waiting[:TOGETHER])
        finally:
            self._waiting = [each for each in self._waiting if each is not mine]

    async def step(self) -> bool:
        """Bring a slice of the file into the store; False when there is none.

        :raises Unavailable: the store is still away; `spool_unreadable`: the file cannot be read.
        """
        try:
            return await self._replay()
        except OSError as error:
            raise Unavailable("spool_unreadable", "The spool cannot be read; look at its folder.") from error

    def size(self) -> int:
        """Bytes that wait on the disk."""
        return sum(path.stat().st_size for path in (self.path, self._aside) if path.exists())

    async def _replay(self) -> bool:
        async with self._file:
            if not await asyncio.to_thread(self._set_aside):
                return False
        lines, end = await asyncio.to_thread(self._read)
        raws = self._open(lines)
        if raws:
            async with self.db.transaction() as tx:
                await append(tx, self.keyring, raws)
            self.db.ring("receipts")
            log.info("spool_replayed", action="replay", receipts=len(raws))
        if lines:
            self._replayed = end
        else:
            await asyncio.to_thread(self._aside.unlink)
            self._replayed = 0
        return True

    async def _keep(self, batch: Sequence[_Waiting]) -> None:
        raws = [each.raw for each in batch]
        try:
            async with asyncio.timeout(STORE_S), self.db.transaction() as tx:
                await append(tx, self.keyring, raws)
        except (Unavailable, TimeoutError) as error:
            code = error.code if isinstance(error, Unavailable) else "store_slow"
            log.warning("store_unavailable", action="spool", code=code, receipts=len(raws))
            await self._spool(raws)
        else:
            self.db.ring("receipts")
        for each in batch:
            each.kept = True
        self._waiting = [each for each in self._waiting if not each.kept]

    async def _spool(self, raws: Iterable[Raw]) -> None:
        lines = b"".join(map(self._line, raws))
        async with self._file:
            try:
                await asyncio.to_thread(self._write, lines)
            except OSError as error:
                raise Unavailable(
                    "spool_unwritable",
                    "Neither the database nor the spool can be written to. Call again later.",
                ) from error

    def _line(self, raw: Raw) -> bytes:
        plain = json.dumps([raw.gateway, raw.received_at, raw.content.decode()])
        sealed, key_id = self.keyring.seal(plain, _CONTEXT)
        return b"\n%d %s\n" % (key_id, base64.b64encode(sealed))

    def _open(self, lines: Iterable[bytes]) -> list[Raw]:
        """A torn line is passed over: whoever brought it was never thanked for it, and will call again."""
        raws = []
        for line in filter(None, map(bytes.strip, lines)):
            key_id, _, sealed = line.partition(b" ")
            try:
                plain = self.keyring.open(base64.b64decode(sealed, validate=True), int(key_id), _CONTEXT)
            except (Unreadable, binascii.Error, ValueError):
                log.warning("spool_torn", action="skip", bytes=len(line))
            else:
                gateway, received_at, content = json.loads(plain)
                raws.append(Raw(gateway, received_at, content.encode()))
        return raws

    @property
    def _aside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.replayed")

    def _write(self, lines: bytes) -> None:
        """On the disk when this returns, its name in the folder included."""
        new = not self.path.exists()
        if len(lines) + self.size() > self.most_bytes:
            raise Unavailable("spool_full", "The database is away and the spool is full. Call again later.")
        with os.fdopen(
            os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb"
        ) as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync_folder(self.path.parent)

    def _set_aside(self) -> bool:
        """What is replayed is not written to any more; True when there is something to replay."""
        if self._aside.exists():
            return True
        if not self.path.exists():
            return False
        self.path.rename(self._aside)
        return True

    def _read(self) -> tuple[list[bytes], int]:
        """About a megabyte of whole lines, and where they end; none at the file's end."""
        with self._aside.open("rb") as file:
            file.seek(self._replayed)
            return file.readlines(_REPLAYED), file.tell()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
