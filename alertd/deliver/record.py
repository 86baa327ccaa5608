"""Record: receipts become rows, a slice at a time, one transaction each."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from alertd.deliver import endpoints, provider_names, silence
from alertd.deliver.claim import Attempt, Claimed
from alertd.deliver.lattice import below
from alertd.deliver.retry import FINAL, LAST, Step, last_step, next_step
from alertd.deliver.tallies import Entries
from alertd.model import Channel, Level, State
from alertd.settings.sections import Sending
from alertd.store import Database, Transaction
from gateways.contract import Outcome, Receipt


class Answer(NamedTuple):
    """What one attempt came to."""

    claimed: Claimed
    level: Level
    receipt: Receipt


async def record(db: Database, answers: Sequence[Answer], node_id: int, sending: Sending) -> None:
    """Close the attempts and move the deliveries on, in a transaction of their own."""
    async with db.transaction() as tx:
        entries = Entries(node_id)
        await note(tx, entries, answers, sending)
        await entries.write(tx)


def plain(answers: Sequence[Answer], message_id: int) -> bool:
    """Whether a claim of more of that message may record them: all accepted, and of it. Nothing else is touched then for
    which somebody may wait who waits for the claim, and no delivery of it stands behind one of these.
    """
    return all(
        receipt.outcome is Outcome.ACCEPTED and claimed.message_id == message_id and not claimed.silence
        for claimed, _, receipt in answers
    )


async def note(tx: Transaction, entries: Entries, answers: Sequence[Answer], sending: Sending) -> None:
    """The same in a transaction that there is. What someone else settled meanwhile is left as it is, except that a late word
    about an `unknown` still counts.
    """
    last = [answer for answer in answers if answer.receipt.outcome in FINAL]
    others = [answer for answer in answers if answer.receipt.outcome not in FINAL]
    await provider_names.keep(tx, _named(last))
    await _settle(tx, entries, last)
    if others:
        await _postpone(tx, entries, others, sending)
    if heard := [_heard(answer) for answer in last if answer.claimed.silence]:
        await silence.hear(tx, entries, heard)
    await endpoints.mark(tx, _words(answers))


async def _settle(tx: Transaction, entries: Entries, answers: Sequence[Answer]) -> None:
    """Every provider's last word counts, also where a receipt came first: rank decides."""
    missed = 0
    for (message_id, ordinal, outcome, code), references in _said(answers).items():
        terms = (message_id, ordinal, json.dumps(references), outcome, code)
        missed += len(references) - await tx.execute("attempts.settle", *terms)
    if missed:
        answers = await _not_outrun(tx, answers)
    steps: dict[Step, list[Claimed]] = defaultdict(list)
    for (outcome, code), said in _alike(answers).items():
        steps[last_step(outcome, code)] += said
    for step, stepping in steps.items():
        await _move(tx, entries, step, stepping)


async def _postpone(tx: Transaction, entries: Entries, answers: Sequence[Answer], sending: Sending) -> None:
    """What may be tried again, if its attempt was open, or unknown: a retry told again, because nobody heard that it was
    committed, must not touch the attempt that followed.
    """
    now = int((await tx.fetch("nodes.clock"))[0]["now"])
    unknowns = await _unknowns(tx, answers)
    closed = await _close(tx, answers)
    answers = [answer for answer in answers if answer.claimed.attempt in closed]
    for step, stepping in _steps(answers, unknowns, now, sending).items():
        await _move(tx, entries, step, stepping)


async def _not_outrun(tx: Transaction, answers: Sequence[Answer]) -> Sequence[Answer]:
    """All but those that were accepted, as is told now, and then not answered, as was told before: they wait to be made again."""
    late = defaultdict[int, list[int]](list)
    for answer in answers:
        if answer.receipt.outcome is Outcome.ACCEPTED:
            late[answer.claimed.message_id].append(answer.claimed.endpoint_id)
    told: set[Attempt] = set()
    for message_id, endpoint_ids in late.items():
        rows = await tx.fetch("redials.told", message_id, json.dumps(endpoint_ids))
        told.update((message_id, row["endpoint_id"], row["ordinal"]) for row in rows)
    return [
        answer
        for answer in answers
        if answer.receipt.outcome is not Outcome.ACCEPTED or answer.claimed.attempt not in told
    ]


def _alike(answers: Sequence[Answer]) -> dict[tuple[Outcome, str], list[Claimed]]:
    said: dict[tuple[Outcome, str], list[Claimed]] = defaultdict(list)
    for answer in answers:
        said[answer.receipt.outcome, answer.receipt.code].append(answer.claimed)
    return said


async def _close(tx: Transaction, answers: Sequence[Answer]) -> set[Attempt]:
    """The attempts among these that were open, or unknown, and now are closed."""
    closed: set[Attempt] = set()
    for (message_id, ordinal, outcome, code), references in _said(answers).items():
        rows = await tx.fetch("attempts.close", message_id, ordinal, json.dumps(references), outcome, code)
        closed.update((message_id, row["endpoint_id"], ordinal) for row in rows)
    return closed


def _said(answers: Sequence[Answer]) -> dict[tuple[int, int, str, str], dict[int, str]]:
    """The provider's references by endpoint, of those who were told the same: (message, ordinal, outcome, code)."""
    groups: dict[tuple[int, int, str, str], dict[int, str]] = defaultdict(dict)
    for claimed, _, receipt in answers:
        key = (claimed.message_id, claimed.ordinal, receipt.outcome.value, receipt.code[:60])
        groups[key][claimed.endpoint_id] = receipt.provider_ref[:200]
    return groups


async def _unknowns(tx: Transaction, answers: Sequence[Answer]) -> dict[tuple[int, int], int]:
    """How often each danger delivery that met silence now had met it before; asked only when there is one."""
    silent: dict[int, list[int]] = defaultdict(list)
    for answer in answers:
        if answer.receipt.outcome is Outcome.UNKNOWN and answer.level is Level.DANGER:
            silent[answer.claimed.message_id].append(answer.claimed.endpoint_id)
    counts = {}
    for message_id, endpoint_ids in silent.items():
        for row in await tx.fetch("attempts.unknowns", message_id, json.dumps(endpoint_ids)):
            counts[message_id, row["endpoint_id"]] = row["n"]
    return counts


def _steps(
    answers: Sequence[Answer], unknowns: dict[tuple[int, int], int], now: int, sending: Sending
) -> dict[Step, list[Claimed]]:
    steps: dict[Step, list[Claimed]] = defaultdict(list)
    for answer in answers:
        claimed = answer.claimed
        step = next_step(
            answer.receipt,
            level=answer.level,
            tries=claimed.ordinal,
            unknowns=unknowns.get((claimed.message_id, claimed.endpoint_id), 0),
            now=now,
            sending=sending,
        )
        steps[step].append(claimed)
    return steps


async def _move(tx: Transaction, entries: Entries, step: Step, stepping: Sequence[Claimed]) -> None:
    groups: dict[tuple[int, int], list[Claimed]] = defaultdict(list)
    for claimed in stepping:
        groups[claimed.message_id, claimed.channel].append(claimed)
    for (message_id, _), group in groups.items():
        keys = json.dumps([claimed.endpoint_id for claimed in group])
        left = len(group)
        for before in below(step.state):
            if left:  # else: a receipt may have come first; a word lowers nothing, and is not lost
                n = await _change(tx, message_id, keys, before, step)
                entries.move(message_id, group[0].channel, before, step.state, n)
                left -= n
        if step.state is State.WAITING:
            await tx.execute("messages.reopen", message_id)


async def _change(tx: Transaction, message_id: int, keys: str, before: State, step: Step) -> int:
    """How many were in that state, and have moved on."""
    if step.state in LAST:
        return await tx.execute("deliveries.settle", message_id, keys, before, step.state, step.reason)
    return await tx.execute("deliveries.move", message_id, keys, before, step.state, step.due_at, step.reason)


def _named(answers: Sequence[Answer]) -> list[tuple[Attempt, Receipt]]:
    return [(answer.claimed.attempt, answer.receipt) for answer in answers if answer.receipt.names]


def _heard(answer: Answer) -> tuple[int, int, Channel, Outcome]:
    claimed = answer.claimed
    return claimed.message_id, claimed.endpoint_id, claimed.channel, answer.receipt.outcome


def _words(answers: Sequence[Answer]) -> list[tuple[int, Outcome]]:
    """Of endpoints; of one that was greeted before, that a provider took one more message is no news."""
    return [
        (answer.claimed.endpoint_id, answer.receipt.outcome)
        for answer in answers
        if not (answer.claimed.greeted and answer.receipt.outcome is Outcome.ACCEPTED)
    ]
