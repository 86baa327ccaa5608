"""Dispatch: a sender's workers take what is most urgent, say it, and record what was answered.

Two workers a sender: while one slice is on the wire the next is claimed, and no more than that is ever out of the
store. A slice holds at most a second of the sender's pace, so a danger released now waits two seconds at most.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

import structlog

from alertd.clock import SECOND, Clock
from alertd.deliver import unsaid
from alertd.deliver.claim import claim, give_back, ours
from alertd.deliver.claimed import Claimed
from alertd.deliver.fairness import Waiting, share_out
from alertd.deliver.handfuls import handfuls
from alertd.deliver.legible import all_legible
from alertd.deliver.line import Line
from alertd.deliver.owners import Theirs, permitted
from alertd.deliver.parting import Parting
from alertd.deliver.pulse import Pulse
from alertd.deliver.queue import sayable
from alertd.deliver.record import Answer, note, plain, record
from alertd.deliver.render import Rendered, Renderer, aged, within
from alertd.deliver.routes import Sender
from alertd.errors import Unavailable
from alertd.keys import Unreadable
from alertd.settings.sections import Sending
from alertd.store import Database
from alertd.story import Story
from gateways.contract import Outcome, Receipt

WORKERS: Final = 2
RUN_S: Final = 1.0
"""How long a worker goes on from slice to slice before its loop says that it is alive, and looks at the whole queue again."""
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

    async def step(self, line: Line, run_s: float = 0.0) -> bool:
        """Claim a slice, send it, record it; and others for `run_s` seconds, each claimed in the very transaction that records
        the one before, where nobody waits for that. False when there was nothing to claim, or another node holds the sender.
        """
        async with line.turn:
            since = self.clock.monotonic()
            taken = await self._take(line)
        busy, until = taken is not None, since + run_s
        while taken:
            taken, since = await self._through(line, taken, since, until)
        return busy

    async def _through(
        self, line: Line, taken: Taken, since: float, until: float
    ) -> tuple[Taken | None, float]:
        """Every delivery of the slice ends with an answer, whatever the gateway does, or is given back. What was claimed behind
        it, and since when.
        """
        try:
            answers = await self._send(line, taken, since)
            following = await self._go_on(line, answers, until)
        finally:
            line.out.difference_update(claimed.attempt for claimed, _ in taken.values())
        if self.parting():
            async with line.turn:
                await self._give_back(line)
        self.story.handed_over(line.sender.id, line.sender.gateway, self.renderer.stories(taken.values()))
        return following

    async def _go_on(self, line: Line, answers: list[Answer], until: float) -> tuple[Taken | None, float]:
        """Record a slice's last answers, if it may be while more is claimed: one commit for both."""
        since, following = self.clock.monotonic(), None
        try:
            if since < until and answers and not line.turn.locked():
                async with line.turn:
                    following = await self._follow(line, answers)
        finally:  # `answers` is empty once they are recorded; else they are by themselves, whatever came over the claim
            await self._record(answers)
        return following, since

    async def _follow(self, line: Line, answers: list[Answer]) -> Taken | None:
        """The next slice of the same message, if it may be had at once."""
        home, messages = await self._queue(line)
        if line.adrift or not line.lease.stands or line.bucket.wait_s() or self.parting():
            return None
        most = line.bucket.room(line.slice(self.sending.slice // WORKERS))
        if most == 0 or len(messages) != 1 or not plain(answers, messages[0].message_id):
            return None
        return await self._claim(line, home, messages, most, answers)

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
        most = line.bucket.room(line.slice(self.sending.slice // WORKERS))
        if most == 0 or self.parting():
            return None
        return await self._claim(line, home, messages, most, [])

    async def _claim(
        self, line: Line, home: int, messages: Sequence[Waiting], most: int, answers: list[Answer]
    ) -> Taken | None:
        """A slice with its words, in a worker's hands; `answers` are recorded beside, and gone from their list then."""
        line.adrift, line.round_ = True, line.round_ + 1
        lease_ms, since = round(self.sending.lease_s * SECOND), self.clock.monotonic()
        shares = list(share_out(messages, most, line.round_))
        beside = partial(note, answers=tuple(answers), sending=self.sending)
        claimed = await claim(self.db, line.lease, home, self.node_id, shares, lease_ms, beside)
        if answers:
            answers.clear()
            self.db.ring("progress")
        taken = await self._voice(line, claimed, since) if claimed is not None else None
        line.adrift = False
        return taken

    async def _voice(self, line: Line, claimed: Sequence[Claimed], since: float) -> Taken:
        taken, unreadable = await self._render(claimed, since)
        if unreadable:
            await record(self.db, unreadable, self.node_id, self.sending)
        line.bucket.charge(line.units(rendered for _, rendered in taken.values()))
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

    async def _render(self, claimed: Sequence[Claimed], since: float) -> tuple[Taken, list[Answer]]:
        taken, unreadable = {}, []
        references = await self.renderer.prepare(claimed)
        elapsed_s = self.clock.monotonic() - since
        for each, reference in zip(claimed, references, strict=True):
            try:
                rendered = self.renderer.render(each, reference, elapsed_s)
            except Unreadable:
                unreadable.append(unsaid.unsayable(each, "address_unreadable"))
            except Exception:
                # A bug that one reader's words bring out must not end the node at every restart, and silence everyone.
                log.exception("render_failed", action="render_failed", message=each.message_id)
                unreadable.append(unsaid.unsayable(each, "render_failed"))
            else:
                taken[reference] = (each, rendered)
        return taken, unreadable

    async def _send(self, line: Line, taken: Taken, since: float) -> list[Answer]:
        """The answers that came last are not recorded yet.

        :raises Unavailable: the store cannot say whose the rest of the slice is; nothing of it has left.
        """
        size, slice_, begun = line.gateway.capabilities.batch, list(taken.items()), self.clock.monotonic()
        answers: list[Answer] = []
        try:
            for start in range(0, len(slice_), size):
                await self._record(answers)
                answers = []
                if self.parting():
                    break
                answers = await self._send_batch(line, dict(slice_[start : start + size]), since, begun)
        except Unavailable:
            line.adrift = True
            raise
        return answers

    async def _send_batch(self, line: Line, batch: Taken, since: float, begun: float) -> list[Answer]:
        """What is still this node's leaves; of the rest it is known that it did not. The last answers are not recorded yet."""
        await line.at_pace(rendered for _, rendered in batch.values())
        now = self.clock.monotonic()
        pending = aged(batch, now - begun) if self.pulse.sure(since, now) else await self._ours(batch)
        spoken = Parting([rendered.message for _, rendered in pending.values()], self.parting)
        answers: list[Answer] = []
        async for receipts in self._receipts(line, spoken):
            await self._record(answers)
            answers = [
                _answer(pending.pop(each.reference), each) for each in receipts if each.reference in pending
            ]
            self.hear(line.sender.gateway, receipts)
            line.heed(answer.receipt for answer in answers)
            if pending:  # the next may be long in coming
                await self._record(answers)
                answers = []
        unanswered = [_answer(each, self._last(spoken, reference)) for reference, each in pending.items()]
        if self.parting():  # what was not drawn is given back when the slice is over
            unanswered = [each for each in unanswered if each.receipt.outcome is Outcome.UNKNOWN]
        self.hear(line.sender.gateway, [each.receipt for each in unanswered])
        return answers + unanswered

    @staticmethod
    def _last(spoken: Parting, reference: str) -> Receipt:
        """What a gateway that raised or hung drew from the batch may have left; what it did not draw has not."""
        return unsaid.silence() if reference in spoken.references else unsaid.unspoken()

    async def _ours(self, batch: Taken) -> Taken:
        """What the store still holds for this node's, with the validity that is left; the rest is recorded as unsent."""
        asked = (
            self.clock.monotonic()
        )  # before, not after: a node may be frozen while it waits for the answer
        left = await ours(self.db, [claimed for claimed, _ in batch.values()])
        gone_s = self.clock.monotonic() - asked
        lost = [each for each in batch.values() if each[0].attempt not in left]
        await self._record([_answer(each, unsaid.lost()) for each in lost])
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


def _answer(taken: tuple[Claimed, Rendered], receipt: Receipt) -> Answer:
    claimed, rendered = taken
    return Answer(claimed, rendered.level, receipt)
