"""Whoever does not agree to a schedule says why: it is stopped, its author is told, and it is asked again when they say so."""

import asyncio
from datetime import UTC, datetime, time

import pytest
from heart.scheduled import at, decided, run_until, saved
from heart.test_approval import rule, who
from heart.town import EMAIL, bounded

from alertd.errors import Conflict, NotAllowed, Refused
from alertd.model import Level, Role
from alertd.schedule import agreeing, following, saving, texts
from alertd.schedule.following import Change
from alertd.schedule.plans import plan
from alertd.stations import operators
from alertd.stations.approval_rules import DROP
from alertd.subscribe import contacts

FIRST, SECOND_DATE = at("2026-03-03T06:30:00"), at("2026-03-04T06:30:00")
MAYOR_S = "mayor@mairie.example"


@pytest.fixture
async def asked(town):
    """An information of every day, saved by the mayor where informations want a second person."""
    await town.person()
    await rule(town, DROP, Level.INFO)
    return await saved(town)


async def _plan(town, schedule):
    return await plan(town.db, town.station.id, schedule)


async def _no(town, schedule, name="operator:le-second", reason="Double emploi", version=None):
    version = version or (await _plan(town, schedule)).version
    await agreeing.refuse(town.desk, who(town, name), schedule, version, reason)


async def _yes(town, schedule, name="operator:le-second", version=None):
    version = version or (await _plan(town, schedule)).version
    await agreeing.agree(town.desk, who(town, name), schedule, version)


async def test_a_refused_schedule_is_stopped_and_its_author_reads_why(town, asked):
    """A reason is needed; nothing fires, nothing is skipped; the letter and the audit have the reason."""
    login = town.mayor.name.removeprefix("operator:")
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login=login, name="Maire")
        await operators.set_role(tx, one.id, town.station.id, Role.MAYOR)
        await contacts.give(tx, town.clock, town.desk.keyring, "cli", login, EMAIL, MAYOR_S)
    with pytest.raises(Refused) as missing:
        await _no(town, asked, reason=" ")
    assert missing.value.code == "reason_missing"
    await _no(town, asked)
    await town.run()
    await run_until(town, FIRST)
    assert await decided(town, asked) == []
    kept = await _plan(town, asked)
    assert (kept.state, kept.waits, kept.refused.reason) == ("paused", False, "Double emploi")
    assert any("Double emploi" in sent.text for sent in town.provider.ledger if sent.address == MAYOR_S)
    rows = [row for row in await town.db.fetch("heart.audits") if row["action"] == "schedule.refuse"]
    assert "Double emploi" in rows[0]["detail"]


async def test_only_who_may_agree_may_refuse(town, asked):
    """Neither its author, nor a program, nor who may not send it."""
    for person in (town.mayor, who(town, "key:1", None, Level.DANGER), who(town, "x", Role.READER, None)):
        with pytest.raises(NotAllowed):
            await agreeing.refuse(town.desk, person, asked, 1, "Non")


async def test_two_who_decide_at_once_decide_once(town, asked):
    """One agrees, another agrees and a third refuses in the same moment: two of them read that somebody was quicker."""
    tries = [
        _yes(town, asked, "operator:a", 1), _yes(town, asked, "operator:b", 1), _no(town, asked, "operator:c", version=1)
    ]  # fmt: skip
    results = await bounded(asyncio.gather(*tries, return_exceptions=True))
    lost = [one for one in results if isinstance(one, Conflict)]
    assert [one.code for one in lost] == ["approval_decided"] * 2
    kept = await _plan(town, asked)
    assert (kept.state, kept.refused is None) in {("active", True), ("paused", False)}
    assert not kept.waits


async def test_what_was_refused_may_be_changed_and_is_asked_again_when_its_author_says_so(town, asked):
    """A text of a day while it is stopped asks nobody; taking it up again does, and takes the refusal away."""
    await _no(town, asked)
    said = {datetime(2026, 3, 4, tzinfo=UTC).date(): "Autre chose"}
    await texts.keep(town.desk, town.mayor, await _plan(town, asked), said)
    kept = await _plan(town, asked)
    assert (kept.asked_at, kept.refused is None) == (None, False)
    await saving.resume(town.desk, town.mayor, asked)
    kept = await _plan(town, asked)
    assert (kept.waits, kept.refused) == (True, None)
    await _yes(town, asked)
    await run_until(town, FIRST)
    assert await decided(town, asked) == [(FIRST, "fired", None)]


async def test_what_goes_on_from_a_refused_one_is_stopped_too(town, asked):
    """With the reason; it fires only once it was asked and agreed to. The other one ends, for nothing is left of it."""
    await _no(town, asked)
    other = await following.change_all(town.desk, town.mayor, asked, Change(time(18, 0)))
    kept = await _plan(town, other)
    assert (kept.state, kept.refused.reason, (await _plan(town, asked)).state) == (
        "paused",
        "Double emploi",
        "ended",
    )
    await saving.resume(town.desk, town.mayor, other)
    await _yes(town, other)
    assert (await _plan(town, other)).next_at == at("2026-03-03T17:00:00")


async def test_a_date_of_a_stopped_schedule_is_dropped_and_moved(town, asked):
    """It stays stopped; dropping its last one ends it."""
    once = await saved(town, saving.ONCE)
    for schedule, state in ((asked, "paused"), (once, "ended")):
        await saving.pause(town.desk, town.mayor, schedule)
        await saving.drop(town.desk, town.mayor, schedule, FIRST)
        kept = await _plan(town, schedule)
        assert (kept.state, kept.next_at) == (state, None)
    await saving.move(town.desk, town.mayor, asked, SECOND_DATE, datetime(2026, 3, 4, 18))  # noqa: DTZ001 - wall time
    assert (await _plan(town, asked)).waits is False
    await saving.resume(town.desk, town.mayor, asked)
    assert (await _plan(town, asked)).next_at == at("2026-03-04T17:00:00")


async def test_nobody_agrees_to_what_was_paused_or_ended(town, asked):
    """It waits for nobody any more: whoever had it open reads so."""
    await saving.pause(town.desk, town.mayor, asked)
    with pytest.raises(Conflict) as late:
        await _yes(town, asked)
    assert late.value.code == "approval_decided"
