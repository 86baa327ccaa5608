"""Work: one piece of fan-out and where it stands, as nodes share it in the store."""

import json
from enum import IntEnum
from typing import Any

from alertd.model import Act, Channel, Level, Mode
from alertd.store import Row


class Phase(IntEnum):
    """What becomes of a piece's people, in this order (see `alertd.issue.write`)."""

    AUDIENCE = 0  # noted: the next phase asks whether those reached before are still concerned
    REACHED = 1  # deliveries to those whom the thread reached before, by the same channel
    DELIVERIES = 2  # deliveries to the people of the target


class Work:
    """One piece, with what its message decides."""

    def __init__(self, row: Row) -> None:
        self.message_id: int = row["message_id"]
        self.event_id: int = row["event_id"]
        self.alert_id: int = row["alert_id"]
        self.station_id: int = row["station_id"]
        self.source_id: int = row["source_id"]
        self.kind: str = row["kind"]
        self.phase = Phase(row["phase"])
        self.ring: int = row["ring"]
        self.start_after: int = row["start_after"]
        self.subscriber: int = row["subscriber"]
        self.upto: int = row["upto"]
        self.act = Act(row["act"])
        self.mode = Mode(row["mode"])
        self.lane: int = row["lane"]
        self.level = Level(row["level"])
        self.danger = self.level is Level.DANGER
        self.as_of: int = row["as_of"]
        self.released_at: int = row["created_at"]
        self.due_at: int = row["due_at"]
        self.now: int = row["now"]
        self.topic_bit: int = row["topic_bit"]
        self._superseded = row["superseded_at"] is not None
        self.deliver_by: int = row["deliver_by"]
        self.request: str = row["request"] or ""
        content: dict[str, Any] = json.loads(row["content"])
        self.exercise = int(content["exercise"])
        self.silence = {Channel.of(word): after for word, after in content["silence"].items()}
        self.channels = tuple(sorted(Channel.of(word) for word in content["channels"]))

    @property
    def key(self) -> tuple[int, int, int, int, int]:
        """The piece."""
        return self.message_id, self.phase, self.ring, self.source_id, self.start_after

    @property
    def place(self) -> tuple[int, ...]:
        """The piece, how far it has come, and where it ends."""
        return *self.key, self.subscriber, self.upto

    @property
    def untouched(self) -> bool:
        """Nobody has begun it, or cut it."""
        return self.subscriber == self.start_after

    @property
    def over(self) -> bool:
        """Nothing more of it may be planned: superseded, or too late."""
        return self._superseded or self.now >= self.deliver_by

    @property
    def filters(self) -> tuple[int, ...]:
        """Who is meant: topic, level, joined by when, whether exercises. See `held_at`."""
        return self.topic_bit, self.level, self.as_of, self.exercise

    @property
    def held_at(self) -> int:
        """When a place or a stay must not have ended yet. Where a clock was set back, people had joined by a later hour."""
        return min(self.as_of, self.released_at)
