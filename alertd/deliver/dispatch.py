"""Dispatch: a sender's workers take what is most urgent, say it, and record what was answered.

Two workers a sender: while one slice is on the wire the next is claimed, and no more than that is ever out of the
store. A slice holds at most a second of the sender's pace, so a danger released now waits two seconds at most.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import structlog

from alertd.clock import SECOND, Clock
from alertd.deliver.claim import Attempt, Claimed, Shares, claim, give_back, ours, sayable
from alertd.deliver.fairness import Waiting, share_out
from alertd.deliver.handfuls import handfuls
from alertd.deliver.lease import Lease
from alertd.deliver.legible import all_legible
from alertd.deliver.owners import Theirs, permitted
from alertd.deliver.pace import Bucket
from alertd.deliver.parting import Parting
from alertd.deliver.pulse import Pulse
from alertd.deliver.record import Answer, record
from alertd.deliver.render import Rendered, Renderer, aged, within
from alertd.deliver.routes import Sender
from alertd.errors import Unavailable
from alertd.keys import Unreadable
from alertd.model import Level
from alertd.settings.sections import Sending
from alertd.store import Database
from alertd.story import Story
from gateways.contract import Gateway, Outcome, Receipt, Trouble

WORKERS: Final = 2
RECORD_AT: Final = 200
"""Receipts a transaction: enough that a commit is shared, few enough that the page stays live."""
RECORD_AFTER_S: Final = 0.25
EARLY_S: Final = 0.001
"""By how much a loop may wake too early (uvloop counts in milliseconds): a token that is not whole yet would cost a poll."""
PATIENCE: Final = 4
"""Send time-outs without any receipt before a batch is given up: a driver's own, for each of its steps, come first."""

log = structlog.get_logger(__name__)

Taken: TypeAlias = dict[str, tuple[Claimed, Rendered]]
"""A slice in a worker's hands, by reference."""


@dataclass(slots=True)
class Line:
    """One sender with the gateway behind it and its bucket: all that its workers share.

    `out` are the attempts in their hands. `adrift`: more may be `calling`, of a claim whose commit nobody heard of, or
    whose words could not be read. `round_` counts slices, so that stations take turns at what cannot be parted.
    """

    sender: Sender
    gateway: Gateway
    bucket: Bucket
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    out: set[Attempt] = field(default_factory=set)
    adrift: bool = False
    round_: int = 0
    lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        self.lease = Lease(self.sender, self.bucket)


def _own(sender: Sender) -> Sequence[int]:
    return (sender.id,)


def _staying() -> bool:
    """Whoever is not asked to part."""
    return False


def _unheard(gateway: str, receipts: Sequence[Receipt]) -> None:
    """Where a gateway has no other to stand in for it, nobody needs to judge it."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One node's voice. `homes` says from whose queues a sender takes now, `theirs` what of these, `hear` is told every answer (see
    `health`).

    Once `parting` says so nothing more is claimed or spoken: what is on the wire is answered, the rest given back.
    """

    db: Database
    clock: Clock
    renderer: Renderer
    sending: Sending
    node_id: int
    homes: Callable[[Sender], Sequence[int]] = _own
    hear: Callable[[str, Sequence[Receipt]], None] = _unheard
    parting: Callable[[], bool] = _staying
    pulse: Pulse = field(default_factory=lambda: Pulse(0))
    story: Story = field(default_factory=Story)
    theirs: Theirs = permitted

    async def step(self, line: Line) -> bool:
        """Claim a slice, send it, record it; False when there was nothing to claim, or another node holds the sender."""
        async with line.turn:
            since = self.clock.monotonic()
            rendered = await self._take(line)
        if rendered:
            await self._send(line, rendered, since)
            self.story.handed_over(
                line.sender.id, line.sender.gateway, self.renderer.stories(rendered.values())
            )
        return rendered is not None

    async def _take(self, line: Line) -> Taken | None:
        """What may leave now, by its reference; the bucket is charged for it. Empty when a slice was settled of which
        nothing may leave: there may be more behind it. None when there is nothing now.
        """
        if line.adrift:
            await self._give_back(line)
        home, messages = await self._queue(line)
        lease_ms = round(self.sending.lease_s * SECOND)
        if not messages or not await line.lease.take(self.db, self.node_id, lease_ms):
            return None
        if wait_s := line.bucket.wait_s():
            await asyncio.sleep(min(wait_s + EARLY_S, self.sending.poll_s))
        most = line.bucket.room(self._slice(line))
        if most == 0 or self.parting():
            return None
        line.adrift, line.round_ = True, line.round_ + 1
        taken = await self._claim(line, home, list(share_out(messages, most, line.round_)))
        line.adrift = False
        return taken

    async def _claim(self, line: Line, home: int, shares: Shares) -> Taken | None:
        """A slice with its words, in a worker's hands."""
        lease_ms, since = round(self.sending.lease_s * SECOND), self.clock.monotonic()
        claimed = await claim(self.db, line.lease, home, self.node_id, shares, lease_ms)
        if claimed is None:
            return None
        taken, unreadable = await self._render(claimed, since)
        if unreadable:
            await record(self.db, unreadable, self.node_id, self.sending)
        line.bucket.charge(sum(_cost(line.sender, rendered) for _, rendered in taken.values()))
        line.out.update(claimed.attempt for claimed, _ in taken.values())
        return taken

    async def _give_back(self, line: Line) -> None:
        """What was claimed and came to nobody's hands has not left: it is queued again, without a doubt."""
        returned = await give_back(self.db, line.sender, self.node_id, line.out)
        line.adrift = False
        log.warning("given_back", action="give_back", sender=line.sender.id, deliveries=returned)

    async def _queue(self, line: Line) -> tuple[int, Sequence[Waiting]]:
        """From whose queue to take, its own first, then that of a sender whose gateway is down; and what waits there."""
        for home in self.homes(line.sender):
            if messages := await sayable(self.db, line.sender, home, self.theirs):
                return home, messages
        return 0, ()

    def _slice(self, line: Line) -> int:
        """A worker's part of what may be out at once; of a sender with a pace at most a second of it."""
        rate, most = line.sender.rate, max(1, self.sending.slice // WORKERS)
        return most if rate is None else max(1, min(most, round(rate)))

    async def _render(self, claimed: Sequence[Claimed], since: float) -> tuple[Taken, list[Answer]]:
        taken, unreadable = {}, []
        references = await self.renderer.prepare(claimed)
        elapsed_s = self.clock.monotonic() - since
        for each, reference in zip(claimed, references, strict=True):
            try:
                rendered = self.renderer.render(each, reference, elapsed_s)
            except Unreadable:
                unreadable.append(_unsayable(each, "address_unreadable"))
            except Exception:
                # A bug that one reader's words bring out must not end the node at every restart, and silence everyone.
                log.exception("render_failed", action="render_failed", message=each.message_id)
                unreadable.append(_unsayable(each, "render_failed"))
            else:
                taken[reference] = (each, rendered)
        return taken, unreadable

    async def _send(self, line: Line, taken: Taken, since: float) -> None:
        """Every delivery of the slice ends with an answer, whatever the gateway does, or is given back.

        :raises Unavailable: the store cannot say whose the rest of the slice is; nothing of it has left.
        """
        size, slice_, begun = line.gateway.capabilities.batch, list(taken.items()), self.clock.monotonic()
        try:
            for start in range(0, len(slice_), size):
                if self.parting():
                    break
                await self._send_batch(line, dict(slice_[start : start + size]), since, begun)
        except Unavailable:
            line.adrift = True
            raise
        finally:
            line.out.difference_update(claimed.attempt for claimed, _ in taken.values())
        if self.parting():
            async with line.turn:
                await self._give_back(line)

    async def _send_batch(self, line: Line, batch: Taken, since: float, begun: float) -> None:
        """What is still this node's leaves; of the rest it is known that it did not."""
        now = self.clock.monotonic()
        pending = aged(batch, now - begun) if self.pulse.sure(since, now) else await self._ours(batch)
        spoken = Parting([rendered.message for _, rendered in pending.values()], self.parting)
        async for receipts in self._receipts(line, spoken):
            answers = [
                _answer(pending.pop(each.reference), each) for each in receipts if each.reference in pending
            ]
            self.hear(line.sender.gateway, receipts)
            self._heed(line, answers)
            await self._record(answers)
        unanswered = [_answer(each, self._last(spoken, reference)) for reference, each in pending.items()]
        if self.parting():  # what was not drawn is given back when the slice is over
            unanswered = [each for each in unanswered if each.receipt.outcome is Outcome.UNKNOWN]
        self.hear(line.sender.gateway, [each.receipt for each in unanswered])
        await self._record(unanswered)

    @staticmethod
    def _last(spoken: Parting, reference: str) -> Receipt:
        """What a gateway that raised or hung drew from the batch may have left; what it did not draw has not."""
        return _silence() if reference in spoken.references else _unspoken()

    async def _ours(self, batch: Taken) -> Taken:
        """What the store still holds for this node's, with the validity that is left; the rest is recorded as unsent."""
        asked = (
            self.clock.monotonic()
        )  # before, not after: a node may be frozen while it waits for the answer
        left = await ours(self.db, [claimed for claimed, _ in batch.values()])
        gone_s = self.clock.monotonic() - asked
        lost = [each for each in batch.values() if each[0].attempt not in left]
        await self._record([_answer(each, _lost()) for each in lost])
        return {
            reference: (claimed, within(rendered, left[claimed.attempt] / SECOND - gone_s))
            for reference, (claimed, rendered) in batch.items()
            if claimed.attempt in left
        }

    async def _receipts(self, line: Line, messages: Parting) -> AsyncIterator[list[Receipt]]:
        """Receipts in handfuls, as they come. A gateway that raises, or hangs, has a bug."""
        patience_s = PATIENCE * self.sending.send_timeout_s
        if messages:
            try:
                receipts = line.gateway.send(messages)
                async for handful in handfuls(receipts, RECORD_AT, RECORD_AFTER_S, patience_s):
                    yield all_legible(handful)
            except Exception:
                log.exception("gateway_failed", action="gateway_failed", gateway=line.gateway.name)

    async def _record(self, answers: Sequence[Answer]) -> None:
        """Until the store takes it: what a provider said must not be lost because the disk was busy."""
        while answers:
            try:
                await record(self.db, answers, self.node_id, self.sending)
            except Unavailable as error:
                log.warning("store_unavailable", action="record_waits", code=error.code, answers=len(answers))
                await asyncio.sleep(self.sending.poll_s)
            else:
                self.db.ring("progress")
                return

    @staticmethod
    def _heed(line: Line, answers: Sequence[Answer]) -> None:
        """A provider that asks for less gets silence for as long as it says."""
        asked = [
            answer.receipt.retry_after_s or 1.0
            for answer in answers
            if answer.receipt.outcome is Outcome.THROTTLED
        ]
        if asked:
            line.bucket.hush(min(max(asked), 60.0))


def _cost(sender: Sender, rendered: Rendered) -> int:
    return rendered.segments if sender.unit == "segment" else 1


def _answer(taken: tuple[Claimed, Rendered], receipt: Receipt) -> Answer:
    claimed, rendered = taken
    return Answer(claimed, rendered.level, receipt)


def _unsayable(claimed: Claimed, code: str) -> Answer:
    return Answer(claimed, Level.INFO, Receipt("", Outcome.FAILED, code=code))


def _lost() -> Receipt:
    return Receipt("", Outcome.RETRY, code="not_ours")


def _unspoken() -> Receipt:
    return Receipt("", Outcome.RETRY, code="not_spoken", trouble=Trouble.PROVIDER)


def _silence() -> Receipt:
    return Receipt("", Outcome.UNKNOWN, code="no_receipt")
