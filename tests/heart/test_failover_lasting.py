"""What only a person can mend: left at once, told by probes, never knocked at, and never taken for more than it is."""

import pytest
from heart.town import phone

from alertd.clock import SECOND
from alertd.deliver.breaker import LASTING, PATIENCE_MS
from alertd.deliver.doubts import LASTED_MS
from alertd.deliver.health import PROBE_MS
from alertd.model import Level, State
from gateways.contract import Outcome, Receipt, Trouble


@pytest.mark.parametrize("trouble", sorted(LASTING))
async def test_what_only_a_person_can_mend_moves_at_once(pair, trouble):
    """Refused keys, certificate, credit or sender: one slice has met it when the second speaks, and everyone is told once."""
    pair.first.down, pair.first.trouble = True, trouble
    released = await pair.town.release()
    await pair.pass_time(3 * SECOND)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}
    assert sorted(pair.second.addresses) == sorted(set(pair.second.addresses))
    assert pair.first.asked <= 5
    assert pair.health.breakers["first"].reason == trouble


async def test_where_nobody_can_speak_the_queue_waits_and_nothing_is_lost(pair):
    """With both accounts refused nobody knocks again until a probe is good; then everyone is told, once."""
    for far in (pair.first, pair.second):
        far.down, far.trouble = True, Trouble.CREDENTIALS
    released = await pair.town.release()
    await pair.pass_time(60 * SECOND)
    assert pair.speakers() == set()
    assert pair.first.asked + pair.second.asked <= 5
    pair.second.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}
    assert len(pair.second.addresses) == len(set(pair.second.addresses)) == 20


async def test_an_account_that_lapses_unnoticed_is_found_before_an_alert(pair):
    """Asked every quarter of an hour, also while nobody speaks through it; a line that breaks for a moment moves nothing."""
    pair.first.down = True
    await pair.health.ask_all()
    assert pair.health.breakers["first"].closed
    pair.first.trouble = Trouble.TLS
    await pair.health.ask_all()
    await pair.health.step()
    assert pair.speakers() == {"second"}
    await pair.town.release()
    await pair.pass_time(2 * SECOND)
    assert (pair.first.asked, len(pair.second.ledger)) == (0, 20)


async def test_keys_that_are_revoked_in_the_middle_are_found_by_a_probe(pair):
    """Messages had passed a moment before: the probe says that nothing does any more, and the second speaks within seconds."""
    await pair.town.release(level=Level.WARNING, topic="road")
    await pair.pass_time(SECOND)
    pair.first.down, pair.first.trouble = True, Trouble.CREDENTIALS
    await pair.town.release(level=Level.WARNING, topic="road")
    await pair.pass_time(4 * SECOND)
    assert pair.speakers() == {"second"}
    assert (len(pair.first.ledger), len(pair.second.ledger)) == (20, 20)


async def test_keys_refused_for_one_make_of_telephone_silence_nobody_else(pair):
    """Probes are good and the others pass: the gateway is not left, and the refused are tried again."""
    lapsed = Receipt("", Outcome.RETRY, "apns", trouble=Trouble.CREDENTIALS)
    for person in (3, 7, 9):
        pair.first.plays(phone(person), *[lapsed] * 3)
    released = await pair.town.release()
    await pair.pass_time(30 * SECOND)
    assert await pair.town.states(released) == {State.ACCEPTED: 20}
    assert not pair.second.ledger


async def test_a_line_that_stays_broken_is_found_before_an_alert(pair):
    """Unreachable for half a minute though nobody speaks through it: it is left. One that answers once in between is not."""
    pair.first.down = pair.second.down = True
    await pair.health.ask_all()
    await pair.pass_time(LASTED_MS - PROBE_MS)
    pair.second.down = False
    await pair.pass_time(PROBE_MS + SECOND)
    pair.second.down = True
    await pair.pass_time(PROBE_MS)
    assert not pair.health.breakers["first"].closed
    assert pair.health.breakers["second"].closed
    pair.first.down = pair.second.down = False
    await pair.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    assert pair.health.breakers["first"].closed
