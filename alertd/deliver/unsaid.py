"""Answers and receipts of our own, where no provider said a word: nothing left, or nobody knows."""

from alertd.deliver.claimed import Claimed
from alertd.deliver.record import Answer
from alertd.model import Level
from gateways.contract import Outcome, Receipt, Trouble


def unsayable(claimed: Claimed, code: str) -> Answer:
    """It cannot be put in words, or its address cannot be read."""
    return Answer(claimed, Level.INFO, Receipt("", Outcome.FAILED, code=code))


def lost() -> Receipt:
    """Another node took it while this one was silent."""
    return Receipt("", Outcome.RETRY, code="not_ours")


def unspoken() -> Receipt:
    """The gateway never drew it."""
    return Receipt("", Outcome.RETRY, code="not_spoken", trouble=Trouble.PROVIDER)


def silence() -> Receipt:
    """The gateway drew it, and never said what became of it."""
    return Receipt("", Outcome.UNKNOWN, code="no_receipt")
