"""Providers' own names for our messages: those whose reports bear no reference of ours (SMPP) are found by them.

A message of several segments has a name for each. It is delivered when all of them are, and not when any of them failed.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY
from alertd.deliver.claimed import Attempt
from alertd.deliver.lattice import RANK, Word, rises
from alertd.deliver.retry import FINAL
from alertd.keys import Keyring, delivery_number
from alertd.model import State
from alertd.store import Database, Transaction
from gateways.contract import Outcome, Receipt

KEPT: Final = 30 * DAY
PURGES: Final = 100
"""Slices of a thousand that one purge drops at most."""

_FAILED: Final = frozenset({State.FAILED, State.REFUSED, State.STOPPED})


@dataclass(frozen=True, slots=True)
class Named:
    """Whose a name is, and how it stands; `parts` are the names of its attempt."""

    attempt: Attempt
    parts: int
    state: State


async def keep(tx: Transaction, given: Iterable[tuple[Attempt, Receipt]]) -> None:
    """Remember what a provider calls the attempts that it accepted; before their rows are touched, as `ours` does."""
    groups: dict[tuple[int, int, int], dict[str, int]] = defaultdict(dict)
    for (message_id, endpoint_id, ordinal), receipt in given:
        names = {name for name in receipt.names if name.isprintable()}
        for name in names:
            groups[message_id, ordinal, len(names)][name[:200]] = endpoint_id
    for (message_id, ordinal, parts), whose in sorted(groups.items()):
        listed = json.dumps(dict(sorted(whose.items())))
        await tx.execute("provider_names.keep", message_id, ordinal, listed, parts, State.ACCEPTED)


async def ours(
    tx: Transaction, keyring: Keyring, words: Sequence[Word]
) -> tuple[list[Word], frozenset[Word]]:
    """The words with our own references; and those of them whose names nobody knows, yet or at all."""
    by_name = [word for word in words if _is_by_name(word[1])]
    if not by_name:
        return list(words), frozenset()
    known = await _find(tx, by_name)
    placed = [(word, known[word[0], word[1].provider_ref]) for word in by_name if _key(word) in known]
    await _raise(tx, known, by_name)
    whole = await _whole(tx, [named for _, named in placed])
    said = [word for word in words if not _is_by_name(word[1])]
    for (gateway, receipt), named in placed:
        outcome = receipt.outcome if named.parts == 1 else whole[named.attempt]
        reference = keyring.code(delivery_number(*named.attempt[:2]))
        # The attempt keeps the name by which it was accepted: a segment's would stand for the whole.
        said.append((gateway, receipt._replace(reference=reference, outcome=outcome, provider_ref="")))
    return said, frozenset(word for word in by_name if _key(word) not in known)


async def purge(db: Database, now_ms: int) -> None:
    """Forget names that were given more than 30 days ago."""
    for _ in range(PURGES):
        async with db.transaction() as tx:
            if not await tx.execute("provider_names.purge", now_ms - KEPT):
                return


def _is_by_name(receipt: Receipt) -> bool:
    return not receipt.reference and bool(receipt.provider_ref) and receipt.outcome in FINAL


def _key(word: Word) -> tuple[str, str]:
    return word[0], word[1].provider_ref


async def _find(tx: Transaction, words: Iterable[Word]) -> dict[tuple[str, str], Named]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for gateway, receipt in words:
        if receipt.provider_ref.isprintable():
            wanted[gateway].add(receipt.provider_ref)
    found = {}
    for gateway, names in wanted.items():
        for row in await tx.fetch("provider_names.find", gateway, json.dumps(sorted(names))):
            attempt = row["message_id"], row["endpoint_id"], row["ordinal"]
            found[gateway, row["name"]] = Named(attempt, row["parts"], State(row["state"]))
    return found


async def _raise(tx: Transaction, known: Mapping[tuple[str, str], Named], words: Iterable[Word]) -> None:
    """One segment's highest word, of messages of several; in the order of their names, as `keep` takes them."""
    states: dict[tuple[str, str], State] = {}
    for word in words:
        named = known.get(_key(word))
        if named is not None and named.parts > 1:
            before = states.get(_key(word), named.state)
            states[_key(word)] = rises(before, word[1].outcome) or before
    risen = [(*key, int(state)) for key, state in sorted(states.items()) if state is not known[key].state]
    await tx.execute_many("provider_names.raise", risen)


async def _whole(tx: Transaction, placed: Iterable[Named]) -> dict[Attempt, Outcome]:
    """What the segments' words make of each message of several."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for named in placed:
        if named.parts > 1:
            wanted[named.attempt[0]].add(named.attempt[1])
    states: dict[tuple[Attempt, int], list[State]] = defaultdict(list)
    for message_id, endpoint_ids in sorted(wanted.items()):
        for row in await tx.fetch("provider_names.several", message_id, json.dumps(sorted(endpoint_ids))):
            attempt = message_id, row["endpoint_id"], row["ordinal"]
            states[attempt, row["parts"]].append(State(row["state"]))
    return {attempt: _sum(standing, parts) for (attempt, parts), standing in states.items()}


def _sum(states: Sequence[State], parts: int) -> Outcome:
    """One segment that failed is enough: a telephone shows nothing until it has all."""
    if failed := [state for state in states if state in _FAILED]:
        return Outcome(max(failed, key=RANK.__getitem__).word)
    arrived = len(states) == parts and all(RANK[state] >= RANK[State.DELIVERED] for state in states)
    return Outcome.DELIVERED if arrived else Outcome.ACCEPTED
