"""Quiet hours that a person chose: what is no danger waits for their end; what is over by then never comes; others are not held."""

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from heart.town import EMAIL, FAR, HOME, PUSH, SMS, build, device, mailbox, phone, settings
from pydantic import ValidationError

from alertd.clock import HOUR, MINUTE, SECOND, from_ms, to_ms
from alertd.deliver.quiet import usual_hours
from alertd.issue.hushed import Hushed, Waits, rounded
from alertd.model import Count, Hours, Level, Quiet, State
from alertd.settings import Settings
from alertd.settings.silence import Silence

PARIS = "Europe/Paris"


def at(*when):
    return to_ms(datetime(2026, *when, tzinfo=UTC))


@pytest.mark.parametrize(
    ("quiet", "level", "asked", "ends"),
    [
        (Quiet(PARIS, 22 * 60, 7 * 60), Level.INFO, at(3, 2, 22, 30), at(3, 3, 6)),
        (Quiet(PARIS, 22 * 60, 7 * 60), Level.INFO, at(3, 3, 5, 59), at(3, 3, 6)),
        (Quiet(PARIS, 22 * 60, 7 * 60), Level.INFO, at(3, 3, 6), at(3, 3, 6)),
        (Quiet(PARIS, 22 * 60, 7 * 60), Level.WARNING, at(3, 2, 22, 30), at(3, 2, 22, 30)),
        (Quiet(PARIS, 22 * 60, 7 * 60, warnings=True), Level.WARNING, at(3, 2, 22, 30), at(3, 3, 6)),
        (Quiet(PARIS, 22 * 60, 7 * 60, warnings=True), Level.DANGER, at(3, 2, 22, 30), at(3, 2, 22, 30)),
        (Quiet(PARIS, 12 * 60, 14 * 60), Level.INFO, at(3, 2, 11, 30), at(3, 2, 13)),
        (Quiet(PARIS, 12 * 60, 14 * 60), Level.INFO, at(3, 2, 13), at(3, 2, 13)),
        (Quiet(PARIS, 22 * 60, 7 * 60), Level.INFO, at(3, 28, 22), at(3, 29, 5)),
        (Quiet(PARIS, until=at(3, 4)), Level.WARNING, at(3, 2), at(3, 4)),
        (Quiet(PARIS, until=at(3, 4)), Level.DANGER, at(3, 2), at(3, 2)),
        (Quiet(PARIS, 22 * 60, 7 * 60, until=at(3, 4)), Level.INFO, at(3, 2), at(3, 4, 6)),
    ],
)
def test_when_peace_ends(quiet, level, asked, ends):
    """Over midnight and over a change of the clock, by level, and after a silence until a day; both as they were written."""
    assert from_ms(Quiet.read(quiet.written).ends(level, asked)) == from_ms(ends)


async def hushed(town, quiet, **more):
    person = await town.person(HOME, **more)
    await town.do("quiet.set", person, quiet.written)
    return person


async def test_an_information_waits_for_the_end_of_the_hours(town):
    """It is ten there: whoever wants peace until noon has it at noon, the others at once; the books balance all along."""
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60))
    await town.person()
    released = await town.release(level=Level.INFO, topic="works", expires=town.clock.now_ms() + 8 * HOUR)
    await town.run()
    assert town.provider.addresses == [phone(2)]
    assert await town.states(released) == Counter({State.ACCEPTED: 1, State.WAITING: 1})
    await town.later(2 * HOUR + MINUTE)
    assert town.provider.addresses == [phone(2), phone(1)]


async def test_a_danger_waits_for_nobody(town):
    """Quiet hours with warnings and a silence of days: an emergency comes at once."""
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60, warnings=True, until=town.clock.now_ms() + 90 * HOUR))
    await town.release()
    await town.run()
    assert town.provider.addresses == [phone(1)]


async def test_a_warning_waits_only_for_who_asked_that_it_do(town):
    """Two want peace; one of them from warnings, too."""
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60))
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60, warnings=True))
    await town.release(level=Level.WARNING, topic="road", channels=frozenset({SMS}))
    await town.run()
    assert town.provider.addresses == [phone(1)]


async def test_what_waits_for_an_acknowledgement_does_not_break_the_peace(db, clock):
    """Who wants no warning before noon, and has a phone that can acknowledge, gets no SMS two minutes later either."""
    policy = Silence.model_validate({"warning": {"sms_after_s": 120}})
    chosen = settings(channels=("sms", "push"))
    town = await build(db, clock, chosen.model_copy(update={"silence": policy}))
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60, warnings=True), push=1)
    await town.release(level=Level.WARNING, topic="road", channels=frozenset({SMS, PUSH}))
    await town.run()
    await town.later(5 * MINUTE)
    assert town.provider.addresses == []
    await town.later(2 * HOUR)
    assert device(1) in town.provider.addresses
    await town.books()


async def test_what_is_over_before_peace_ends_never_comes(town):
    """The information's hour passes during a silence: expired, and said so."""
    await hushed(town, Quiet(PARIS, until=town.clock.now_ms() + 48 * HOUR))
    released = await town.release(level=Level.INFO, topic="works", expires=town.clock.now_ms() + 2 * HOUR)
    await town.run()
    await town.later(3 * HOUR)
    assert await town.states(released) == Counter({State.EXPIRED: 1})
    await town.later(48 * HOUR)
    assert town.provider.addresses == []


async def test_an_end_is_told_to_those_alone_who_had_the_first_word(town):
    """Who was left in peace until the alert was over hears of neither."""
    await hushed(town, Quiet(PARIS, 9 * 60, 12 * 60, warnings=True))
    await town.person()
    released = await town.release(level=Level.WARNING, topic="road", channels=frozenset({SMS}))
    await town.run()
    await town.end(released)
    await town.run()
    await town.later(3 * HOUR)
    assert town.provider.addresses == [phone(2)] * 2


async def test_the_preview_tells_who_waits_and_who_will_not_have_it(town):
    """Five wait until noon, one for days; of another place, of a danger, of another channel nobody is told."""
    noon, days = Quiet(PARIS, 9 * 60, 12 * 60), Quiet(PARIS, until=town.clock.now_ms() + 90 * HOUR)
    for _ in range(5):
        await hushed(town, noon)
    await hushed(town, days)
    await town.person()
    far = await town.person(FAR)
    await town.do("quiet.set", far, noon.written)
    info = {"level": Level.INFO, "topic": "works", "expires": town.clock.now_ms() + 8 * HOUR}
    told = await town.preview(**info)
    assert (told.people, told.hushed.later, told.hushed.never) == (7, 5, 1)
    assert told.hushed.waits == {SMS: Waits({2 * HOUR / SECOND: 5}, lost=1)}
    assert (told.first_s, told.last_s) == (0, pytest.approx(2 * HOUR / SECOND, abs=1))
    assert (await town.preview(**info, channels=frozenset({EMAIL}))).hushed == Hushed()
    assert (await town.preview()).hushed == Hushed()


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        (at(3, 2, 8), at(3, 2, 8)),  # Monday, nine there
        (at(3, 2, 5), at(3, 2, 7)),
        (at(3, 2, 19), at(3, 3, 7)),
        (at(3, 7, 20), at(3, 9, 7)),  # Saturday night: no Sunday
        (at(3, 8, 10), at(3, 9, 7)),
        (at(3, 28, 22), at(3, 30, 6)),  # over a change of the clock
    ],
)
def test_when_the_instance_s_hours_open(asked, opens):
    """From eight to twenty, never on a Sunday, on the station's clock."""
    assert from_ms(Hours(8 * 60, 20 * 60, sundays=False).opens(asked, PARIS)) == from_ms(opens)


@pytest.mark.parametrize("text", ["8", "20:00-08:00", "08:00-08:00", "08:00-25:00", "a-b"])
def test_hours_that_are_none_stop_the_start(text):
    """A sentence that says what hours look like."""
    with pytest.raises(ValidationError, match="two hours of one day"):
        Settings.model_validate({"quiet": {"sms_and_calls": text}})


async def test_whoever_chose_nothing_has_the_instance_s_hours(town):
    """At ten at night: an information's SMS waits for the morning and its letter leaves; a warning, and whoever chose, do not wait."""
    chosen = Settings.model_validate(
        {"quiet": {"sms_and_calls": "08:00-20:00", "push_and_email": "07:00-23:00"}}
    )
    town.node.fan_out.hours = usual_hours(chosen.quiet)
    town.desk = replace(town.desk, settings=town.desk.settings.model_copy(update={"quiet": chosen.quiet}))
    town.clock.advance(12 * HOUR)
    await town.person(email=1)
    await hushed(town, Quiet(PARIS, 3 * 60, 4 * 60))
    works = {"level": Level.INFO, "topic": "works", "channels": frozenset({SMS, EMAIL})}
    shown = await town.preview(expires=town.clock.now_ms() + 40 * HOUR, **works)
    assert [(held.channel, from_ms(held.due).hour, held.soon) for held in shown.hushed.usual] == [
        (SMS, 7, True)
    ]
    assert shown.hushed.waits == {SMS: Waits({10 * HOUR / SECOND: 1}, usual=10 * HOUR / SECOND)}
    assert (shown.half_s, shown.last_s) == (pytest.approx(0, abs=1), pytest.approx(10 * HOUR / SECOND, abs=1))
    await town.release(expires=town.clock.now_ms() + 40 * HOUR, **works)
    await town.run()
    assert set(town.provider.addresses) == {phone(2), mailbox(1)}
    await town.release(level=Level.WARNING, topic="road", channels=frozenset({SMS}))
    await town.run()
    assert phone(1) in town.provider.addresses
    await town.later(10 * HOUR)
    assert town.provider.addresses.count(phone(1)) == 2


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        (Waits({60.0: 1}), Waits()),
        (Waits({60.0: 9}, lost=4), Waits({60.0: 5})),
        (Waits({60.0: 3, 90.0: 7}, usual=90.0), Waits({90.0: 10}, usual=90.0)),
        (Waits({60.0: 6}, lost=4, usual=math.inf), Waits({60.0: 5}, lost=5, usual=math.inf)),
    ],
)
def test_a_live_forecast_tells_nobody_s_own_hours(waits, told):
    """Whoever chose nothing waits as one, own hours count in fives: a zone moved about finds nobody by when they are reached."""
    assert rounded(Hushed(waits={SMS: waits}), Count(10, {SMS: 10})).waits == {SMS: told}
