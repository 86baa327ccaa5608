"""Health: what a node knows of its gateways, and so who speaks for whom.

A delivery is queued at its channel's first sender, its home. When the home's gateway is down, the next sender of the
route whose gateway works takes from the home's queue; when the home is back, it takes its own again. Nothing is moved
in the store, so nothing can be lost on the way, and a route of one is never left: retries are its probes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import SECOND, Clock
from alertd.deliver.breaker import Breaker
from alertd.deliver.routes import Routes, Sender
from alertd.errors import Unavailable
from alertd.store import Database, ids
from gateways.contract import Gateway, Receipt

PROBE_MS: Final = 5 * SECOND
PREFER: Final = "prefer:"
"""Key of the setting by which an administrator overrules the breakers for a channel; its value is JSON."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """One node's. `preferred` are the administrator's overrides: channel's word -> gateway's name."""

    db: Database
    clock: Clock
    routes: Routes
    gateways: Mapping[str, Gateway]
    node_id: int
    breakers: dict[str, Breaker] = field(default_factory=dict)
    preferred: Mapping[str, str] = field(default_factory=dict)
    _probed_at: int = 0
    _changed: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breakers = {name: Breaker() for name in self.gateways}

    def hear(self, gateway: str, receipts: Iterable[Receipt]) -> None:
        """Take answers into account."""
        now, breaker = self.clock.now_ms(), self.breakers[gateway]
        for receipt in receipts:
            if breaker.hear(receipt, now):
                self._note(gateway, "gateway.down", breaker.reason)

    def homes(self, sender: Sender) -> tuple[int, ...]:
        """The senders from whose queues this one takes now, its own first; none while another speaks for it."""
        routes = [route for route in self.routes.values() if sender in route]
        homes = {route[0].id for route in routes if self._speaker(route) is sender}
        return tuple(sorted(homes, key=lambda home: home != sender.id))

    async def step(self) -> bool:
        """Read the overrides, probe what is down, write down what changed."""
        self.preferred = await _preferred(self.db)
        if self.clock.now_ms() - self._probed_at >= PROBE_MS:
            self._probed_at = self.clock.now_ms()
            await self._probe()
        await self._write_changes()
        return False

    async def _probe(self) -> None:
        for name, breaker in self.breakers.items():
            if not breaker.closed and breaker.probed(await self.gateways[name].check(), self.clock.now_ms()):
                self._note(name, "gateway.back", "probes")
                self._wake()

    def _speaker(self, route: Sequence[Sender]) -> Sender:
        """Who speaks for a route: whom the administrator says, else the first that works, else its home."""
        chosen = self.preferred.get(route[0].channel.word)
        named = [sender for sender in route if sender.gateway == chosen]
        working = [sender for sender in route if self.breakers[sender.gateway].closed]
        return (named or working or list(route))[0]

    def _note(self, gateway: str, action: str, reason: str) -> None:
        log.warning(action.replace(".", "_"), action=action, gateway=gateway, reason=reason)
        self._changed.append((gateway, action, reason))
        self._wake()

    def _wake(self) -> None:
        """Whoever may now speak for another has something to do."""
        for sender in {sender for route in self.routes.values() for sender in route}:
            self.db.ring(f"dispatch:{sender.id}")
        self.db.ring("health")

    async def _write_changes(self) -> None:
        """Into the audit, where the operators' page reads it; what cannot be written now is written next time."""
        while self._changed:
            gateway, action, reason = self._changed[0]
            async with self.db.transaction() as tx:
                row = (await ids.take(tx, "audit"), self.clock.now_ms(), None, f"node:{self.node_id}")
                await tx.execute(
                    "audit.append", *row, action, f"gateway:{gateway}", json.dumps({"reason": reason})
                )
            self._changed.pop(0)


async def _preferred(db: Database) -> dict[str, str]:
    """Channel's word to gateway's name, as the administrator said; nothing while the store is away."""
    try:
        rows = await db.fetch("instance.preferences", PREFER)
    except Unavailable:
        return {}
    return {row["key"].removeprefix(PREFER): json.loads(row["value"])["gateway"] for row in rows}
