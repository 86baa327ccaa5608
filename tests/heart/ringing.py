"""A telephone company on the far end: each call that is ordered has a key of its own, by which it reports."""

from collections.abc import Iterable

from heart.provider import Provider, Turn

from alertd.deliver.raws import Raw
from gateways.contract import Callback, Message, Outcome, Receipt


class Ringing(Provider):
    """The n-th call that it takes is "CAn"; `late` is what it answers once it is let go."""

    calls = 0

    async def _answer(self, message: Message, turn: Turn) -> Iterable[Receipt]:
        answers = await super()._answer(message, turn)
        return [self._numbered(each) for each in answers]

    def _numbered(self, receipt: Receipt) -> Receipt:
        if receipt.outcome is not Outcome.ACCEPTED:
            return receipt
        self.calls += 1
        return receipt._replace(provider_ref=f"CA{self.calls}")


def word(
    town, reference: str, outcome: Outcome, code: str, provider_ref: str = "", gateway="operator"
) -> Raw:
    """A callback about one call."""
    receipt = Receipt(reference, outcome, code, provider_ref=provider_ref)
    return Raw.of(gateway, town.clock.now_ms(), Callback("POST", "https://example.org/x", {}, b""), [receipt])
