"""Failover: who speaks when a provider is dead, and that nobody moves for less."""

from heart.town import phone

from alertd.clock import SECOND
from alertd.deliver import sightings
from alertd.deliver.breaker import PATIENCE_MS
from alertd.deliver.health import PREFER, PROBE_MS
from alertd.deliver.rates import Rates
from alertd.deliver.rates import read as read_rates
from alertd.deliver.service import Note, Written, service
from alertd.model import Level, State, endpoint_id
from gateways.contract import Outcome


async def test_a_dead_provider_is_left_within_seconds_and_nobody_is_lost_or_told_twice(pair):
    """With the first provider dead, the second has told everyone, once each, within five seconds."""
    pair.first.down = True
    released = await pair.town.release()
    await pair.pass_time(5 * SECOND)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}
    assert sorted(pair.second.addresses) == sorted(set(pair.second.addresses))
    assert len(pair.second.ledger) == 20
    assert not pair.first.ledger


async def test_one_error_moves_nothing(pair):
    """One message that fails is tried again where it was."""
    pair.first.plays(phone(1), Outcome.RETRY)
    await pair.town.release()
    await pair.pass_time(5 * SECOND)
    assert len(pair.first.ledger) == 21
    assert not pair.second.ledger


async def test_refused_addresses_move_nothing(pair):
    """A provider that knows none of the addresses works."""
    pair.first.usual = Outcome.REFUSED
    released = await pair.town.release()
    await pair.pass_time(2 * SECOND)
    assert await pair.town.states(released) == {State.REFUSED: 20}
    assert not pair.second.ledger


async def test_it_comes_back_by_itself_after_its_patience(pair):
    """Once probes have been good for the breaker's patience, the first provider speaks again."""
    pair.first.down = True
    await pair.town.release(level=Level.WARNING, topic="road")
    await pair.pass_time(3 * SECOND)
    pair.first.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    said = len(pair.second.ledger)
    await pair.town.release(level=Level.WARNING, topic="road")
    await pair.pass_time(2 * SECOND)
    assert len(pair.first.ledger) == 20
    assert len(pair.second.ledger) == said


async def test_when_all_are_dead_nobody_is_given_up(pair):
    """With nobody to turn to, the first goes on trying, and everyone is told when it comes back."""
    pair.first.down = pair.second.down = True
    released = await pair.town.release()
    await pair.pass_time(8 * SECOND)
    assert not pair.first.ledger + pair.second.ledger
    pair.first.down = pair.second.down = False
    await pair.pass_time(4 * SECOND)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}


async def test_an_administrator_overrules_with_a_reason(pair):
    """A preferred gateway speaks though the first works, until the preference is dropped."""
    await pair.town.do(
        "instance.write_setting", f"{PREFER}sms", '{"gateway": "second", "reason": "contract"}'
    )
    await pair.health.step()
    await pair.town.release()
    await pair.pass_time(2 * SECOND)
    assert (len(pair.first.ledger), len(pair.second.ledger)) == (0, 20)
    await pair.town.do("instance.drop_setting", f"{PREFER}sms")
    await pair.health.step()
    await pair.town.release()
    await pair.pass_time(2 * SECOND)
    assert (len(pair.first.ledger), len(pair.second.ledger)) == (20, 20)


async def test_every_decision_is_written_down(pair):
    """That a gateway was left, why, and that it is back, stand in the audit."""
    pair.first.down = True
    await pair.town.release()
    await pair.pass_time(3 * SECOND)
    pair.first.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    rows = await pair.town.db.fetch("failover.gateway_audit")
    assert [(row["action"], row["object"], row["detail"]) for row in rows] == [
        ("gateway.down", "gateway:first", '{"reason": "connection"}'),
        ("gateway.back", "gateway:first", '{"reason": "probes"}'),
    ]


async def test_an_attempt_says_who_spoke(pair):
    """Each try remembers the sender that made it, not the queue it was taken from."""
    pair.first.down = True
    await pair.town.release()
    await pair.pass_time(5 * SECOND)
    good = {
        attempt["sender_id"] for attempt in await pair.town.attempts() if attempt["outcome"] == "accepted"
    }
    assert good == {pair.lines[1].sender.id}


async def test_a_slow_world_moves_nothing(pair):
    """Nine seconds an answer, of every provider: nobody is quicker elsewhere, and everyone is told by the first."""
    pair.first.slowness_ms = pair.second.slowness_ms = 9 * SECOND
    released = await pair.town.release()
    await pair.pass_time(5 * SECOND)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}
    assert not pair.second.ledger
    assert pair.speakers() == {"first"}


async def test_a_world_too_slow_to_answer_moves_nothing(pair):
    """When no provider answers in time, neither messages nor probes, the first is not left for one that is no better."""
    pair.first.mute = pair.second.mute = True
    await pair.town.release()
    await pair.pass_time(60 * SECOND)
    assert not pair.health.breakers["first"].closed
    assert not any(attempt["sender_id"] == pair.lines[1].sender.id for attempt in await pair.town.attempts())
    pair.first.mute = pair.second.mute = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    assert pair.health.breakers["first"].closed


async def test_a_provider_that_fails_on_and_off_for_hours_moves_a_few_times(pair):
    """Six simulated hours, half a minute dead, half a minute well, with messages all the time: moves become rare."""
    moves, speaker = 0, "first"
    for second in range(0, 6 * 3600, 5):
        pair.first.down = second // 30 % 2 == 0
        pair.hear_of_messages()
        pair.town.clock.advance(5 * SECOND)
        await pair.health.step()
        (now,) = pair.speakers()
        moves, speaker = moves + (now != speaker), now
    # the patience is 15 s, then twice as long at each relapse, up to ten minutes: 360 times it failed
    assert 2 <= moves <= 14
    decided = await pair.town.db.fetch("failover.gateway_audit")
    assert len(decided) == moves


async def test_what_this_node_sees_is_told_to_the_others(pair):
    """Who is down since when and why, and who speaks, is read from the store as this node's, and again when it is back."""
    await pair.health.step()
    pair.first.down = True
    await pair.town.release()
    fell = pair.town.clock.now_ms()
    await pair.pass_time(3 * SECOND)
    seen = {one.sighting.gateway: one for one in await sightings.read(pair.town.db, 30 * SECOND)}
    assert (seen["first"].node, seen["first"].sighting.working, seen["first"].sighting.speaks) == (
        "one",
        False,
        (),
    )
    assert 0 <= seen["first"].sighting.since - fell <= 2 * SECOND
    assert (seen["first"].sighting.reason, seen["second"].sighting.speaks) == ("connection", ("sms",))
    pair.first.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    seen = {one.sighting.gateway: one for one in await sightings.read(pair.town.db, 30 * SECOND)}
    assert (seen["first"].sighting.working, seen["first"].sighting.speaks) == (True, ("sms",))


async def test_a_stand_in_that_is_dead_too_is_never_spoken_through(pair):
    """It is probed before anything is entrusted to it."""
    pair.first.down = pair.second.down = True
    await pair.town.release()
    await pair.pass_time(5 * SECOND)
    assert pair.speakers() == {"first"}
    assert not pair.health.breakers["second"].closed
    pair.second.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    assert len(pair.second.ledger) == 20


async def test_every_decision_is_counted(pair):
    """Left, taken back, imposed, left to the nodes again: once each, by gateway; what stood before this life is no news."""
    await pair.town.do("instance.write_setting", f"{PREFER}sms", '{"gateway": "first", "reason": "contract"}')
    await pair.health.step()
    await pair.town.do("instance.drop_setting", f"{PREFER}sms")
    pair.first.down = True
    await pair.town.release()
    await pair.pass_time(3 * SECOND)
    pair.first.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    await pair.town.do(
        "instance.write_setting", f"{PREFER}sms", '{"gateway": "second", "reason": "contract"}'
    )
    await pair.health.step()
    counted = {
        (sample.labels["gateway"], sample.labels["action"]): sample.value
        for metric in pair.health.figures.registry.collect()
        for sample in metric.samples
        if sample.name == "alertd_gateway_decisions_total"
    }
    assert counted == {
        ("first", "gateway.auto"): 1,
        ("first", "gateway.down"): 1,
        ("first", "gateway.back"): 1,
        ("second", "gateway.prefer"): 1,
    }


async def test_the_figures_name_who_really_spoke(pair):
    """What was queued at the first and said by the second counts as the second's."""
    pair.first.down = True
    await pair.town.release()
    await pair.pass_time(5 * SECOND)
    await Rates(pair.town.db, pair.town.clock).count()
    told = {(rate.gateway, rate.prefix): rate.handed for rate in await read_rates(pair.town.db)}
    assert told == {("second", ""): 20, ("second", "+33639"): 20}


async def test_an_answer_leaves_by_the_account_that_was_written_to(pair):
    """Also where that account is only a stand-in: its own queue is its own, and the first has nothing to do with it."""
    endpoint = endpoint_id(await pair.town.person(), 0)
    note = Note("service.gateway_back", {"gateway": "x"}, through="second")
    async with pair.town.db.transaction() as tx:
        assert isinstance(await service(tx, pair.town.desk, endpoint, note), Written)
    await pair.pass_time(2 * SECOND)
    assert (len(pair.first.ledger), len(pair.second.ledger)) == (0, 1)
