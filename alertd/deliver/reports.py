"""Reports: what drivers hear on connections of their own (SMPP, LMTP, IMAP) is kept as callbacks are, before it is thanked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.deliver.figures import Figures
from alertd.deliver.raws import Raw
from alertd.deliver.spool import Spool
from alertd.errors import Unavailable
from gateways.contract import Inbound, NotKept, Receipt

TOGETHER: Final = 500
"""Words in a raw receipt: what is applied in one transaction stays bounded."""


@dataclass(frozen=True, slots=True)
class Reports:
    """A node's keeping of them; lent to drivers as `Surroundings.report`."""

    spool: Spool
    clock: Clock
    figures: Figures

    async def keep(self, gateway: str, words: Sequence[Receipt | Inbound]) -> None:
        """Durable on return, in order.

        :raises NotKept: neither the store nor the spool takes it, or not all of it: the driver thanks for none.
        """
        for start in range(0, len(words), TOGETHER):
            some = words[start : start + TOGETHER]
            try:
                await self.spool.keep(Raw.reported(gateway, self.clock.now_ms(), some))
            except Unavailable as error:
                raise NotKept(str(error)) from error
            self.figures.heard(gateway, some, "callback")
