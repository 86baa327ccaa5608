"""Vigil: gateways that nobody complains of are asked now and then, so that an empty account or a key that has lapsed is
known before an alert finds out. A loop of its own: a provider that takes its time holds up no probe of those that are down.
"""

from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.deliver.health import Health

EVERY_S: Final = 900.0
"""Between two questions to the same provider: 96 a day, beside which one alert is many."""


@dataclass(slots=True)
class Vigil:
    """One node's."""

    clock: Clock
    health: Health
    _asked_at: float = float("-inf")

    async def step(self) -> bool:
        """Ask, when it is time: at the start, then every quarter of an hour."""
        now = self.clock.monotonic()
        if now - self._asked_at >= EVERY_S:
            self._asked_at = now
            await self.health.ask_all()
        return False
