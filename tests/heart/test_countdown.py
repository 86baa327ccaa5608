"""The countdown: an emergency leaves ten seconds after it was released, once, unless anyone of the station stops it."""

import asyncio
from dataclasses import replace

import pytest
from heart.town import SMS, Town, bounded, phone
from heart.troubled_store import FullDisk, TroubledStore

from alertd import issue
from alertd.clock import MINUTE, SECOND
from alertd.errors import Conflict, Missing, NotAllowed, Unavailable
from alertd.issue import countdown, reading
from alertd.issue.countdown import LASTS_MS, LATE_MS, State
from alertd.model import Act, Actor, AlertState, Level, Role, Text
from alertd.stations import operators

pytestmark = pytest.mark.usefixtures("author")


@pytest.fixture
async def author(town: Town) -> int:
    """The mayor as a person who may log in; five people live in the circle."""
    for _ in range(5):
        await town.person()
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login="mairie", name="La maire")
        await operators.set_role(tx, one.id, town.station.id, Role.MAYOR)
    return one.id


async def armed(town, **changes):
    return await countdown.arm(town.desk, town.mayor, (await town.preview(**changes)).digest)


async def acts(town, alert):
    return [event.act for event in (await reading.alert(town.desk, alert)).events]


async def state(town, alert):
    return (await reading.alert(town.desk, alert)).summary.state


async def audited(town, alert):
    rows = await town.db.fetch("audit.list_of_station", town.station.id, 1 << 62, 100)
    return [row["action"] for row in reversed(rows) if row["object"] == f"alert:{alert}"]


async def test_an_emergency_leaves_when_its_countdown_ends(town):
    """Not before, then at once, by whoever armed it; what was done is in the audit."""
    alert = await armed(town)
    await countdown.step(town.desk)
    assert (await state(town, alert), await acts(town, alert)) == (AlertState.ARMED, [])
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert (await state(town, alert), await acts(town, alert)) == (AlertState.ACTIVE, [Act.ALERT])
    assert await audited(town, alert) == ["alert.armed", "alert.alert", "alert.released"]
    await town.run()
    assert {said.address for said in town.provider.ledger} == {phone(n) for n in range(1, 6)}


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.MAYOR])
async def test_anyone_from_publisher_up_stops_it_and_the_words_stay(town, role):
    """Nothing leaves, also later; the draft holds what was to be said, and says who stopped it."""
    alert = await armed(town)
    colleague = operators.actor_of("secretaire", town.station.id, role)
    assert await countdown.stop(town.desk, colleague, alert)
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    view = await reading.alert(town.desk, alert)
    assert (view.summary.state, view.events) == (AlertState.DRAFT, ())
    assert view.content.texts["fr"].headline == "Incendie route de Verdun"
    found = await countdown.latest(town.db, alert)
    assert (found.state, found.settled_by) == (State.STOPPED, "operator:secretaire")
    assert "alert.stopped" in await audited(town, alert)


async def test_who_may_not_stop_it_does_not(town):
    """Neither a reader, nor a program's key, nor an operator of another station."""
    alert = await armed(town)
    for actor in (
        operators.actor_of("lectrice", town.station.id, Role.READER),
        Actor("key:1", town.station.id, Level.DANGER),
    ):
        with pytest.raises(NotAllowed):
            await countdown.stop(town.desk, actor, alert)
    with pytest.raises(Missing):
        await countdown.stop(town.desk, operators.actor_of("voisin", town.neighbour.id, Role.MAYOR), alert)
    assert await state(town, alert) is AlertState.ARMED


async def test_two_operators_and_two_nodes_at_once_decide_it_once(town):
    """Stops and ends that meet: either it left, once, or it was stopped, once; never both, never neither."""
    alert = await armed(town)
    town.clock.advance(LASTS_MS)
    people = [operators.actor_of(name, town.station.id, Role.AGENT) for name in ("anne", "benoit")]
    stops = [countdown.stop(town.desk, one, alert) for one in people]
    ends = [countdown.step(town.desk) for _ in range(2)]
    stopped = sum(done for done in await bounded(asyncio.gather(*stops, *ends)) if done is True)
    left = await acts(town, alert)
    assert stopped + len(left) == 1
    assert await state(town, alert) is (AlertState.ACTIVE if left else AlertState.DRAFT)


async def test_a_crash_between_the_end_and_the_event_neither_doubles_nor_loses(town):
    """Wherever the store breaks off, nothing of it is there; another node then makes the event, once."""
    alert = await armed(town)
    town.clock.advance(LASTS_MS)
    for at in range(100):
        disk = FullDisk(at)
        try:
            await countdown.step(replace(town.desk, db=TroubledStore(town.db, disk)))
        except Unavailable:
            assert (await state(town, alert), await acts(town, alert)) == (AlertState.ARMED, [])
        if not disk.met:
            break
    await countdown.step(town.desk)
    assert at > 10
    assert await acts(town, alert) == [Act.ALERT]


async def test_more_than_a_minute_late_it_asks_again(town):
    """The node was down: what nobody expects any more is a draft again, and says why."""
    alert = await armed(town)
    town.clock.advance(LASTS_MS + LATE_MS + SECOND)
    await countdown.step(town.desk)
    assert (await state(town, alert), await acts(town, alert)) == (AlertState.DRAFT, [])
    found = await countdown.latest(town.db, alert)
    assert (found.state, found.reason) == (State.HELD, countdown.LATE)
    assert "alert.held" in await audited(town, alert)


async def test_less_than_a_minute_late_it_leaves(town):
    """A restart in between changes nothing: the countdown is the store's."""
    alert = await armed(town)
    town.clock.advance(LASTS_MS + LATE_MS // 2)
    await countdown.step(town.desk)
    assert await acts(town, alert) == [Act.ALERT]


async def test_an_old_preview_that_was_armed_in_time_leaves(town):
    """What counts is when it was released: the preview's quarter of an hour may end meanwhile."""
    shown = await town.preview()
    town.clock.advance(15 * MINUTE - LASTS_MS // 2)
    alert = await countdown.arm(town.desk, town.mayor, shown.digest)
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert await acts(town, alert) == [Act.ALERT]


async def test_a_double_tap_is_one_countdown(town):
    """Two at once, and one after it left: the same alert."""
    digest = (await town.preview()).digest
    taps = [countdown.arm(town.desk, town.mayor, digest) for _ in range(4)]
    alerts = set(await bounded(asyncio.gather(*taps)))
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    alerts.add(await countdown.arm(town.desk, town.mayor, digest))
    assert len(alerts) == 1
    assert await acts(town, alerts.pop()) == [Act.ALERT]
    assert len(await town.db.fetch("alerts.of_station", town.station.id, 1 << 62, 10)) == 1


async def test_what_was_stopped_can_be_armed_again(town):
    """The same preview, held once more: the same draft leaves."""
    digest = (await town.preview()).digest
    alert = await countdown.arm(town.desk, town.mayor, digest)
    await countdown.stop(town.desk, town.mayor, alert)
    assert await countdown.arm(town.desk, town.mayor, digest) == alert
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert await acts(town, alert) == [Act.ALERT]


async def test_an_update_counts_down_beside_its_alert(town):
    """The alert stays in force; one update at a time; stopped, its words wait beside the alert."""
    released = await town.release()
    texts = {"fr": Text("Incendie maîtrisé")}
    shown = await town.preview(town.content(texts=texts), released.alert_id)
    assert await countdown.arm(town.desk, town.mayor, shown.digest) == released.alert_id
    assert await state(town, released.alert_id) is AlertState.ACTIVE
    other = await town.preview(town.content(), released.alert_id)
    with pytest.raises(Conflict, match="sur le point de partir"):
        await countdown.arm(town.desk, town.mayor, other.digest)
    await countdown.stop(town.desk, town.mayor, released.alert_id)
    assert await state(town, released.alert_id) is AlertState.ACTIVE
    await countdown.arm(town.desk, town.mayor, shown.digest)
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert await acts(town, released.alert_id) == [Act.ALERT, Act.UPDATE]


async def test_an_update_of_what_ended_meanwhile_does_not_leave(town):
    """The end was said while it was counted down: the thread is over."""
    released = await town.release()
    shown = await town.preview(town.content(), released.alert_id)
    await countdown.arm(town.desk, town.mayor, shown.digest)
    await town.end(released)
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert await acts(town, released.alert_id) == [Act.ALERT, Act.END]
    assert (await countdown.latest(town.db, released.alert_id)).reason == "not_active"


async def test_whoever_lost_the_right_meanwhile_releases_nothing(town, author):
    """An account that was closed within the ten seconds: the emergency asks somebody else."""
    alert = await armed(town)
    async with town.db.transaction() as tx:
        await operators.disable(tx, author, town.clock.now_ms())
    town.clock.advance(LASTS_MS)
    await countdown.step(town.desk)
    assert (await countdown.latest(town.db, alert)).reason == "author_gone"
    assert await state(town, alert) is AlertState.DRAFT


async def test_nobody_writes_or_ends_what_is_about_to_leave(town):
    """Neither a new draft over it, nor an end, nor a release by a program."""
    alert = await armed(town)
    with pytest.raises(Conflict):
        await issue.save_draft(town.desk, town.mayor, town.station, town.content(), alert)
    with pytest.raises(Conflict):
        await issue.cancel(town.desk, town.mayor, alert)
    with pytest.raises(Conflict):
        await town.preview(town.content(channels=frozenset({SMS})), alert)
