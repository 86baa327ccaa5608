"""Stillness: for how long something has not moved. Pure: a slow sender moves, a dead one does not."""

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stillness:
    """What was seen of each key last, and since when it has been so (ms)."""

    _seen: dict[str, tuple[Hashable, int]] = field(default_factory=dict)

    def for_ms(self, key: str, mark: Hashable, now: int) -> int:
        """Milliseconds for which `mark` has been the same: 0 at the first look, and whenever it changed or the clock was set back."""
        before, since = self._seen.get(key, (None, now))
        if before != mark or key not in self._seen or now < since:
            self._seen[key] = (mark, now)
            return 0
        return now - since

    def forget(self, *keys: str) -> None:
        """There is nothing to wait for any more."""
        for key in keys:
            self._seen.pop(key, None)
