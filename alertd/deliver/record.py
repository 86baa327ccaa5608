"""Record: receipts become rows, a slice at a time, one transaction each."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from alertd.deliver import endpoints, provider_names, silence
from alertd.deliver.claimed import Attempt, Claimed
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


class Told(NamedTuple):
    """What several attempts of one message were told alike."""

    message_id: int
    ordinal: int
    outcome: Outcome
    code: str


Said: TypeAlias = dict[Told, list[Answer]]


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
    said = _said(answers)
    last = {word: alike for word, alike in said.items() if word.outcome in FINAL}
    others = {word: alike for word, alike in said.items() if word.outcome not in FINAL}
    await provider_names.keep(tx, _named(last))
    await _settle(tx, entries, last)
    if others:
        await _postpone(tx, entries, others, sending)
    if heard := [_heard(answer) for alike in last.values() for answer in alike if answer.claimed.silence]:
        await silence.hear(tx, entries, heard)
    await endpoints.mark(tx, _words(said))


async def _settle(tx: Transaction, entries: Entries, said: Said) -> None:
    """Every provider's last word counts, also where a receipt came first: rank decides."""
    missed = 0
    for word, alike in said.items():
        missed += len(alike) - await tx.execute("attempts.settle", *_terms(word, alike))
    if missed:
        said = await _not_outrun(tx, said)
    steps: dict[Step, list[Claimed]] = defaultdict(list)
    for word, alike in said.items():
        steps[last_step(word.outcome, word.code)] += [answer.claimed for answer in alike]
    for step, stepping in steps.items():
        await _move(tx, entries, step, stepping)


async def _postpone(tx: Transaction, entries: Entries, said: Said, sending: Sending) -> None:
    """What may be tried again, if its attempt was open, or unknown: a retry told again, because nobody heard that it was
    committed, must not touch the attempt that followed.
    """
    now = int((await tx.fetch("nodes.clock"))[0]["now"])
    answers = [answer for alike in said.values() for answer in alike]
    unknowns = await _unknowns(tx, answers)
    closed = await _close(tx, said)
    answers = [answer for answer in answers if answer.claimed.attempt in closed]
    for step, stepping in _steps(answers, unknowns, now, sending).items():
        await _move(tx, entries, step, stepping)


async def _not_outrun(tx: Transaction, said: Said) -> Said:
    """All but those that were accepted, as is told now, and then not answered, as was told before: they wait to be made again."""
    left = {}
    for word, alike in said.items():
        told: set[Attempt] = set()
        if word.outcome is Outcome.ACCEPTED:
            keys = json.dumps([answer.claimed.endpoint_id for answer in alike])
            rows = await tx.fetch("redials.told", word.message_id, keys)
            told = {(word.message_id, row["endpoint_id"], row["ordinal"]) for row in rows}
        left[word] = [answer for answer in alike if answer.claimed.attempt not in told]
    return left


async def _close(tx: Transaction, said: Said) -> set[Attempt]:
    """The attempts among these that were open, or unknown, and now are closed."""
    closed: set[Attempt] = set()
    for word, alike in said.items():
        rows = await tx.fetch("attempts.close", *_terms(word, alike))
        closed.update((word.message_id, row["endpoint_id"], word.ordinal) for row in rows)
    return closed


def _said(answers: Sequence[Answer]) -> Said:
    said = defaultdict[tuple[int, int, Outcome, str], list[Answer]](list)
    for answer in answers:
        claimed, _, receipt = answer
        said[claimed.message_id, claimed.ordinal, receipt.outcome, receipt.code].append(answer)
    return {Told(*word): alike for word, alike in said.items()}


def _terms(word: Told, alike: Sequence[Answer]) -> tuple[int, int, str, str, str]:
    """What closes their attempts, each with the provider's reference."""
    references = {answer.claimed.endpoint_id: answer.receipt.provider_ref[:200] for answer in alike}
    return word.message_id, word.ordinal, json.dumps(references), word.outcome.value, word.code[:60]


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


def _named(said: Said) -> list[tuple[Attempt, Receipt]]:
    answers = (answer for alike in said.values() for answer in alike)
    return [(answer.claimed.attempt, answer.receipt) for answer in answers if answer.receipt.names]


def _heard(answer: Answer) -> tuple[int, int, Channel, Outcome]:
    claimed = answer.claimed
    return claimed.message_id, claimed.endpoint_id, claimed.channel, answer.receipt.outcome


def _words(said: Said) -> list[tuple[int, Outcome]]:
    """Of endpoints; of one that was greeted before, that a provider took one more message is no news."""
    return [
        (answer.claimed.endpoint_id, word.outcome)
        for word, alike in said.items()
        for answer in alike
        if not (answer.claimed.greeted and word.outcome is Outcome.ACCEPTED)
    ]
