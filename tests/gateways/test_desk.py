"""A desk: one gateway's connections, shared by all the batches that were handed to it."""

import asyncio
from contextlib import aclosing

import pytest
from peers import letter

from gateways.contract import Message, Outcome, Receipt
from gateways.parallel import Desk

WAIT_S = 5.0


class Far:
    """Answers a message when it is told to; knows who is on the wire, and how many were at most."""

    def __init__(self) -> None:
        self.on_the_wire: dict[str, asyncio.Event] = {}
        self.most = 0
        self._news = asyncio.Event()

    async def say(self, message: Message) -> Receipt:
        self.on_the_wire[message.reference] = answered = asyncio.Event()
        self.most = max(self.most, len(self.on_the_wire))
        self._news.set()
        try:
            await answered.wait()
        finally:
            del self.on_the_wire[message.reference]
            self._news.set()
        return Receipt(message.reference, Outcome.ACCEPTED)

    async def has(self, *references: str) -> None:
        """Wait until just these are on the wire."""
        async with asyncio.timeout(WAIT_S):
            while set(self.on_the_wire) != set(references):
                self._news.clear()
                await self._news.wait()

    def answer(self, *references: str) -> None:
        for reference in references:
            self.on_the_wire[reference].set()


def _batch(*references: str) -> list[Message]:
    return [letter("+33639980001", reference=reference) for reference in references]


async def _all(desk: Desk, far: Far, batch: list[Message]) -> list[str]:
    return [receipt.reference async for receipt in desk.in_parallel(batch, far.say)]


async def test_two_batches_have_the_width_together() -> None:
    """A provider that grants two connections never sees a third, whatever is handed over."""
    far, desk = Far(), Desk(2)
    one = asyncio.create_task(_all(desk, far, _batch("a1", "a2", "a3")))
    await far.has("a1", "a2")
    other = asyncio.create_task(_all(desk, far, _batch("b1", "b2")))
    far.answer("a1")
    await far.has("a2", "a3")
    far.answer("a2")
    await far.has("a3", "b1")
    far.answer("a3", "b1")
    await far.has("b2")
    far.answer("b2")
    assert sorted(await one) == ["a1", "a2", "a3"]
    assert await other == ["b1", "b2"]
    assert far.most == 2


async def test_two_batches_speak_in_turns() -> None:
    """A long batch that came first does not make a short one wait until it is over."""
    far, desk = Far(), Desk(1)
    long = asyncio.create_task(_all(desk, far, _batch("a1", "a2", "a3", "a4")))
    await far.has("a1")
    short = asyncio.create_task(_all(desk, far, _batch("b1", "b2")))
    for expected in ("a1", "a2", "b1", "a3", "b2", "a4"):
        await far.has(expected)
        far.answer(expected)
    assert (await long, await short) == (["a1", "a2", "a3", "a4"], ["b1", "b2"])


async def test_a_batch_begins_while_the_last_of_another_is_on_its_way() -> None:
    """One message that hangs leaves the other connections to the next batch."""
    far, desk = Far(), Desk(2)
    slow = asyncio.create_task(_all(desk, far, _batch("slow")))
    await far.has("slow")
    quick = asyncio.create_task(_all(desk, far, _batch("b1", "b2")))
    for reference in ("b1", "b2"):
        await far.has("slow", reference)
        far.answer(reference)
    assert await quick == ["b1", "b2"]
    far.answer("slow")
    assert await slow == ["slow"]


async def test_a_batch_that_is_given_up_takes_nothing_of_another_with_it() -> None:
    """What is on its way of the one is cancelled; the other gets its connections."""
    far, desk = Far(), Desk(2)
    given_up = desk.in_parallel(_batch("a1", "a2", "a3"), far.say)
    first = asyncio.create_task(anext(given_up))
    await far.has("a1", "a2")
    other = asyncio.create_task(_all(desk, far, _batch("b1", "b2")))
    far.answer("a1")
    assert (await first).reference == "a1"
    async with aclosing(given_up):
        pass
    await far.has("b1", "b2")
    far.answer("b1", "b2")
    assert sorted(await other) == ["b1", "b2"]


async def test_a_bug_ends_its_own_batch_alone() -> None:
    """What came before it is given first; another batch goes on."""
    far, desk = Far(), Desk(1)

    async def say(message: Message) -> Receipt:
        if message.reference == "bug":
            raise ZeroDivisionError
        return Receipt(message.reference, Outcome.ACCEPTED)

    receipts = desk.in_parallel(_batch("good", "bug", "never"), say)
    assert (await anext(receipts)).reference == "good"
    with pytest.raises(ZeroDivisionError):
        await anext(receipts)
    other = asyncio.create_task(_all(desk, far, _batch("b1")))
    await far.has("b1")
    far.answer("b1")
    assert await other == ["b1"]


async def test_nobody_is_left_when_there_is_nothing_to_say() -> None:
    """A desk at rest has no task, and an empty batch has no receipt."""
    before, far, desk = asyncio.all_tasks(), Far(), Desk(3)
    assert await _all(desk, far, []) == []
    one = asyncio.create_task(_all(desk, far, _batch("a1")))
    await far.has("a1")
    workers = asyncio.all_tasks() - before - {one}
    far.answer("a1")
    await one
    async with asyncio.timeout(WAIT_S):
        await asyncio.gather(*workers)
    assert workers
    assert asyncio.all_tasks() == before
