"""Pace: one model paces the senders, and says in the preview when people are reached."""

import pytest

from alertd.clock import SetClock
from alertd.deliver.pace import Bucket, Load, forecast


def test_a_forecast_without_people_says_nothing():
    """Nobody is reached at no time."""
    assert forecast([]) == forecast([Load(0, 5, 1.0, 1)])
    assert forecast([]).first_s is None


def test_a_forecast_is_that_of_its_slowest_sender():
    """Two senders at once: the first by the faster, the last by the slower, the half where their sum is half."""
    when = forecast([Load(100, 0, 10.0, 1), Load(100, 0, 1.0, 1)])
    assert (when.first_s, when.last_s) == pytest.approx((0.0, 99.0))
    assert when.half_s == pytest.approx(98 / 11, abs=0.01)


def test_a_burst_leaves_at_once():
    """Fifty units may leave after a pause: fifty are there at once, the next fifty at ten a second."""
    assert forecast([Load(50, 0, 10.0, 50)]).last_s == 0
    assert forecast([Load(100, 0, 10.0, 50)]).last_s == pytest.approx(5)


def test_an_unlimited_sender_is_not_instantaneous():
    """A thousand a second is what one node was seen to do at least."""
    assert forecast([Load(30_000, 0, None, 1)]).last_s == pytest.approx(30, abs=0.01)


def test_a_backlog_is_waited_for():
    """Three hundred ahead at ten a second: half a minute."""
    when = forecast([Load(10, 300, 10.0, 1)])
    assert (when.first_s, when.last_s) == pytest.approx((30, 30.9))


def test_the_bucket_keeps_the_pace_that_the_forecast_promised():
    """A unit a second, three at once after a pause; a debt is waited out; silence asked for is kept."""
    clock = SetClock(0)
    bucket = Bucket(clock, 1.0, 3)
    assert (bucket.room(10), bucket.wait_s()) == (0, 1.0)
    clock.advance(60_000)
    assert bucket.room(10) == 3
    bucket.charge(5)
    assert (bucket.room(10), bucket.wait_s()) == (0, 3.0)
    bucket.hush(30)
    clock.advance(30_000)
    assert (bucket.room(10), bucket.wait_s()) == (0, 1.0)


def test_an_unlimited_bucket_can_be_hushed():
    """Without a rate everything may leave, unless the provider asked for silence."""
    clock = SetClock(0)
    bucket = Bucket(clock, None, 1)
    assert (bucket.room(500), bucket.wait_s()) == (500, 0)
    bucket.hush(5)
    assert (bucket.room(500), bucket.wait_s()) == (0, 5)
    clock.advance(4_000)
    assert (bucket.room(500), bucket.wait_s()) == (0, 1)
    clock.advance(1_000)
    assert (bucket.room(500), bucket.wait_s()) == (500, 0)


@pytest.mark.parametrize("rate", [None, 1.0])
def test_a_shorter_silence_does_not_shorten_a_longer_one(rate):
    """Asked for a minute, then for ten seconds: the minute stands."""
    clock = SetClock(0)
    bucket = Bucket(clock, rate, 3)
    bucket.hush(60)
    bucket.hush(10)
    clock.advance(59_000)
    assert bucket.room(10) == 0


def test_whoever_begins_with_more_than_there_was_gains_nothing():
    """A level that was kept with the lease only lowers what is there."""
    bucket = Bucket(SetClock(0), 1.0, 3)
    bucket.begin(3)
    assert (bucket.room(10), bucket.wait_s()) == (0, 1.0)


def test_a_slice_waits_until_all_of_it_may_leave():
    """Ten a second, ten at once: ten wait for nothing, five behind them half a second."""
    clock = SetClock(0)
    bucket = Bucket(clock, 10.0, 10)
    clock.advance(60_000)
    assert bucket.wait_s(10) == 0.0
    bucket.charge(10)
    assert bucket.wait_s(5) == 0.5


def test_what_leaves_late_has_not_saved_up_for_those_behind_it():
    """Ten a second, ten at once: ten that leave a minute after they might have take all that is there."""
    clock = SetClock(0)
    bucket = Bucket(clock, 10.0, 10)
    bucket.wait_s(10)
    clock.advance(60_000)
    bucket.charge(10)
    assert bucket.wait_s(10) == 1.0


def test_what_is_more_than_a_burst_leaves_together_and_those_behind_it_wait():
    """A text of six segments at one a second cannot be cut: it goes when one may, and the next six seconds later."""
    clock = SetClock(0)
    bucket = Bucket(clock, 1.0, 1)
    clock.advance(60_000)
    assert bucket.wait_s(6) == 0.0
    bucket.charge(6)
    assert bucket.wait_s() == 6.0
