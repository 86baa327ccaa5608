"""What the watch sees, and what it has told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alertd.model import Channel
from alertd.store import Row

CHANNELS: Final = {
    Channel.SMS: "les SMS",
    Channel.PUSH: "les notifications",
    Channel.EMAIL: "les courriels",
    Channel.VOICE: "les appels",
    Channel.DISPLAY: "les panneaux",
}
"""As sentences name them."""


class Kind(StrEnum):
    """What may be wrong; the word of its phrase (`service.watch_disk`), and of the end of it (`service.watch_disk_over`)."""

    CHANNEL = "channel"  # no gateway of a channel works
    GATEWAY = "gateway"  # one of several does not: the reserve is gone
    DISK = "disk"
    CLOCK = "clock"
    UNKEPT = "unkept"  # nobody keeps a clock right, and nothing proves it right
    BACKLOG = "backlog"  # urgent messages stand still
    BOOKS = "books"
    BACKUP = "backup"  # the last is old, or did not stand its trial
    COMPACTION = "compaction"  # the database is too large for the night's, and is due
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that is wrong now. `object_` is which of its kind: a node's name, a channel's word; together they are told once.

    `blanks` fill the phrase. `avoid` is the channel in trouble, by which nobody is told of it.
    """

    kind: Kind
    object_: str
    blanks: Mapping[str, str]
    avoid: Channel | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.value, self.object_

    @property
    def phrase(self) -> str:
        return phrase(self.kind)


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch of time in which something was wrong. Times are UTC ms; None: not yet. Before `raised_at` it may be a slip;
    `told_at` is when letters were written.
    """

    id: int
    kind: Kind
    object_: str
    blanks: Mapping[str, str]
    since: int
    seen_at: int
    raised_at: int | None
    told_at: int | None
    ended_at: int | None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.value, self.object_

    @property
    def phrase(self) -> str:
        return phrase(self.kind)


def phrase(kind: Kind, *, over: bool = False) -> str:
    """The phrase book's key."""
    return f"service.watch_{kind.value}{'_over' if over else ''}"


def episode(row: Row) -> Episode:
    """Of a row of `watch.open` or `watch.latest`."""
    times = (row["since"], row["seen_at"], row["raised_at"], row["told_at"], row["ended_at"])
    return Episode(row["id"], Kind(row["kind"]), row["object"], json.loads(row["blanks"]), *times)
