"""What was noted of who left, as far as it is believed, and what is to be doubted of it.

Believed is what this instance's secret proves. What bears no proof was noted by a version that wrote none: it is believed in a database
that never heard of proofs, that is restored from a backup of before them, and in no other; a person is told, and compares.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import lines
from alertd.backup.lines import Line, Pen, Proof
from alertd.keys import Keyring
from alertd.store import Database
from alertd.subscribe.departures import Departure

PATTERN: Final = "departures-*.jsonl"
PROVEN_SINCE: Final = "journal."
"""Settings that begin so, one of each node: from its first on, what is noted proves itself."""
OTHERS: Final = {
    Proof.FORGED: "{n} lines in {file} were not written by this instance: they are left out.",
    Proof.ELSEWHERE: "{n} lines in {file} are of a secret that is not here: they are left out. What nodes noted before a rotation they noted "
    "again after it; where this is an older backup, write that secret back first: alertd secret recover --older",
}
OLD: Final = (
    "{n} lines in {file} prove nothing: a version before this one wrote them, as it did this backup, and they are believed this once. "
    "Compare who is gone with what you know."
)
UNPROVEN: Final = (
    "{n} lines in {file} prove nothing, although this instance writes none such any more: they are left out."
)
GAP: Final = "{file} lacks lines that stood in it, in {n} places: somebody may be back who had left."
SHORT: Final = (
    "The database knows of departure {n}, which is not noted in {folder}: what was noted is older than the database, or was taken away; "
    "somebody may be back who had left since."
)


@dataclass(frozen=True, slots=True)
class Noted:
    """In order, each once: a number may be of two, where two machines had a database of one past. `doubts` are sentences."""

    departures: list[Departure]
    doubts: tuple[str, ...] = ()


async def heard(db: Database, folder: Path, keyring: Keyring) -> Noted:
    """All that nodes noted there, for the database that is restored. :raises OSError: the folder cannot be read."""
    files = await asyncio.to_thread(_read, folder, Pen.of(keyring))
    old = not await db.fetch("instance.preferences", PROVEN_SINCE)
    believed = {Proof.OURS, Proof.PLAIN} if old else {Proof.OURS}
    found = {each.departure for each in _all(files) if each.proof in believed}
    doubts = [*_doubts(files, old=old), *await _short(db, found, folder)]
    return Noted(sorted(found, key=lambda each: (each.id, each.at)), tuple(doubts))


def _read(folder: Path, pen: Pen) -> dict[str, list[Line]]:
    return {path.name: list(pen.read(path)) for path in sorted(folder.glob(PATTERN))}


def _all(files: Mapping[str, Sequence[Line]]) -> Iterator[Line]:
    return (each for read in files.values() for each in read)


def _doubts(files: Mapping[str, Sequence[Line]], *, old: bool) -> Iterator[str]:
    """Lines without a proof are no news where the same file says the same with one: a node noted its own again."""
    sentences = OTHERS | {Proof.PLAIN: OLD if old else UNPROVEN}
    proven = {each.departure for each in _all(files) if each.proof is Proof.OURS}
    for file, read in files.items():
        count = Counter(each.proof for each in read if each.departure not in proven)
        for proof, sentence in sentences.items():
            if n := count[proof]:
                yield sentence.format(n=n, file=file)
        if n := lines.gaps(read):
            yield GAP.format(n=n, file=file)


async def _short(db: Database, found: set[Departure], folder: Path) -> list[str]:
    """Whether the database's own latest departure is among them."""
    (row,) = await db.fetch("departures.last")
    known = row["id"] is None or row["id"] in {each.id for each in found}
    return [] if known else [SHORT.format(n=row["id"], folder=folder)]
