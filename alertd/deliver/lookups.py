"""Look-ups: asking providers what became of messages whose answer was lost, before danger is sent once more."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import HOUR, SECOND, Clock
from alertd.deliver.receipts import apply
from alertd.keys import Keyring, delivery_number
from alertd.settings.sections import Sending
from alertd.store import Database, Row
from gateways.contract import Gateway, Receipt

SLICE: Final = 100
"""References in one question."""
YOUNGEST: Final = 2 * SECOND
OLDEST: Final = HOUR
_FIRST_S: Final = (
    2.0  # then twice as long each time: four questions before danger's twenty seconds, eleven in an hour
)
_REMEMBERED: Final = 20_000

log = structlog.get_logger(__name__)

Lost = tuple[int, int, int]
"""An attempt whose answer was lost: message, endpoint, ordinal."""


@dataclass(slots=True)
class Lookups:
    """One node's questions. It asks for its own, and for those of nodes that have fallen silent.

    When each was asked last is remembered here alone: a restart asks once more, which costs a question.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    gateways: Mapping[str, Gateway]
    sending: Sending
    node_id: int
    _after: tuple[int, int] = (0, 0)
    _asked: dict[Lost, tuple[int, float]] = field(default_factory=dict)

    async def step(self) -> bool:
        """Ask about the next hundred unknowns, in the order of keys and round again; True when there are more."""
        lease = round(self.sending.lease_s * SECOND)
        rows = await self.db.fetch(
            "receipts.unknowns", *self._after, OLDEST, YOUNGEST, self.node_id, lease, SLICE
        )
        more = len(rows) == SLICE
        self._after = (rows[-1]["message_id"], rows[-1]["endpoint_id"]) if more else (0, 0)
        wanted = self._due(rows)
        await asyncio.gather(*(self._ask(self.gateways[name], lost) for name, lost in wanted.items()))
        return more

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
        self._asked[lost] = (times + 1, now + _FIRST_S * 2**times)
        if len(self._asked) > _REMEMBERED:
            del self._asked[next(iter(self._asked))]

    async def _ask(self, gateway: Gateway, wanted: Mapping[str, Lost]) -> None:
        found = [each for each in await self._answer(gateway, list(wanted)) if each.reference in wanted]
        if not found:
            return
        async with self.db.transaction() as tx:
            await apply(tx, self.keyring, self.node_id, [(gateway.name, each) for each in found])
        self.db.ring("progress")
        log.info(
            "unknowns_found", action="look_up", gateway=gateway.name, asked=len(wanted), found=len(found)
        )

    async def _answer(self, gateway: Gateway, references: Sequence[str]) -> Sequence[Receipt]:
        """None from a gateway that takes too long, or has a bug: they stay unknown, and are asked for again."""
        try:
            async with asyncio.timeout(self.sending.send_timeout_s):
                return await gateway.look_up(references)
        except TimeoutError:
            log.warning("look_up_slow", action="ask_later", gateway=gateway.name, asked=len(references))
        except Exception:
            log.exception("gateway_failed", action="ask_later", gateway=gateway.name)
        return ()
