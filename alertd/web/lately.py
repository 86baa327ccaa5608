"""What was kept lately: the same word again is thanked for, and not kept once more."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 20_000
"""Words remembered; older ones are kept again, and change nothing then either."""


@dataclass(slots=True)
class Lately:
    """Browsers bring their receipts themselves: whoever holds one message could bring its words a million times."""

    _words: dict[tuple[str, Hashable], None] = field(default_factory=dict)

    def has(self, gateway: str, words: Sequence[Hashable]) -> bool:
        """Whether all of it was kept lately; so it was where there is nothing in it."""
        return all((gateway, each) in self._words for each in words)

    def kept(self, gateway: str, words: Sequence[Hashable]) -> None:
        """It is on a disk."""
        for each in words:
            self._words[gateway, each] = None
        while len(self._words) > MOST:
            del self._words[next(iter(self._words))]
