"""What a claim took: a message's part of a slice as the store packs it, what of it may leave, and the deliveries that do."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from alertd.deliver import service
from alertd.model import Channel, State, Wording
from alertd.store import Row

Attempt = tuple[int, int, int]
"""An attempt's key: message, endpoint, ordinal."""


Settled: TypeAlias = Mapping[str, Any]
"""A delivery that may not leave after all, as `shift` takes it: message_id, endpoint_id, channel, silence."""


class Claimed(NamedTuple):
    """A delivery that is `calling`: `ordinal` numbers this attempt. `address` is still sealed. A tuple, since there are
    thousands a second.
    """

    message_id: int
    endpoint_id: int
    channel: Channel
    ordinal: int
    wording: Wording
    locale: str
    address: bytes
    key_id: int
    greeted: bool
    proven: bool
    follows: str
    """Whom somebody new follows, where it is not the station that speaks: a neighbour, or a commune below; else ""."""
    silence: bool
    """Whether anything of its message waits for a silence."""
    left_ms: int
    """Until `deliver_by`, by the store's clock at the claim: a node's own may be hours off."""

    @property
    def attempt(self) -> Attempt:
        """The key of the try that was opened for it."""
        return self.message_id, self.endpoint_id, self.ordinal


Packed: TypeAlias = list[Any]
"""A delivery as `deliveries.claimable` packs it."""


class Part:
    """A message's part of a slice. `over` is why nothing of it may leave any more."""

    def __init__(self, message_id: int, row: Row) -> None:
        self.message_id = message_id
        self.now: int = row["now"]
        self.rows: list[Packed] = json.loads(row["packed"] or "[]")
        self.silence = bool(row["silence"])
        self._reaches = (
            service.Purpose(row["act"]).reaches_others if row["kind"] == service.KIND else frozenset()
        )
        self._left_ms: int = (row["deliver_by"] or 0) - self.now
        self.over = None
        if row["superseded_at"] is not None:
            self.over = State.CANCELLED, "superseded"
        elif self.rows and self._left_ms <= 0:
            self.over = State.EXPIRED, "too_late"

    def claimed(self, row: Packed) -> Claimed:
        endpoint, channel, tries, wording, locale, address, key_id, greeted, proven, follows, *_ = row
        return Claimed(
            self.message_id,
            endpoint,
            CHANNELS[channel],
            tries + 1,
            _WORDINGS[wording],
            locale,
            bytes.fromhex(address),
            key_id,
            greeted != 0,
            proven != 0,
            follows or "",
            self.silence,
            self._left_ms,
        )

    def parted(self) -> tuple[list[Packed], list[Packed]]:
        """Those that may leave, and those that may not."""
        if self.over is not None:
            return [], self.rows
        if not any(row[-1] for row in self.rows):  # as nearly always
            return self.rows, []
        going = [row for row in self.rows if self._may_leave(row)]
        return going, [row for row in self.rows if not self._may_leave(row)]

    def settled(self, row: Packed) -> Settled:
        return {
            "message_id": self.message_id,
            "endpoint_id": row[0],
            "channel": row[1],
            "silence": self.silence,
        }

    def _may_leave(self, row: Packed) -> bool:
        """A service message says itself which endpoints it reaches, also where nobody subscribes."""
        state, why = row[-2:]
        return why is None or (why == "left" and state in self._reaches)

    def verdict(self, row: Packed) -> tuple[State, str]:
        """Of one that may not leave."""
        doubtful, _, why = row[-3:]
        if self.over is None:
            return _VERDICTS[why], why
        state, reason = self.over
        return (State.UNKNOWN if doubtful else state), reason


CHANNELS: Final = {int(channel): channel for channel in Channel}
_WORDINGS: Final = {int(wording): wording for wording in Wording}
_VERDICTS: Final = {
    "erased": State.STOPPED,
    "endpoint_dead": State.REFUSED,
    "left": State.STOPPED,
    "behind": State.WAITING,
}
"""What becomes of a delivery that may not leave, by why (see `deliveries.claimable`)."""
