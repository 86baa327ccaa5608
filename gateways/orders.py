"""Orders: each message is told to a provider once, and what came of the telling is an answer or a receipt."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from gateways.contract import Outcome, Receipt, Trouble
from gateways.http import Lost, Unsent

A = TypeVar("A")

_OUTAGE_S: Final = 1.0
_LEAST_S: Final = 1.0  # what is over sooner would be refused, or heard too late


@dataclass(slots=True)
class Orders:
    """Those to one provider. One that cannot be reached is left alone for a second: a batch meets it once, not message by
    message.
    """

    _until: float = 0.0
    _why: Unsent | None = None

    def forget_outage(self) -> None:
        """Let the next one try."""
        self._why = None

    async def place(self, reference: str, until: float, order: Callable[[], Awaitable[A]]) -> A | Receipt:
        """The provider's answer to `order`, unless it is over by `until` on the loop's clock. Where there was none, the
        receipt: `retry` if nothing was written, else `unknown`.
        """
        now = asyncio.get_running_loop().time
        if until - now() < _LEAST_S:
            return Receipt(reference, Outcome.RETRY, code="too late")
        if self._why is not None and now() < self._until:
            return unsent(reference, self._why)
        try:
            return await order()
        except Unsent as error:
            if error.trouble is not None:
                self._until, self._why = now() + _OUTAGE_S, error.with_traceback(None)
            return unsent(reference, error)
        except Lost as error:
            detail = str(error)[:300]
            return Receipt(reference, Outcome.UNKNOWN, "torn", detail, trouble=Trouble.CONNECTION)


def unsent(reference: str, error: Unsent) -> Receipt:
    """Of a message that certainly did not leave."""
    return Receipt(reference, Outcome.RETRY, code=error.code, detail=error.detail, trouble=error.trouble)
