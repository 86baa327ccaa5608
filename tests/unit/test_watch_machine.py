"""What a node sees of its own machine, and when something counts as standing still."""

from email.utils import format_datetime
from typing import NamedTuple

import pytest

from alertd.clock import HOUR, MINUTE, SECOND, SetClock, from_ms
from alertd.deliver.sightings import Seen, Sighting
from alertd.model import Channel, Mode
from alertd.watch.dates import Dates
from alertd.watch.instance import reduced
from alertd.watch.machine import apart, fullest, off_by
from alertd.watch.nouns import Kind
from alertd.watch.still import Stillness
from alertd.watch.timekeeping import Timekeeping


@pytest.mark.parametrize(
    ("share", "was_full", "told"),
    [(0.899, False, False), (0.9, False, True), (0.889, True, True), (0.879, True, False)],
)
def test_a_disk_is_full_from_nine_tenths_and_well_again_below(share, was_full, told):
    """From 90 % on; one that was is until it is below 88 %. The fullest of them is named."""
    causes = list(fullest({"database": share, "spool": 0.1}, "mairie-1", was_full=was_full))
    assert [cause.blanks["holds"] for cause in causes] == ["la base"] * told


def test_a_disk_that_does_not_answer_is_no_cause():
    """Nothing is known of it: nothing is told."""
    assert not list(fullest({}, "mairie-1", was_full=True))


@pytest.mark.parametrize(
    ("theirs", "off", "told"),
    [
        (1_000, 0, False),
        (1_400, 0, False),
        (3_400, 2_000, True),
        (-1_000, -2_000, True),
        (3_000, 1_600, False),
    ],
)
def test_a_clock_is_off_by_what_the_question_cannot_explain(theirs, off, told):
    """Asked at 1,000 and answered at 1,400 ms, what lies between is no difference; from two seconds on it is told."""
    assert apart(1_000, theirs, 1_400) == off
    assert bool(list(off_by(off, "mairie-1"))) is told


def test_still_is_what_shows_the_same_for_as_long():
    """A change begins it anew, and so does a clock that was set back; what was forgotten is new."""
    still = Stillness()
    looks = [(0, "a"), (MINUTE, "a"), (2 * MINUTE, "b"), (3 * MINUTE, "b"), (MINUTE, "b"), (2 * MINUTE, "b")]
    assert [still.for_ms("sms", mark, at) // MINUTE for at, mark in looks] == [0, 1, 0, 1, 0, 1]
    still.forget("sms")
    assert still.for_ms("sms", "b", 3 * MINUTE) == 0


def dated(clock: SetClock, off_s: float) -> str:
    """What a server writes whose clock is that far ahead."""
    return format_datetime(from_ms(clock.now_ms() + round(off_s * SECOND)), usegmt=True)


@pytest.mark.parametrize(
    ("first", "second", "off_s"),
    [
        ((3, 3), (), 3),
        ((-3, -3), (), -2),  # whole seconds: it may be a second less
        ((1, 1), (), 1),
        ((3, 0), (), 0),  # once is a slip
        ((3,), (), 0),
        ((9, 9), (0, 0), 0),  # one host that agrees is enough
        ((9, 9), (4, 4), 4),
    ],
)
def test_a_clock_is_off_by_what_every_provider_says_twice(first, second, off_s):
    """By the least of what hosts said that answered within the hour, each twice running."""
    clock = SetClock(HOUR)
    dates = Dates(clock)
    for host, said in (("push.example", first), ("sms.example", second)):
        for off in said:
            dates.hear(host, 0.0, dated(clock, off))
    assert dates.off_ms() == off_s * SECOND
    clock.advance(HOUR + SECOND)
    assert dates.off_ms() == 0


def test_a_slow_answer_and_a_date_that_is_none_say_nothing():
    """What may have been written any time within twenty seconds is no difference; neither is what nobody can read."""
    clock = SetClock(HOUR)
    dates = Dates(clock)
    for _ in range(2):
        dates.hear("push.example", 20.0, dated(clock, -18))
        dates.hear("sms.example", 0.0, "yesterday")
        dates.hear("old.example", 0.0, "Mon, 02 Mar 99999999 09:00:00 GMT")
    assert dates.off_ms() == 0


def test_a_clock_that_nobody_keeps_is_told_after_an_hour():
    """Where the kernel says so all the while, and no provider's answer tells how the clock stands; the first that does ends it."""
    clock, said = SetClock(0), [False]
    keeping = Timekeeping(clock, lambda: said[0])
    assert not list(keeping.look("mairie-1", proven=False))
    clock.advance(HOUR - SECOND)
    assert not list(keeping.look("mairie-1", proven=False))
    clock.advance(SECOND)
    (cause,) = keeping.look("mairie-1", proven=False)
    assert (cause.kind, cause.blanks) == (Kind.UNKEPT, {"node": "mairie-1"})
    assert not list(keeping.look("mairie-1", proven=True))
    assert not list(keeping.look("mairie-1", proven=False))
    clock.advance(2 * HOUR)
    said[0] = True
    assert not list(keeping.look("mairie-1", proven=False))


def test_a_kernel_that_cannot_tell_alarms_nobody():
    """Where there is none that says whether its clock is kept, nothing is told."""
    clock = SetClock(0)
    keeping = Timekeeping(clock, lambda: None)
    list(keeping.look("mairie-1", proven=False))
    clock.advance(2 * HOUR)
    assert not list(keeping.look("mairie-1", proven=False))


class Sender(NamedTuple):
    """What a route says of one."""

    gateway: str
    owners: frozenset[str] = frozenset()


def sees(gateway: str, minutes: int, *, working: bool = False, node: str = "one") -> Seen:
    """What a node has seen of a gateway for so long, at HOUR."""
    return Seen(node, Sighting(gateway, working, HOUR - minutes * MINUTE, "connection", None, ()))


BOTH = {"first", "second"}


@pytest.mark.parametrize(
    ("seen", "told", "named"),
    [
        ([sees("first", 15), sees("second", 60, working=True)], (), ["first"]),
        ([sees("first", 14), sees("second", 60, working=True)], (), []),
        ([sees("first", 60), sees("second", 60)], (), []),
        ([sees("first", 60), sees("second", 60, working=True)], ("first",), []),
        (
            [sees("first", 60), sees("first", 60, working=True, node="two"), sees("second", 60)],
            (),
            ["second"],
        ),
        ([sees("second", 60, working=True)], (), []),
    ],
)
def test_one_gateway_of_several_is_told_when_it_has_been_down_for_a_quarter_of_an_hour(seen, told, named):
    """As every node sees it, where another works, and not where it was told already."""
    routes = {(Mode.LIVE, Channel.SMS, False): [Sender(name) for name in sorted(BOTH)]}
    causes = list(reduced(routes, seen, told, HOUR))
    assert [cause.blanks["gateway"] for cause in causes] == named
    assert {cause.kind for cause in causes} <= {Kind.GATEWAY}


def test_somebody_s_own_gateway_is_nobody_else_s_reserve():
    """Its name is told to nobody of other stations, and it counts for no reserve."""
    routes = {(Mode.LIVE, Channel.SMS, False): [Sender("own", frozenset({"bras"})), Sender("first")]}
    seen = [sees("own", 60), sees("first", 60, working=True)]
    assert not list(reduced(routes, seen, (), HOUR))
