"""What a receipt makes of a delivery: one pure function, so that every case can be read at once."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alertd.clock import FOREVER, SECOND
from alertd.model import Level, State
from alertd.settings.sections import Sending
from gateways.contract import Outcome, Receipt

FINAL: Final[Mapping[Outcome, State]] = {
    Outcome.ACCEPTED: State.ACCEPTED,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.SEEN: State.SEEN,
    Outcome.REFUSED: State.REFUSED,
    Outcome.STOPPED: State.STOPPED,
    Outcome.FAILED: State.FAILED,
}
"""Words after which nothing is tried any more."""

LAST: Final = frozenset(FINAL.values())
_REASONED: Final = {Outcome.REFUSED, Outcome.STOPPED, Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class Step:
    """The delivery's next state, when it is due again (UTC ms), and why in a word."""

    state: State
    due_at: int = FOREVER
    reason: str | None = None


def next_step(
    receipt: Receipt, *, level: Level, tries: int, unknowns: int, now: int, sending: Sending
) -> Step:
    """After the `tries`th attempt ended so; `unknowns` counts earlier attempts that met silence.

    No byte written is a retry at every level, until `deliver_by` ends it (the claim sees to that). An unknown is
    sent again for danger only, and once; a warning's is looked at again after as long (`alertd.deliver.unknowns`).
    """
    outcome = receipt.outcome
    if outcome in FINAL:
        return last_step(outcome, receipt.code)
    if outcome is Outcome.UNKNOWN:
        return _unknown(level, unknowns, now, sending)
    return Step(State.WAITING, now + back_off_ms(receipt, tries, sending), receipt.code[:60] or None)


def last_step(outcome: Outcome, code: str) -> Step:
    """After a word in FINAL; those about which a person will ask keep the provider's own."""
    return Step(FINAL[outcome], reason=code[:60] if outcome in _REASONED else None)


def redial(code: str, *, rung: int, now: int, until: int, sending: Sending) -> Step:
    """After a provider's late word that nobody answered the `rung`th call: another one, as long as there may be one and it
    may begin before `until` (UTC ms). Else it failed, and `code` says why.
    """
    due_at = now + sending.redial_after_s * SECOND
    if rung <= sending.redials and due_at < until:
        return Step(State.WAITING, due_at, code[:60])
    return Step(State.FAILED, reason=code[:60])


def back_off_ms(receipt: Receipt, tries: int, sending: Sending) -> int:
    """Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), never sooner than asked."""
    ceiling = min(sending.retry_cap_s, sending.retry_base_s * 2 ** min(tries, 20))
    jitter = random.uniform(0, ceiling)  # noqa: S311 - spreads load, guards nothing
    return round(max(jitter, receipt.retry_after_s or 0.0, 0.05) * SECOND)


def _unknown(level: Level, unknowns: int, now: int, sending: Sending) -> Step:
    if level is not Level.INFO and unknowns == 0:
        return Step(State.UNKNOWN, now + round(sending.resend_unknown_danger_s * SECOND))
    return Step(State.UNKNOWN)
