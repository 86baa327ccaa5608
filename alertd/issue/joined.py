"""Joined: by when those whom an event is for had joined.

Usually now. Where a clock was set back, people joined at hours that have not come yet by it: before everything that is
released in them all the same, and nobody who stood in the preview is left out.
"""

from dataclasses import dataclass, field

from alertd.clock import Clock, Watch
from alertd.store import Database


@dataclass(slots=True)
class Joined:
    """What one node knows of it, from its start on."""

    _watch: Watch = field(default_factory=Watch)
    _latest: int = 0

    async def begin(self, db: Database, clock: Clock) -> None:
        """Before anything is released: a clock may have been set back while nobody looked."""
        self._watch.set_back(clock.now_ms(), clock.monotonic())
        self._latest = int((await db.fetch("audience.latest"))[0]["latest"] or 0)

    def by(self, clock: Clock) -> int:
        """Whoever has joined when something is released now did so by this hour, in UTC milliseconds."""
        now = clock.now_ms()
        if back := self._watch.set_back(now, clock.monotonic()):
            self._latest = max(self._latest, now + back)
        return max(now, self._latest)
