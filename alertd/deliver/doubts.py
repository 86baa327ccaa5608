"""Doubts: gateways that nobody speaks through just now, and whose far end a probe could not reach.

One probe says little: a line breaks for a moment. One that cannot be reached for half a minute, with no message passing
meanwhile, is mute, and whoever looks must read so before an alert finds out. Slowness is no doubt: only an end that there is no way to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from alertd.clock import SECOND
from gateways.contract import Receipt, Trouble

LASTED_MS: Final = 30 * SECOND


@dataclass(slots=True)
class Doubts:
    """One node's; times are UTC milliseconds."""

    _since: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self._since)

    def heed(self, name: str, receipt: Receipt, now: int, passed: int) -> bool:
        """Take a probe's answer into account; True when there has been no way to it for long. `passed`: when a message last did."""
        if receipt.trouble is not Trouble.CONNECTION:
            self.drop(name)
            return False
        since = self._since.setdefault(name, now)
        if passed >= since:
            self._since[name] = now
        return now - self._since[name] >= LASTED_MS

    def drop(self, name: str) -> None:
        """It answers, or was left."""
        self._since.pop(name, None)
