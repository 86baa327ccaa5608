"""Whether the audit is as it was written: each row is hashed with the one before it.

One chain for the whole instance. The ids of rows are given one after the other under one counter in any case, so the
chain costs no lock of its own; what belongs to no station is in it; and one hash, noted elsewhere, vouches for all.
"""

from dataclasses import dataclass
from typing import Final

from alertd.errors import Conflict, Malformed
from alertd.store import Database, Row
from alertd.store.chain import link

PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was noted elsewhere, on paper or in another's archive: that row `id` had this hash."""

    id: int
    hash: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """From "ID:HASH", as a verification prints it; Malformed `anchor_malformed`."""
        id_, _, hash_ = text.strip().partition(":")
        if not (id_.isascii() and id_.isdigit() and len(id_) < 19 and len(hash_) == 64):
            raise Malformed(
                "anchor_malformed", "An anchor reads ID:HASH, as `alertd audit verify` prints it."
            )
        return cls(int(id_), hash_.lower())


@dataclass(frozen=True, slots=True)
class Sound:
    """How many rows hold, and what to note elsewhere: the last one's id and hash."""

    rows: int
    last: Anchor


async def verify(db: Database, anchor: Anchor | None = None) -> Sound:
    """Read the whole audit again, beside whoever adds to it.

    :raises Conflict: `audit_broken`: the first row that does not fit, in `detail["row"]`, and what is wrong with it.
    """
    given = await _given(db)
    rows, last, noted = 0, Anchor(0, ""), anchor is None
    while page := await db.fetch("audit.page", last.id if rows else -(1 << 63), None, PAGE):
        for row in page:
            last = _next(last if rows else None, row)
            noted = noted or (anchor is not None and _meets(anchor, last))
            rows += 1
    await _check_ends(db, given, last.id)
    if anchor is not None and not noted:
        raise _broken(anchor.id, "it was noted elsewhere, and is not there any more")
    return Sound(rows, last)


def _next(before: Anchor | None, row: Row) -> Anchor:
    said = (row["at"], row["station_id"], row["actor"], row["action"], row["object"], row["detail"])
    if row["hash"] != link(before.hash if before else "", row["id"], *said):
        missing = row["id"] - (before.id if before else 0) - 1
        between = f"; {missing} before it are missing" if missing > 0 else ""
        raise _broken(
            row["id"], f"it is not what was written then, or does not follow the row before it{between}"
        )
    return Anchor(row["id"], row["hash"])


def _meets(anchor: Anchor, row: Anchor) -> bool:
    if anchor.id == row.id and anchor.hash != row.hash:
        raise _broken(row.id, "it holds to the rows before it, but is not the one that was noted elsewhere")
    return anchor.id == row.id


async def _check_ends(db: Database, given_before: int, last: int) -> None:
    """The last rows can be removed without breaking a chain, and rows put behind its end: the counter tells."""
    if last < given_before:
        raise _broken(
            last + 1, f"it was written, and so was all up to {given_before}, and is not there any more"
        )
    if last > (given := await _given(db)):
        raise _broken(given + 1, "nobody was ever given that number: it was put there from outside")


async def _given(db: Database) -> int:
    rows = await db.fetch("audit.given")
    return int(rows[0]["last"]) if rows else 0


def _broken(row: int, what: str) -> Conflict:
    return Conflict("audit_broken", f"The audit does not hold at row {row}: {what}.", row=row)
