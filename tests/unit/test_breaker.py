"""A breaker opens on a rate of errors, closes on probes, and does not flap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.clock import MINUTE, SECOND
from alertd.deliver.breaker import (
    ENOUGH,
    LASTING,
    MOST_PATIENCE_MS,
    PATIENCE_MS,
    RELAPSE_MS,
    WINDOW_MS,
    Breaker,
    is_failure,
)
from gateways.contract import Credit, Outcome, Receipt, Trouble

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


def test_half_of_the_answers_failing_opens_it_and_fewer_do_not():
    """A gateway that loses every second message is down; one that loses four in ten is not."""
    assert heard(Breaker(), [GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, DEAD, DEAD, DEAD, DEAD]).closed
    assert not heard(Breaker(), [GOOD, GOOD, GOOD, DEAD, DEAD, DEAD]).closed


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


def test_its_patience_grows_no_longer_than_ten_minutes():
    """However often a gateway relapses, it is back at most ten minutes after it works again."""
    breaker, now = Breaker(), 0
    for _ in range(8):
        heard(breaker, [DEAD] * ENOUGH, start=now, every=0)
        began = now + SECOND
        now = probed_until_closed(breaker, began)
        assert now - began <= MOST_PATIENCE_MS
    assert now - began == MOST_PATIENCE_MS


def test_what_failed_before_it_closed_is_not_held_against_it():
    """Once probes have closed it, the errors for which it opened are forgotten: one more alone does not open it."""
    breaker = heard(Breaker(), [DEAD] * ENOUGH, every=0)
    back = probed_until_closed(breaker, 0)
    assert back < WINDOW_MS
    assert heard(breaker, [DEAD], start=back + SECOND).closed


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


@pytest.mark.parametrize("trouble", sorted(LASTING))
def test_what_only_a_person_can_mend_opens_it_at_once(trouble):
    """One answer is enough, and says why; a line that breaks is no such thing."""
    breaker = heard(Breaker(), [Receipt("r", Outcome.RETRY, trouble=trouble)])
    assert (breaker.closed, breaker.reason, breaker.lasting) == (False, trouble.value, True)
    assert not opened().lasting


def test_a_sender_refused_for_one_number_stops_nobody_while_others_pass():
    """Among messages that pass it takes five in a row: a foreign number alone must not silence a commune."""
    refused = Receipt("r", Outcome.RETRY, trouble=Trouble.SENDER)
    assert heard(Breaker(), [GOOD] * 20 + [refused] * (ENOUGH - 1) + [GOOD]).closed
    assert not heard(Breaker(), [GOOD] * 20 + [refused] * ENOUGH).closed


def test_a_host_is_not_left_for_one_reader_whose_subscription_is_not_ours():
    """Where a lasting trouble may be one reader's own, the rate decides."""
    refused = Receipt("r", Outcome.RETRY, trouble=Trouble.CREDENTIALS)
    assert heard(Breaker(at_once=False), [GOOD] * 10 + [refused] * ENOUGH).closed


def test_nothing_is_said_until_a_probe_is_good():
    """Open for its keys it is stopped; a good probe lets it be tried where there is no other, a bad one makes it certain."""
    breaker = heard(Breaker(), [Receipt("r", Outcome.RETRY, trouble=Trouble.CREDENTIALS)])
    assert (breaker.stopped, breaker.certain) == (True, False)
    breaker.probed(GOOD, SECOND)
    assert (breaker.stopped, breaker.certain) == (False, False)
    breaker.probed(DEAD, 2 * SECOND)
    assert (breaker.stopped, breaker.certain, breaker.reason) == (True, True, "credentials")


def test_what_a_probe_said_of_an_earlier_failure_makes_the_next_no_surer():
    """Long after it was well again, one refusal of its keys is one answer again: a probe is to say the same first."""
    refused = Receipt("r", Outcome.RETRY, trouble=Trouble.CREDENTIALS)
    breaker = heard(Breaker(), [refused])
    breaker.probed(refused, SECOND)
    later = probed_until_closed(breaker, 2 * SECOND) + RELAPSE_MS
    heard(breaker, [refused], start=later)
    assert (breaker.stopped, breaker.certain) == (True, False)


def test_keys_that_are_refused_again_soon_after_are_certain():
    """A lasting trouble that comes back within minutes needs no probe to be believed."""
    refused = Receipt("r", Outcome.RETRY, trouble=Trouble.CREDENTIALS)
    breaker = heard(Breaker(), [refused])
    back = probed_until_closed(breaker, SECOND)
    heard(breaker, [refused], start=back + SECOND)
    assert breaker.certain


def test_a_refused_sender_is_not_believed_well_on_a_probe_s_word():
    """Few probes speak as the sender: it stays stopped until the breaker closes."""
    breaker = heard(Breaker(), [Receipt("r", Outcome.RETRY, trouble=Trouble.SENDER)])
    breaker.probed(GOOD, SECOND)
    assert (breaker.stopped, breaker.certain) == (True, True)


def test_a_probe_tells_what_is_really_the_matter():
    """A line that broke because the certificate had run out is told as what it is."""
    breaker = opened()
    breaker.probed(Receipt("r", Outcome.RETRY, trouble=Trouble.TLS), SECOND)
    assert (breaker.reason, breaker.certain) == ("tls", True)


def test_a_credit_that_is_low_and_not_gone_stops_nobody():
    """After a broken line the last forty credits still carry an alert: what is below a floor is told, and not stopped."""
    low = Receipt("", Outcome.RETRY, trouble=Trouble.CREDIT, credit=Credit(40, "credits"))
    breaker = opened()
    breaker.probed(low, SECOND)
    assert (breaker.stopped, breaker.certain) == (False, False)
    breaker.probed(low._replace(credit=Credit(0, "credits")), 2 * SECOND)
    assert (breaker.stopped, breaker.reason) == (True, "credit")


def test_keys_refused_for_some_while_others_pass_are_asked_about():
    """A key at Apple that has lapsed must not silence every other telephone: it is suspect, and a probe decides."""
    refused = Receipt("r", Outcome.RETRY, trouble=Trouble.CREDENTIALS)
    breaker = heard(Breaker(), [GOOD] * 20 + [refused] * ENOUGH)
    assert (breaker.closed, breaker.suspect) == (True, True)
    assert not heard(Breaker(), [GOOD] * 20).suspect
