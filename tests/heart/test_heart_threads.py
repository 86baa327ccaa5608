"""Update, end, cancel: who had a word is told, by the same channel, what became of it; nobody else is."""

import pytest
from heart.far_end import report
from heart.provider import SILENT
from heart.town import EMAIL, HOME, SMS, build, mailbox, phone, settings

import zones
from alertd.clock import HOUR, MINUTE, SECOND
from alertd.errors import Refused
from alertd.issue.reading import alert, progress
from alertd.model import AlertState, Level, State, Target, Text, Wording
from gateways.contract import Outcome

NORTH = (HOME[0] + 0.02, HOME[1])
AROUND_NORTH = Target(zone=zones.Circle(*NORTH, 1_000))
BOTH = frozenset({SMS, EMAIL})
INFO = {"level": Level.INFO, "topic": "council"}
TURNS = {
    "accepted": (Outcome.ACCEPTED, True),
    "delivered": (Outcome.DELIVERED, True),
    "seen": (Outcome.SEEN, True),
    "unknown": (Outcome.UNKNOWN, True),
    "silent": (SILENT, True),
    "retried": (Outcome.RETRY, False),
    "throttled": (Outcome.THROTTLED, False),
    "failed": (Outcome.FAILED, False),
    "refused": (Outcome.REFUSED, False),
    "stopped": (Outcome.STOPPED, False),
}


async def wordings(town, event):
    """Of an event's deliveries, by person."""
    return {row["endpoint_id"] >> 8: Wording(row["wording"]) for row in await town.deliveries(event)}


@pytest.mark.parametrize("act", ["end", "cancel", "update"])
async def test_whoever_may_have_the_word_is_told_and_whoever_cannot_have_it_is_not(town, act):
    """Accepted, delivered, seen, unknown are told; retried, failed, refused, stopped are not, unless newly covered."""
    people = {}
    for number, (name, (turn, _)) in enumerate(TURNS.items(), 1):
        people[name] = await town.person()
        town.provider.plays(phone(number), turn)
    released = await town.release(level=Level.WARNING)
    await town.run()
    if act == "update":
        second = await town.release(released.alert_id, target=AROUND_NORTH, level=Level.WARNING)
    else:
        second = await getattr(town, act)(released)
    await town.later(2 * SECOND)  # one of them asked for silence
    told = {people[name] for name, (_, reached) in TURNS.items() if reached}
    assert await town.people_of(second) == told
    assert {len(town.provider.to(phone(n))) for n in range(1, 6)} == {2}
    assert {len(town.provider.to(phone(n))) for n in range(6, 11)} == {1}
    assert set((await wordings(town, second)).values()) == {
        Wording.LEAVING if act == "update" else Wording.UPDATE
    }


@pytest.mark.parametrize("act", ["end", "cancel"])
async def test_whose_provider_took_it_and_called_it_failed_later_hears_how_it_ended(town, act):
    """An SMS accepted, then reported failed, arrives after the correction was released: its person has the correction, once."""
    person = await town.person()
    released = await town.release(level=Level.WARNING)
    await town.run()
    reference = town.provider.ledger[0].reference
    await report(town, (reference, Outcome.FAILED))
    assert await town.states() == {State.FAILED: 1}
    last = await getattr(town, act)(released)
    await town.run()
    await report(town, (reference, Outcome.DELIVERED))
    await town.run()
    assert await town.people_of(last) == {person}
    assert len(town.provider.to(phone(1))) == 2
    await town.books()


async def test_a_doubtful_delivery_counts_as_perhaps_arrived_whatever_came_after(town):
    """A danger met silence, was sent once more and failed: its person still hears that it is over."""
    person = await town.person()
    town.provider.plays(phone(1), Outcome.UNKNOWN, Outcome.FAILED)
    released = await town.release()
    await town.run()
    await town.later(25 * SECOND)
    assert await town.states() == {State.FAILED: 1}
    over = await town.end(released)
    await town.run()
    assert await town.people_of(over) == {person}
    assert "Fin d'alerte" in town.provider.to(phone(1))[-1].text


async def test_an_end_goes_by_the_channels_that_the_alert_went_by(town):
    """Two numbers and a mailbox were warned: the same three hear the end, once each."""
    await town.person(sms=2, email=1)
    released = await town.release(channels=BOTH)
    await town.run()
    over = await town.end(released)
    await town.run()
    assert len(await town.deliveries(over)) == 3
    for address in (phone(1), phone(1, 1), mailbox(1)):
        assert len(town.provider.to(address)) == 2


async def test_an_update_tells_the_old_the_new_and_those_who_are_out(town):
    """Who was covered and still is gets an update; who newly is, first-time words; who no longer is, a good-bye."""
    stays, leaves = await town.person(HOME, NORTH), await town.person(HOME)
    joins, never = await town.person(NORTH), await town.person((HOME[0] - 0.05, HOME[1]))
    released = await town.release()
    await town.run()
    update = await town.release(released.alert_id, target=AROUND_NORTH)
    await town.run()
    assert await wordings(town, update) == {
        stays: Wording.UPDATE,
        leaves: Wording.LEAVING,
        joins: Wording.FIRST,
    }
    assert never not in await town.people_of(update)
    texts = [town.provider.to(phone(n))[-1].text for n in (1, 2, 3)]
    assert "Mise à jour" in texts[0]
    assert "Vous ne faites plus partie de la zone" in texts[1]
    assert texts[2].startswith("Bras-sur-Meuse: Incendie")
    assert [town.provider.to(phone(n))[-1].first for n in (1, 2, 3)] == [False, False, True]


async def test_whom_the_first_message_never_reached_is_addressed_as_new(town):
    """Still queued when the update came: cancelled unsent, then told once, in first-time words."""
    person = await town.person()
    released = await town.release()
    await town.spread()
    update = await town.release(released.alert_id)
    await town.run()
    assert len(town.provider.ledger) == 1
    assert await wordings(town, update) == {person: Wording.FIRST}
    assert await town.states(released) == {State.CANCELLED: 1}
    assert await town.states(update) == {State.ACCEPTED: 1}


async def test_what_an_update_supersedes_reads_as_cancelled_at_once_and_is_settled_after(town):
    """The mark counts from the release on: the page says cancelled before a row has changed; then the rows follow."""
    for _ in range(3):
        await town.person()
    released = await town.release()
    await town.spread()
    await town.release(released.alert_id)
    before = await progress(town.desk, released.alert_id)
    assert await town.states(released) == {State.QUEUED: 3}
    assert (before[0].tally["queued"], before[0].tally["cancelled"], before[0].superseded) == (0, 3, True)
    await town.keep_house()
    assert await town.states(released) == {State.CANCELLED: 3}
    after = await progress(town.desk, released.alert_id)
    assert (after[0].planned, after[0].tally) == (3, before[0].tally)
    assert after[0].closed


async def test_in_a_long_thread_nobody_is_told_twice_that_they_are_out(town):
    """Alert, three updates, end: who is out hears so once and then the end; who came in hears everything since."""
    first, last = await town.person(HOME), await town.person(NORTH)
    released = await town.release()
    await town.run()
    for target in (AROUND_NORTH, AROUND_NORTH, Target(zone=zones.Circle(*NORTH, 500))):
        await town.release(released.alert_id, target=target)
        await town.run()
    over = await town.end(released)
    await town.run()
    assert await town.people_of(over) == {first, last}
    assert [len(town.provider.to(phone(n))) for n in (1, 2)] == [3, 4]
    assert (await alert(town.desk, released.alert_id)).summary.state is AlertState.ENDED


async def test_a_correction_skips_every_queue(db, clock):
    """At one a second, behind a danger to twenty, the false alert is corrected before anyone else is warned."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 1, "burst": 1}, channels=("sms",)))
    for _ in range(20):
        await town.person()
    wrong = await town.release()
    for _ in range(3):
        await town.later(SECOND)
    await town.release()
    await town.later(SECOND)
    town.provider.ledger.clear()
    await town.cancel(wrong)
    for _ in range(5):
        await town.later(SECOND)
    corrected = ["Fausse alerte" in message.text for message in town.provider.ledger]
    assert corrected[:2] == [True, True]
    assert corrected.count(True) <= 4
    assert corrected == sorted(corrected, reverse=True)
    await town.books()


async def test_an_alert_that_expired_can_still_be_ended(town):
    """Its hours are over and nobody said so: the list says expired; the end reaches whom it reached."""
    person = await town.person()
    released = await town.release(expires=town.clock.now_ms() + HOUR)
    await town.run()
    await town.later(HOUR + SECOND)
    assert (await alert(town.desk, released.alert_id)).summary.state is AlertState.EXPIRED
    over = await town.end(released)
    await town.run()
    assert await town.people_of(over) == {person}
    assert (await alert(town.desk, released.alert_id)).summary.state is AlertState.ENDED


async def test_an_end_after_which_it_was_false_all_along(town):
    """Ended, then cancelled: those who were told twice are told a third time, and no more."""
    await town.person()
    released = await town.release()
    await town.run()
    await town.end(released)
    await town.run()
    await town.cancel(released)
    await town.run()
    kinds = [message.text.split(": ")[1] for message in town.provider.ledger]
    assert kinds[1:] == ["Fin d'alerte", "Fausse alerte"]
    assert len(kinds) == 3


async def test_a_headline_s_full_stop_goes_where_the_moment_follows(town):
    """Ready texts end theirs with one: "INCENDIE. (lun. 23 nov. 14:10)." is read by everyone."""
    await town.person()
    released = await town.release(texts={"fr": Text("INCENDIE rue de Verdun.")})
    await town.run()
    await town.end(released)
    await town.run()
    assert "INCENDIE rue de Verdun (" in town.provider.ledger[-1].text


async def test_the_end_of_an_alert_that_reached_nobody_says_nothing(town):
    """No delivery, a plan of nothing, and the message closed."""
    released = await town.release()
    await town.run()
    await town.end(released)
    await town.run()
    await town.keep_house()
    told = await progress(town.desk, released.alert_id)
    assert [(each.planned, each.closed) for each in told] == [(0, True), (0, True)]


async def test_an_end_says_in_every_language_which_message_is_meant(town):
    """Without a text of its own: the headline with its hour, and that nothing more is to be feared."""
    await town.person(), await town.person(locale="de")
    texts = {"fr": Text("Incendie route de Verdun"), "de": Text("Brand an der Straße nach Verdun")}
    released = await town.release(texts=texts)
    await town.run()
    await town.end(released)
    await town.run()
    french, german = (town.provider.to(phone(n))[-1].text for n in (1, 2))
    assert french.startswith("Bras-sur-Meuse: Fin d'alerte: Incendie route de Verdun (lun. 2 mars 10:00).")
    assert "Plus de danger." in french
    assert "Brand an der Straße nach Verdun (Mo. 2" in german
    assert "Plus de danger" not in german


async def test_the_end_of_an_information_speaks_of_no_danger(town):
    """In every language, with or without a translation of it: it is over, or was a mistake."""
    await town.person(), await town.person(locale="de"), await town.person(locale="en")
    texts = {"fr": Text("Rue de Verdun fermée"), "de": Text("Straße nach Verdun gesperrt")}
    for act, words in (
        (town.end, ("C'est terminé.", "Es ist vorbei.", "It is over.")),
        (town.cancel, ("une erreur. Nos excuses.", "ein Irrtum.", "a mistake. We apologise.")),
    ):
        released = await town.release(level=Level.INFO, topic="works", texts=texts)
        await town.run()
        await act(released)
        await town.run()
        for n, said in enumerate(words, 1):
            told = town.provider.to(phone(n))[-1].text
            assert said in told
            assert not {"danger", "Gefahr"} & set(told.replace(".", " ").split())


async def test_an_end_may_have_words_of_its_own_and_they_are_checked(town):
    """What the mayor writes is what is said, within the bounds of any text."""
    await town.person()
    released = await town.release()
    await town.run()
    with pytest.raises(Refused) as refused:
        await town.end(released, {"fr": Text("x" * 10_000)})
    assert refused.value.code == "text_too_long"
    await town.end(released, {"fr": Text("Le feu est éteint", "", "Rentrez chez vous.")})
    await town.run()
    said = town.provider.to(phone(1))[-1].text
    assert said.startswith("Bras-sur-Meuse: Fin d'alerte: Le feu est éteint. Rentrez chez vous.")


async def test_the_word_that_it_is_over_is_worth_two_hours(town):
    """Later nobody is told any more."""
    await town.person()
    released = await town.release()
    await town.run()
    town.provider.usual = Outcome.RETRY
    await town.end(released)
    await town.run()
    town.provider.usual = Outcome.ACCEPTED
    await town.later(2 * HOUR + 2 * MINUTE)
    assert len(town.provider.ledger) == 2
    assert (await town.states())[State.EXPIRED] == 1


async def test_all_messages_of_one_alert_have_one_thread(town):
    """One collapse key for an alert and what follows it, another for another alert."""
    await town.person()
    released = await town.release()
    await town.run()
    await town.end(released)
    await town.run()
    await town.release(**INFO)
    await town.run()
    threads = [message.thread for message in town.provider.ledger]
    assert threads[0] == threads[1] != threads[2]


async def test_what_is_taken_back_before_its_hour_is_over_at_once(town):
    """Released for tomorrow and corrected today: nothing of it is planned, and it is looked after no longer."""
    await town.person()
    onset = town.clock.now_ms() + 20 * HOUR
    released = await town.release(**INFO, onset=onset, expires=onset + HOUR)
    await town.cancel(released)
    await town.later(MINUTE)
    message = await town.message(released)
    assert (message["planned"], message["closed_at"] is not None) == (0, True)
    await town.later(20 * HOUR)
    assert town.provider.ledger == []
