"""Several messages at once, each given up when it is over."""

import asyncio

from peers import letter

from gateways.contract import Message, Outcome, Receipt
from gateways.parallel import Desk


async def test_validity_counts_from_the_call() -> None:
    """Not from the moment a message is drawn: whoever was frozen in between would say what is over."""
    loop = asyncio.get_running_loop()
    told: dict[str, float] = {}

    async def send_one(message: Message, until: float) -> Receipt:
        told[message.reference] = until
        await passed.wait()
        return Receipt(message.reference, Outcome.ACCEPTED)

    passed = asyncio.Event()
    one, other = letter("+33639980001", expires_in_s=10), letter("+33639980002", expires_in_s=20)
    before = loop.time()
    receipts = Desk(1).in_time([one, other], send_one)
    after = loop.time()
    loop.call_at(after + 0.05, passed.set)
    assert [receipt.reference async for receipt in receipts] == [one.reference, other.reference]
    assert before + 10 <= told[one.reference] <= after + 10
    assert before + 20 <= told[other.reference] <= after + 20
