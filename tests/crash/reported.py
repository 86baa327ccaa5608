"""Books against the ledger of a provider that reports later: what it said last, and highest, is what the books say."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from crash.books import Books
from crash.house import SLICE, WORKERS, Line

from alertd.deliver.lattice import RANK
from alertd.deliver.retry import FINAL
from alertd.model import State
from gateways.contract import Outcome

NO_ANSWER = {"500", "drop", "hang"}


def compare(
    books: Books,
    ledger: Sequence[Line],
    words: AbstractSet[tuple[str, str]],
    *,
    danger: bool,
    kills: int = 0,
    calling: AbstractSet[int] = frozenset(),
) -> None:
    """Nothing lost, doubles for danger alone and in doubt alone, nothing too late; doubts are where no answer was, or where
    a node that was killed was calling; and of all that was said of a delivery the highest is its state.
    """
    taken = Counter(line.reference for line in ledger)
    assert set(taken) <= set(books.deliveries), "the provider was given something that no book knows"
    in_doubt = {one.reference for one in books.deliveries.values() if "unknown" in one.outcomes}
    assert set(books.deliveries) - set(taken) <= books.of(State.REFUSED) | in_doubt, "lost"
    assert all(line.at <= books.deliver_by for line in ledger), "sent after deliver_by"
    assert all(None not in one.outcomes for one in books.deliveries.values()), "an attempt was left open"
    assert max(taken.values()) <= (2 if danger else 1), "sent again"
    assert all(books.deliveries[one].doubtful for one, n in taken.items() if n > 1), (
        "sent again without a doubt"
    )
    at_kills = in_doubt - {line.reference for line in ledger if line.answer in NO_ANSWER}
    assert {books.deliveries[one].endpoint for one in at_kills} <= calling, (
        "in doubt, and was not being called"
    )
    assert len(at_kills) <= kills * SLICE * WORKERS
    _highest(books, {line.reference for line in ledger if line.answer == "200"}, in_doubt, words)


def _highest(
    books: Books,
    answered: AbstractSet[str],
    in_doubt: AbstractSet[str],
    words: AbstractSet[tuple[str, str]],
) -> None:
    """A 200 that nobody lived to write down is no word; a report is, however often it must be brought."""
    said: dict[str, set[State]] = {reference: set() for reference in books.deliveries}
    for reference in answered - in_doubt:
        said[reference].add(State.ACCEPTED)
    for reference, word in words:
        said[reference].add(FINAL[Outcome(word)])
    expected = {reference: max(states, key=RANK.__getitem__) for reference, states in said.items() if states}
    assert {one: books.deliveries[one].state for one in expected} == expected, "not the highest word"
    unheard = {one: books.deliveries[one].state for one in said.keys() - expected.keys()}
    refused = books.of(State.REFUSED)
    assert {one for one, state in unheard.items() if state is State.ACCEPTED} <= answered
    assert set(unheard.values()) <= {State.REFUSED, State.UNKNOWN, State.ACCEPTED}, "settled by nobody's word"
    assert not refused & answered - {reference for reference, _ in words}, "refused, and taken all the same"
