"""Heart: whether every loop still comes round. `/readyz` asks it, and it is what keeps systemd's watchdog quiet.

There is no timer here: a sign of life leaves because a loop came round, and none leaves when one of them hangs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from alertd.clock import Clock

SILENT_S: Final = 30.0
"""Not one loop was heard of for so long: the node is not ready."""
STUCK_S: Final = 300.0
"""One loop was not: it hangs. A slice may take its provider's time-out several times over, never so long."""


@dataclass(slots=True)
class Heart:
    """Of one node. `alive` is called as loops come round, while none is stuck."""

    clock: Clock
    alive: Callable[[float], None] = lambda _: None
    stuck_s: float = STUCK_S
    _last: dict[str, float] = field(default_factory=dict)
    _heard_at: float = field(init=False)
    _away_at: float = float("-inf")

    def __post_init__(self) -> None:
        self._heard_at = self.clock.monotonic()

    def beat(self, loop: str, *, away: bool = False) -> None:
        """A loop came round. With the store `away`, others wait for it with answers in hand: none is called stuck for that."""
        now = self._last[loop] = self._heard_at = self.clock.monotonic()
        if away:
            self._away_at = now
        if not self.stuck():
            self.alive(now)

    def stuck(self) -> list[str]:
        """The loops that hang."""
        since = self.clock.monotonic() - self.stuck_s
        return [loop for loop, at in self._last.items() if max(at, self._away_at) < since]

    def beats(self) -> bool:
        """Whether loops come round, and none is stuck."""
        return self.clock.monotonic() - self._heard_at < SILENT_S and not self.stuck()
