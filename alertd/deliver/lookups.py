"""Look-ups: asking providers what became of messages whose answer was lost, before danger is sent once more.

And, where a provider reports nothing unless it is asked (`Capabilities.polled`), what became of those that it accepted.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import HOUR, SECOND, Clock
from alertd.deliver.legible import all_legible
from alertd.deliver.receipts import apply
from alertd.keys import Keyring, delivery_number
from alertd.settings.sections import Sending
from alertd.store import Database, Row
from gateways.contract import Gateway, Receipt

SLICE: Final = 100
"""References in one question."""
YOUNGEST: Final = 2 * SECOND
"""Of an answer that was lost. Then twice as long each time: four questions before danger's twenty seconds, eleven in an hour."""
YOUNGEST_ACCEPTED: Final = 10 * SECOND
"""Of a message that was accepted: most phones have it by then. Nine questions in an hour."""
OLDEST: Final = HOUR
ROUND_S: Final = 10.0
"""Between the beginnings of two rounds through all that was accepted: it may be a whole town."""
_REMEMBERED: Final = 20_000

log = structlog.get_logger(__name__)

Lost = tuple[int, int, int]
"""An attempt whose answer was lost: message, endpoint, ordinal."""


@dataclass(slots=True)
class Lookups:
    """One node's questions. It asks for its own, and for those of nodes that have fallen silent.

    When each was asked last is remembered here alone: a restart asks once more, which costs a question. With `accepted`
    the questions are about what was accepted, and `gateways` are those that report when asked.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    gateways: Mapping[str, Gateway]
    sending: Sending
    node_id: int
    accepted: bool = False
    _round_at: float = float("-inf")
    _after: tuple[int, int] = (0, 0)
    _asked: dict[Lost, tuple[int, float]] = field(default_factory=dict)

    async def step(self) -> bool:
        """Ask about the next hundred, in the order of keys and round again; True when there are more."""
        if self._rests():
            return False
        rows = await self._next()
        more = len(rows) == SLICE
        self._after = (rows[-1]["message_id"], rows[-1]["endpoint_id"]) if more else (0, 0)
        wanted = self._due(rows)
        await asyncio.gather(*(self._ask(self.gateways[name], lost) for name, lost in wanted.items()))
        return more

    def _rests(self) -> bool:
        """Whether the next round through the accepted is still to wait."""
        now = self.clock.monotonic()
        if not self.accepted or self._after != (0, 0):
            return False
        if now - self._round_at < ROUND_S:
            return True
        self._round_at = now
        return False

    async def _next(self) -> Sequence[Row]:
        lease = round(self.sending.lease_s * SECOND)
        if not self.accepted:
            where = (*self._after, OLDEST, YOUNGEST, self.node_id, lease, SLICE)
            return await self.db.fetch("receipts.unknowns", *where)
        names = json.dumps(sorted(self.gateways))
        where = (*self._after, OLDEST, YOUNGEST_ACCEPTED, self.node_id, lease, SLICE)
        return await self.db.fetch("receipts.unreported", *where, names)

    def _due(self, rows: Sequence[Row]) -> dict[str, dict[str, Lost]]:
        """Those whose turn it is, by gateway and reference."""
        now, wanted = self.clock.monotonic(), defaultdict[str, dict[str, Lost]](dict)
        for row in rows:
            lost = (row["message_id"], row["endpoint_id"], row["tries"])
            _, due = self._asked.get(lost, (0, now))
            if row["gateway"] in self.gateways and due <= now:
                wanted[row["gateway"]][self.keyring.code(delivery_number(*lost[:2]))] = lost
                self._remember(lost, now)
        return wanted

    def _remember(self, lost: Lost, now: float) -> None:
        times, _ = self._asked.pop(lost, (0, now))
        first_s = (YOUNGEST_ACCEPTED if self.accepted else YOUNGEST) / SECOND
        self._asked[lost] = (times + 1, now + first_s * 2**times)
        if len(self._asked) > _REMEMBERED:
            del self._asked[next(iter(self._asked))]

    async def _ask(self, gateway: Gateway, wanted: Mapping[str, Lost]) -> None:
        found = [each for each in await self._answer(gateway, list(wanted)) if each.reference in wanted]
        if not found:
            return
        async with self.db.transaction() as tx:
            await apply(
                tx, self.keyring, self.node_id, [(gateway.name, each) for each in found], self.sending
            )
        self.db.ring("progress")
        log.info(
            "unknowns_found", action="look_up", gateway=gateway.name, asked=len(wanted), found=len(found)
        )

    async def _answer(self, gateway: Gateway, references: Sequence[str]) -> Sequence[Receipt]:
        """None from a gateway that takes too long, or has a bug: they stay unknown, and are asked for again."""
        try:
            async with asyncio.timeout(self.sending.send_timeout_s):
                return all_legible(await gateway.look_up(references))
        except TimeoutError:
            log.warning("look_up_slow", action="ask_later", gateway=gateway.name, asked=len(references))
        except Exception:
            log.exception("gateway_failed", action="ask_later", gateway=gateway.name)
        return ()
