"""Second thoughts: what can be taken back while nobody was told, and what asks before it goes out twice."""

import asyncio
from dataclasses import replace

import pytest
from heart.town import bounded, mayor_of

import zones
from alertd.clock import MINUTE
from alertd.errors import Conflict, NotAllowed
from alertd.issue import countdown, reading
from alertd.issue.lately import LATELY_MS, is_like
from alertd.issue.release import release
from alertd.issue.undo import HOLD_MS, undo
from alertd.model import Act, AlertState, Channel, Content, Level, State, Target, Text
from alertd.stations import operators

FOG = {"level": Level.WARNING, "topic": "road"}


async def sent(town, known=0, actor=None, **changes):
    shown = await town.preview(**changes)
    what = (town.desk, actor or town.mayor, town.station, shown.digest)
    return await release(*what, known=known, hold_ms=HOLD_MS)


async def test_a_warning_is_taken_back_before_the_first_hand_over(town):
    """Nobody is told, then or later; its words are a draft again; the audit says so."""
    await town.person()
    content, released = town.content(**FOG), await sent(town, **FOG)
    await town.run()
    draft = await undo(town.desk, town.mayor, released.alert_id)
    await town.later(HOLD_MS)
    assert town.provider.ledger == []
    assert (await reading.alert(town.desk, released.alert_id)).summary.state is AlertState.CANCELLED
    view = await reading.alert(town.desk, draft)
    assert (view.summary.state, view.content) == (AlertState.DRAFT, content)
    rows = await town.db.fetch("audit.list_of_station", town.station.id, 1 << 62, 1)
    assert (rows[0]["action"], rows[0]["object"]) == ("alert.undone", f"alert:{released.alert_id}")


async def test_nothing_leaves_in_the_first_ten_seconds_and_all_of_it_after(town):
    """What is released from the pages waits for second thoughts, and its forecast says so; then it goes as ever."""
    await town.person()
    released = await sent(town, **FOG)
    await town.run()
    assert await town.states(released) == {}
    await town.later(HOLD_MS)
    assert await town.states(released) == {State.ACCEPTED: 1}
    (book,) = await reading.progress(town.desk, released.alert_id)
    assert book.forecast.first_s >= HOLD_MS / 1000


async def test_an_update_waits_for_no_second_thoughts(town):
    """Whoever was warned hears at once what has changed."""
    await town.person()
    first = await town.release(**FOG)
    await town.run()
    shown = await town.preview(alert_id=first.alert_id, **FOG)
    update = await release(town.desk, town.mayor, town.station, shown.digest, hold_ms=HOLD_MS)
    await town.run()
    assert await town.states(update) == {State.ACCEPTED: 1}


async def test_after_the_first_hand_over_it_cannot_be_taken_back(town):
    """One try is enough: what may have arrived is corrected, never hidden."""
    await town.person()
    released = await sent(town, **FOG)
    await town.later(HOLD_MS)
    assert await undo(town.desk, town.mayor, released.alert_id) is None
    assert [event.act for event in (await reading.alert(town.desk, released.alert_id)).events] == [Act.ALERT]


async def test_a_hand_over_and_an_undo_that_meet_agree(town):
    """Whichever comes first: nobody was told and it is taken back, or somebody was and it is not."""
    for _ in range(30):
        await town.person()
    released = await sent(town, **FOG)
    town.clock.advance(HOLD_MS)
    await town.spread()
    taken, _ = await bounded(asyncio.gather(undo(town.desk, town.mayor, released.alert_id), town.hand_over()))
    await town.run()
    told = [said for said in town.provider.ledger if "Incendie" in said.text]
    assert bool(told) is (taken is None)


async def test_an_emergency_and_a_graver_right_are_not_undone(town):
    """The one had its countdown; the other is not this person's to take back."""
    danger = await town.release()
    with pytest.raises(Conflict, match="Fausse alerte"):
        await undo(town.desk, town.mayor, danger.alert_id)
    warning = await sent(town, known=danger.alert_id, **FOG)
    with pytest.raises(NotAllowed):
        await undo(town.desk, mayor_of(town.station, Level.INFO), warning.alert_id)


async def test_the_same_alert_within_ten_minutes_asks_again(town):
    """It says what went out, how long ago and by whom; whoever knows of it may send it; after ten minutes nobody is asked."""
    first = await sent(town, **FOG)
    town.clock.advance(3 * MINUTE)
    with pytest.raises(Conflict, match=r"parti il y a 3 min, au même endroit, par mairie") as asked:
        await sent(town, **FOG)
    assert (asked.value.code, asked.value.detail["alert"]) == ("sent_lately", first.alert_id)
    second = await sent(town, known=first.alert_id, **FOG)
    with pytest.raises(Conflict) as asked:
        await sent(town, known=first.alert_id, **FOG)
    assert asked.value.detail["alert"] == second.alert_id
    town.clock.advance(LATELY_MS + 1)
    await sent(town, **FOG)


async def test_a_colleague_s_that_is_about_to_leave_asks_too(town):
    """Two people see the same fire: the second is told that the first one's countdown is running."""
    async with town.db.transaction() as tx:
        await operators.add(tx, town.clock, login="mairie", name="La maire")
    await countdown.arm(town.desk, town.mayor, (await town.preview()).digest, 0)
    other = replace(town.mayor, name="operator:adjoint")
    digest = (await town.preview(texts={"fr": Text("Feu de grange")})).digest
    with pytest.raises(Conflict, match="sur le point de partir, par mairie"):
        await countdown.arm(town.desk, other, digest, 0)


async def test_a_double_click_meets_itself_and_asks_nothing(town):
    """The same preview sent several times at once is one alert, for every click: nobody reads that it went out lately."""
    digest = (await town.preview(**FOG)).digest
    what = (town.desk, town.mayor, town.station, digest)
    sent = await bounded(asyncio.gather(*(release(*what, known=0) for _ in range(8))))
    assert len({one.alert_id for one in sent}) == 1
    assert [one.again for one in sent].count(False) == 1


async def test_an_emergency_s_double_click_meets_itself_too(town):
    """Held twice, or sent again by a telephone that heard no answer: one countdown, which every click is told of."""
    async with town.db.transaction() as tx:
        await operators.add(tx, town.clock, login="mairie", name="La maire")
    digest = (await town.preview()).digest
    taps = (countdown.arm(town.desk, town.mayor, digest, 0) for _ in range(8))
    assert len(set(await bounded(asyncio.gather(*taps)))) == 1


async def test_what_was_taken_back_or_is_an_update_asks_nothing(town):
    """Nobody was told of the one; the other goes to its own thread."""
    first = await sent(town, **FOG)
    await undo(town.desk, town.mayor, first.alert_id)
    second = await sent(town, **FOG)
    shown = await town.preview(town.content(**FOG), second.alert_id)
    await release(town.desk, town.mayor, town.station, shown.digest, known=0)


FIRE = Content(
    Level.DANGER, "fire", Target(station=True), {"fr": Text("Incendie")}, frozenset({Channel.SMS}), 0
)


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"texts": {"fr": Text("Autre chose")}}, True),
        ({"topic": "flood"}, True),
        ({"topic": "flood", "texts": {"fr": Text("Autre chose")}}, False),
        ({"level": Level.WARNING, "texts": {"fr": Text("Autre chose")}}, False),
        ({"target": Target(zone=zones.Circle(49.2, 5.3, 500))}, False),
        ({"exercise": True}, False),
    ],
)
def test_alike_is_the_same_place_and_the_same_words_or_matter(changes, alike):
    """Another place, another matter in other words, or an exercise, is another alert."""
    assert is_like(FIRE, replace(FIRE, **changes)) is alike
