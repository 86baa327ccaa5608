"""Redial: a call that nobody answered is made again after a pause, a few times, while the message may still be said.

The word comes late, by the provider's callback: the try was accepted, and stays so; the delivery waits again. A word about a
try that is not the last one any more moves nothing, so that one told twice never rings twice.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from alertd.deliver.claim import shift
from alertd.deliver.retry import Step, redial
from alertd.deliver.tallies import Entries
from alertd.keys import Keyring, delivery_key
from alertd.model import State
from alertd.settings.sections import Sending
from alertd.store import Row, Transaction
from gateways.contract import Outcome, Receipt

Words = Mapping[tuple[str, int], Mapping[int, Receipt]]
"""The newest such word by gateway and message, then by endpoint."""


async def again(
    tx: Transaction,
    entries: Entries,
    keyring: Keyring,
    words: Iterable[tuple[str, Receipt]],
    sending: Sending,
) -> None:
    """Take late words (gateway, receipt) of outcome `retry` into account; others are not looked at."""
    for (gateway, message_id), said in sorted(_by_message(keyring, words).items()):
        for code, references in _by_code(said).items():
            await tx.execute("redials.close", message_id, references, gateway, code)
        rows = await tx.fetch("redials.standing", message_id, _references(said), gateway)
        steps = _steps(rows, said, sending)
        for (before, step), moving in steps.items():
            await shift(tx, entries, moving, before, step.state, step.due_at, step.reason)
        if any(step.state is State.WAITING for _, step in steps):
            await tx.execute("messages.reopen", message_id)


def _by_message(keyring: Keyring, words: Iterable[tuple[str, Receipt]]) -> Words:
    found: dict[tuple[str, int], dict[int, Receipt]] = defaultdict(dict)
    for gateway, receipt in words:
        for number in keyring.numbers(receipt.reference) if receipt.outcome is Outcome.RETRY else ():
            message_id, endpoint_id = delivery_key(number)
            found[gateway, message_id][endpoint_id] = receipt
    return found


def _by_code(said: Mapping[int, Receipt]) -> dict[str, str]:
    groups: dict[str, dict[int, Receipt]] = defaultdict(dict)
    for endpoint_id, receipt in said.items():
        groups[receipt.code[:60]][endpoint_id] = receipt
    return {code: _references(group) for code, group in groups.items()}


def _references(said: Mapping[int, Receipt]) -> str:
    return json.dumps({endpoint: receipt.provider_ref[:200] for endpoint, receipt in sorted(said.items())})


def _steps(
    rows: Sequence[Row], said: Mapping[int, Receipt], sending: Sending
) -> dict[tuple[State, Step], list[Row]]:
    steps: dict[tuple[State, Step], list[Row]] = defaultdict(list)
    for row in rows:
        until = 0 if row["superseded_at"] is not None else row["deliver_by"]
        code = said[row["endpoint_id"]].code
        step = redial(code, rung=row["rung"], now=row["now"], until=until, sending=sending)
        steps[State(row["state"]), step].append(row)
    return steps
