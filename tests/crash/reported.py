"""Books against the ledger of a provider that reports later: what it said last, and highest, is what the books say."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from crash.books import Books, balance
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


def check_correction(
    books: Books, correction: Books, ledger: Sequence[Line], words: AbstractSet[tuple[str, str]]
) -> None:
    """Of a false alert and its correction: who may have had the one is told the other, once, and after it; nobody else is. A word
    counts whenever it comes. Whom the provider has refused or given up may be told or not: it may have said so later.
    """
    each = books.deliveries | correction.deliveries
    assert {line.reference for line in ledger} <= set(each), (
        "the provider was given something that no book knows"
    )
    for book in (books, correction):
        balance(book)
        assert all(None not in one.outcomes for one in book.deliveries.values()), "an attempt was left open"
    said: dict[str, set[State]] = {}
    for reference, word in words:
        said.setdefault(reference, set()).add(FINAL[Outcome(word)])
    highest = {reference: max(states, key=RANK.__getitem__) for reference, states in said.items()}
    assert {one: each[one].state for one in highest} == highest, "not the highest word"
    given_up = {each[one].endpoint for one, states in said.items() if states & {State.FAILED, State.REFUSED}}
    told = {one.endpoint for one in correction.deliveries.values()}
    had = {each[line.reference].endpoint for line in ledger if line.reference in books.deliveries}
    tried = {one.endpoint for one in books.deliveries.values() if one.outcomes}
    assert had - given_up <= told, "who had it is not told that it was false"
    assert told <= tried, "told that something was false which was never said"
    assert len(told - had) <= SLICE * WORKERS, "more than were on the wire"
    _after(books, correction, ledger)


def _after(books: Books, correction: Books, ledger: Sequence[Line]) -> None:
    """Each at most once, but where there was no answer; the correction last."""
    each = books.deliveries | correction.deliveries
    taken = Counter(line.reference for line in ledger)
    assert all(n == 1 or (n == 2 and each[one].doubtful) for one, n in taken.items()), (
        "sent again without a doubt"
    )
    last = {each[line.reference].endpoint: line.at for line in ledger if line.reference in books.deliveries}
    for line in ledger:
        if line.reference in correction.deliveries:
            assert line.at >= last.get(each[line.reference].endpoint, 0), "corrected before it was said"
