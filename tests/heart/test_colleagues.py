"""Colleagues: whoever works for a station is told that something went out, and by whom; in training the sandbox alone."""

import asyncio
from dataclasses import replace

import pytest
from heart.town import Town, bounded

from alertd.clock import HOUR
from alertd.issue import colleagues, countdown
from alertd.issue.release import release
from alertd.issue.undo import HOLD_MS, undo
from alertd.model import Channel, Lane, Level, Mode, Role
from alertd.stations import operators
from alertd.subscribe import contacts

MAYOR, DEPUTY, STRANGER = "+33639980801", "+33639980802", "+33639980803"
MAILBOX = "maire@mairie.example"


@pytest.fixture(autouse=True)
async def people(town: Town) -> None:
    """A resident; the mayor with a number and a mailbox, a reader with a number, and somebody of another station."""
    await town.person()
    given = (
        ("mairie", "Jeanne Meyer", town.station, Role.MAYOR, (Channel.SMS, MAYOR), (Channel.EMAIL, MAILBOX)),
        ("lecteur", "Paul Roux", town.station, Role.READER, (Channel.SMS, DEPUTY)),
        ("voisine", "Anne Noël", town.neighbour, Role.MAYOR, (Channel.SMS, STRANGER)),
    )
    async with town.db.transaction() as tx:
        for login, name, station, role, *ways in given:
            one = await operators.add(tx, town.clock, login=login, name=name)
            await operators.set_role(tx, one.id, station.id, role)
            for channel, address in ways:
                await contacts.give(tx, town.clock, town.desk.keyring, "cli", login, channel, address)


async def told(town):
    """What operators were told, by address."""
    await colleagues.step(town.desk)
    await town.run()
    mine = {MAYOR, DEPUTY, STRANGER, MAILBOX}
    return {said.address: said.text for said in town.provider.ledger if said.address in mine}


async def test_everyone_of_the_station_is_told_at_once_and_the_author_by_another_channel(town):
    """The emergency went by SMS: its author reads of it in the mailbox; nobody of another station does."""
    released = await town.release()
    found = await told(town)
    assert found.keys() == {DEPUTY, MAILBOX}
    assert found[DEPUTY].startswith("Urgence envoyée par Jeanne Meyer: Incendie route de Verdun")
    assert found[DEPUTY].endswith(f"/alertes/{released.alert_id}")


async def test_an_author_of_one_channel_is_told_by_it(town):
    """Better told by the channel of the emergency than not at all."""
    await town.release(channels=frozenset({Channel.SMS, Channel.EMAIL}))
    assert (await told(town)).keys() == {MAYOR, MAILBOX, DEPUTY}


async def test_two_nodes_tell_once_and_a_crash_forgets_nobody(town):
    """The row was made with the event; whoever takes it writes the letters in the same transaction."""
    await town.release()
    await bounded(asyncio.gather(*(colleagues.step(town.desk) for _ in range(3))))
    await told(town)
    assert [said.address for said in town.provider.ledger].count(DEPUTY) == 1


async def test_an_end_and_a_false_alert_are_told_as_what_they_are(town):
    """In the words of each."""
    released = await town.release()
    await told(town)
    await town.end(released)
    assert (await told(town))[DEPUTY].startswith("Fin d'alerte envoyée par Jeanne Meyer")
    await town.cancel(released)
    assert (await told(town))[DEPUTY].startswith("Fausse alerte envoyée par Jeanne Meyer")


async def test_an_exercise_says_so_first(town):
    """A colleague who is woken must not run."""
    await town.person(exercises=True)
    await town.release(exercise=True)
    assert (await told(town))[DEPUTY].startswith("EXERCICE - Urgence envoyée")


async def test_an_information_costs_no_sms(town):
    """It is told by e-mail and notification alone."""
    await town.release(level=Level.INFO, topic="works")
    assert (await told(town)).keys() == {MAILBOX}


async def test_what_was_taken_back_is_told_to_nobody(town):
    """It is told once it can no longer be taken back; and not at all when it was."""
    for again in (False, True):
        shown = await town.preview(level=Level.WARNING)
        released = await release(town.desk, town.mayor, town.station, shown.digest, hold_ms=HOLD_MS)
        assert await told(town) == {}
        if not again:
            await undo(town.desk, town.mayor, released.alert_id)
        town.clock.advance(HOLD_MS)
    assert (await told(town)).keys() == {DEPUTY, MAILBOX}


async def test_an_emergency_that_did_not_leave_is_told_to_all(town):
    """After a standstill nobody may be looking at the page that asks."""
    await countdown.arm(town.desk, town.mayor, (await town.preview()).digest)
    town.clock.advance(countdown.LASTS_MS + countdown.LATE_MS + 1)
    await countdown.step(town.desk)
    found = await told(town)
    assert found.keys() == {MAYOR, MAILBOX, DEPUTY}
    assert found[MAYOR].startswith("Rien n'est parti: l'envoi de Jeanne Meyer")


async def test_in_training_no_real_address_hears_of_it(town):
    """A training station's operators are told in the sandbox, where they gave an address there."""
    async with town.db.transaction() as tx:
        for login, mode in (("mairie", Mode.LIVE), ("eleve", Mode.TRAINING)):
            if mode is Mode.TRAINING:
                await operators.add(tx, town.clock, login=login, name=login)
                way = (login, Channel.SMS, STRANGER, mode)
                await contacts.give(tx, town.clock, town.desk.keyring, "cli", *way)
            one = await operators.by_login(tx, login)
            await operators.set_role(tx, one.id, town.training.id, Role.MAYOR)
    await town.person(station=town.training)
    there = replace(town, station=town.training, mayor=replace(town.mayor, station_id=town.training.id))
    await there.release()
    assert await told(town) == {}
    rows = await town.db.fetch("heart.deliveries")
    assert {Mode(row["mode"]) for row in await town.db.fetch("heart.messages")} == {Mode.TRAINING}
    assert len([row for row in rows if row["wording"] == 0]) >= 1


async def test_half_an_hour_before_its_end_they_are_asked_once(town):
    """Prolong, or all clear; not of what was ended, prolonged or corrected meanwhile, which is asked about in its turn."""
    ended, going = await town.release(topic="flood"), await town.release()
    await told(town)
    await town.end(ended)
    await told(town)
    town.clock.advance(3 * HOUR - colleagues.BEFORE_END - 1)
    before = len(town.provider.ledger)
    await told(town)
    assert len(town.provider.ledger) == before
    for _ in range(2):
        town.clock.advance(1)
        found = await told(town)
    asked = [said.text for said in town.provider.ledger[before:]]
    assert len(asked) == 2
    assert all("se termine dans une demi-heure" in text for text in asked)
    assert found[DEPUTY].endswith(f"/alertes/{going.alert_id}")


@pytest.mark.parametrize(("level", "lane"), [(Level.DANGER, Lane.DANGER), (Level.WARNING, Lane.SERVICE)])
async def test_of_an_emergency_they_hear_while_it_goes_out(town, level, lane):
    """In the lane of service they would be told once thousands had been: of a warning that is soon enough."""
    await town.release(level=level)
    await colleagues.step(town.desk)
    (written, *_) = [row for row in await town.db.fetch("heart.messages") if row["kind"] == "service"]
    rows = [row for row in await town.deliveries() if row["message_id"] == written["id"]]
    assert {row["lane"] for row in rows} == {lane}
