"""A breaker opens on a rate of errors, closes on probes, and does not flap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.clock import MINUTE, SECOND
from alertd.deliver.breaker import ENOUGH, PATIENCE_MS, RELAPSE_MS, WINDOW_MS, Breaker, is_failure
from gateways.contract import Outcome, Receipt, Trouble

GOOD = Receipt("r", Outcome.ACCEPTED)
REFUSED = Receipt("r", Outcome.REFUSED)
DEAD = Receipt("r", Outcome.RETRY, trouble=Trouble.CONNECTION)
SILENT = Receipt("r", Outcome.UNKNOWN)
BUSY = Receipt("r", Outcome.THROTTLED, trouble=Trouble.QUOTA)


def heard(breaker, receipts, start=0, every=SECOND // 10):
    """The breaker after these answers, a tenth of a second apart."""
    for n, receipt in enumerate(receipts):
        breaker.hear(receipt, start + n * every)
    return breaker


def opened():
    """An open breaker, at time 0."""
    return heard(Breaker(), [DEAD] * ENOUGH, every=0)


def probed_until_closed(breaker, start):
    """When good probes, one a second, closed it."""
    for second in range(3600):
        if breaker.probed(GOOD, start + second * SECOND):
            return start + second * SECOND
    raise AssertionError("never closed")


def test_one_error_does_not_open_it():
    """One error among good answers, or alone, moves nothing."""
    assert heard(Breaker(), [DEAD]).closed
    assert heard(Breaker(), [GOOD] * 10 + [DEAD] + [GOOD] * 10).closed


@pytest.mark.parametrize("failure", [DEAD, SILENT])
def test_a_dead_provider_opens_it_within_a_few_answers(failure):
    """When nothing gets through, five answers are enough."""
    assert heard(Breaker(), [failure] * (ENOUGH - 1)).closed
    assert not heard(Breaker(), [failure] * ENOUGH).closed


def test_a_slow_world_does_not_open_it():
    """Good answers a minute apart are good answers."""
    assert heard(Breaker(), [GOOD] * 50, every=MINUTE).closed


def test_what_is_said_about_an_address_is_an_answer():
    """A provider that refuses addresses all day works."""
    assert heard(Breaker(), [REFUSED] * 50).closed
    assert is_failure(REFUSED) is False


def test_a_provider_that_asks_for_less_is_not_left():
    """Throttling is paced, not failed over."""
    assert heard(Breaker(), [BUSY] * 50).closed
    assert is_failure(BUSY) is None


def test_old_errors_are_forgotten():
    """Errors older than the window do not add up with new ones."""
    breaker = heard(Breaker(), [DEAD] * (ENOUGH - 1))
    assert heard(breaker, [DEAD], start=WINDOW_MS * 2).closed


def test_it_closes_after_probes_have_been_good_for_its_patience():
    """It comes back by itself, not at the first good probe."""
    breaker = opened()
    assert not breaker.probed(GOOD, SECOND)
    assert breaker.probed(GOOD, SECOND + PATIENCE_MS)
    assert breaker.closed


def test_a_bad_probe_starts_the_wait_again():
    """Good probes count only in a row."""
    breaker = opened()
    breaker.probed(GOOD, SECOND)
    breaker.probed(DEAD, 2 * SECOND)
    assert not breaker.probed(GOOD, SECOND + PATIENCE_MS)
    assert breaker.probed(GOOD, SECOND + 2 * PATIENCE_MS)


def test_a_relapse_doubles_its_patience():
    """A gateway that fails again soon after coming back is trusted less quickly; one that held is forgiven."""
    breaker = opened()
    back = probed_until_closed(breaker, SECOND)
    heard(breaker, [DEAD] * ENOUGH, start=back + SECOND, every=0)
    again = probed_until_closed(breaker, back + SECOND)
    assert again - back - SECOND == 2 * PATIENCE_MS
    later = again + RELAPSE_MS
    heard(breaker, [DEAD] * ENOUGH, start=later, every=0)
    assert probed_until_closed(breaker, later) - later == PATIENCE_MS


@given(st.lists(st.sampled_from([GOOD, DEAD, SILENT, BUSY, REFUSED]), max_size=300))
def test_it_never_changes_more_than_once_in_its_patience(answers):
    """Whatever comes, with a probe after every answer, two changes to open are a patience apart: it cannot flap."""
    breaker, openings = Breaker(), []
    for n, answer in enumerate(answers):
        now = n * SECOND
        if breaker.hear(answer, now):
            openings.append(now)
        breaker.probed(GOOD, now)
    assert all(later - earlier >= PATIENCE_MS for earlier, later in pairwise(openings))
