"""A second person agrees before a message leaves: in time, once, to what was shown; else as the station chose."""

import asyncio
from dataclasses import replace

import pytest
from heart.town import EMAIL, bounded

from alertd.clock import MINUTE
from alertd.errors import Conflict, NotAllowed, Refused
from alertd.issue import approval, unanswered
from alertd.issue.preview import preview
from alertd.issue.reading import alert
from alertd.issue.release import cancel, release
from alertd.issue.waiting import latest
from alertd.model import Act, Actor, AlertState, Level, Role, Target
from alertd.stations import approval_rules, calling, operators
from alertd.stations.approval_rules import DROP, SEND, Rule
from alertd.subscribe import contacts

AUTHOR, SECOND, THIRD = "operator:le-agent", "operator:le-deputy", "operator:le-mayor"


def who(town, name, role=Role.DEPUTY, releases=None):
    return Actor(name, town.station.id, releases or role.releases, role)


@pytest.fixture
async def asked(town):
    """A warning that an agent wrote, and that waits ten minutes for anyone, ten more for deputies; its alert's id."""
    await town.person()
    await town.person()
    await rule(town)
    return await ask(town)


async def rule(town, otherwise=DROP, level=Level.WARNING):
    async with town.db.transaction() as tx:
        await approval_rules.decide(tx, town.station, level, Rule(10, 10, otherwise))


async def ask(town, alert_id=None, **changes):
    author = who(town, AUTHOR, Role.AGENT)
    content = town.content(**({"level": Level.WARNING, "target": Target(station=True)} | changes))
    shown = await preview(town.desk, author, town.station, content, alert_id)
    return (await release(town.desk, author, town.station, shown.digest)).alert_id


async def agree(town, alert_id, name=SECOND, people=2):
    one = await latest(town.desk, town.station.id, alert_id)
    return await approval.approve(town.desk, who(town, name), alert_id, one.mark, people)


async def state(town, alert_id):
    return (await alert(town.desk, alert_id)).summary.state


async def test_nothing_leaves_before_a_second_person_agrees(town, asked):
    """It waits; the author cannot agree, nor a program, nor who may not send it; then it leaves as it was written."""
    await town.run()
    assert (await state(town, asked), await town.deliveries()) == (AlertState.PENDING, [])
    for person in (
        who(town, AUTHOR, Role.AGENT),
        Actor("key:1", town.station.id, Level.DANGER),
        who(town, SECOND, Role.PUBLISHER),
    ):
        mark = (await latest(town.desk, town.station.id, asked)).mark
        with pytest.raises(NotAllowed):
            await approval.approve(town.desk, person, asked, mark, 2)
    await agree(town, asked)
    await town.run()
    assert await state(town, asked) is AlertState.ACTIVE
    assert len(await town.deliveries()) == 2


async def test_two_who_decide_at_once_decide_once(town, asked):
    """One agrees, another agrees and a third refuses in the same moment: one event, or none; never two."""
    mark = (await latest(town.desk, town.station.id, asked)).mark
    no = approval.refuse(town.desk, who(town, "operator:x"), asked, mark, "double emploi")
    tries = [agree(town, asked, SECOND), agree(town, asked, THIRD), no]
    results = await bounded(asyncio.gather(*tries, return_exceptions=True))
    lost = [one for one in results if isinstance(one, Conflict)]
    assert [one.code for one in lost] == ["approval_decided", "approval_decided"]
    await town.run()
    events = len((await alert(town.desk, asked)).events)
    decided = (await latest(town.desk, town.station.id, asked)).state
    assert (events, decided) in {(1, "approved"), (0, "refused")}


async def test_the_same_click_asks_once(town):
    """A second release of the same preview is the same request, also at the same moment."""
    await town.person()
    await rule(town)
    author = who(town, AUTHOR, Role.AGENT)
    content = town.content(level=Level.WARNING, target=Target(station=True))
    shown = await preview(town.desk, author, town.station, content)
    clicks = [release(town.desk, author, town.station, shown.digest) for _ in range(3)]
    answers = await bounded(asyncio.gather(*clicks))
    assert len({answer.alert_id for answer in answers}) == 1
    assert [answer.event_id for answer in answers] == [0, 0, 0]


async def test_a_change_voids_what_was_asked(town, asked):
    """Taken back it is a draft; who had it open agrees to nothing, and the new text is asked anew."""
    before = await latest(town.desk, town.station.id, asked)
    await approval.void(town.desk, who(town, AUTHOR, Role.AGENT), asked)
    assert await state(town, asked) is AlertState.DRAFT
    with pytest.raises(Conflict):
        await agree(town, asked)
    texts = {"fr": replace(before.content.texts["fr"], headline="Autre chose")}
    assert await ask(town, asked, texts=texts) == asked
    with pytest.raises(Conflict) as refusal:
        await approval.approve(town.desk, who(town, SECOND), asked, before.mark, 2)
    assert refusal.value.code == "approval_changed"


async def test_it_is_agreed_to_for_so_many_people_as_were_shown(town, asked):
    """More people than were shown: look again."""
    await town.person()
    with pytest.raises(Conflict) as refusal:
        await agree(town, asked, people=2)
    assert refusal.value.code == "people_changed"
    await agree(town, asked, people=3)


async def test_a_refusal_says_why_and_the_author_is_told(town, asked):
    """Without a reason it is none; with one it is a draft again, and a letter goes to whoever asked."""
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login="le-agent", name="Agent")
        await operators.set_role(tx, one.id, town.station.id, Role.AGENT)
        await contacts.give(
            tx, town.clock, town.desk.keyring, "cli", "le-agent", EMAIL, "agent@mairie.example"
        )
    mark = (await latest(town.desk, town.station.id, asked)).mark
    with pytest.raises(Refused) as refusal:
        await approval.refuse(town.desk, who(town, SECOND), asked, mark, "  ")
    assert refusal.value.code == "reason_missing"
    await approval.refuse(town.desk, who(town, SECOND), asked, mark, "Le lieu manque")
    assert await state(town, asked) is AlertState.DRAFT
    await town.run()
    (letter,) = [sent for sent in town.provider.ledger if sent.address == "agent@mairie.example"]
    assert "Le lieu manque" in letter.text


async def test_everybody_who_may_agree_is_asked_whoever_came_last(town):
    """Thirty people of eight addresses each are more than are written to: each is asked at one before anybody is at a second."""
    await town.person()
    await rule(town)
    for number in range(30):
        async with town.db.transaction() as tx:
            login = f"elu-{number}"
            one = await operators.add(tx, town.clock, login=login, name=login)
            await operators.set_role(tx, one.id, town.station.id, Role.DEPUTY)
            for way in range(contacts.MOST):
                said = (login, EMAIL, f"{login}-{way}@mairie.example")
                await contacts.give(tx, town.clock, town.desk.keyring, "cli", *said)
    await ask(town)
    await town.run()
    asked = {sent.address for sent in town.provider.ledger if sent.address.startswith("elu-")}
    assert len(asked) == calling.MOST
    assert {f"elu-{number}-0@mairie.example" for number in range(30)} <= asked


@pytest.mark.parametrize(("otherwise", "ends"), [(SEND, AlertState.ACTIVE), (DROP, AlertState.DRAFT)])
async def test_without_an_answer_the_deputies_are_called_and_then_it_is_as_the_station_chose(
    town, otherwise, ends
):
    """Nothing at nine minutes; the deputies at ten, once; at twenty it leaves, or it does not."""
    await town.person()
    await rule(town, otherwise)
    waiting = await ask(town)
    for minutes, called in ((9, None), (1, True), (5, True)):
        town.clock.advance(minutes * MINUTE)
        await asyncio.gather(unanswered.tick(town.desk), unanswered.tick(town.desk))
        row = (await town.db.fetch("approvals.latest", waiting))[0]
        assert (row["called_at"] is not None) is bool(called)
        assert row["state"] == "waiting"
    town.clock.advance(5 * MINUTE)
    await asyncio.gather(unanswered.tick(town.desk), unanswered.tick(town.desk), return_exceptions=True)
    assert await state(town, waiting) is ends
    assert len((await alert(town.desk, waiting)).events) == (1 if otherwise == SEND else 0)
    calls = [row for row in await town.db.fetch("heart.audits") if row["action"] == "approval.call"]
    assert len(calls) == 1


async def test_what_has_expired_while_it_waited_is_not_sent(town):
    """Sending without an answer looks at it as it stands: its end has passed."""
    await town.person()
    await rule(town, SEND)
    waiting = await ask(town, expires=town.clock.now_ms() + 15 * MINUTE)
    town.clock.advance(30 * MINUTE)
    await unanswered.tick(town.desk)
    assert await state(town, waiting) is AlertState.DRAFT
    assert (await latest(town.desk, town.station.id, waiting)).state == "dropped"


async def test_an_update_waits_too_and_a_correction_does_not(town, asked):
    """The alert under way stays as it is until someone agrees; a false alert is corrected at once."""
    await agree(town, asked)
    await ask(town, asked)
    view = await alert(town.desk, asked)
    assert (view.summary.state, len(view.events)) == (AlertState.ACTIVE, 1)
    await agree(town, asked)
    assert [event.act for event in (await alert(town.desk, asked)).events] == [Act.ALERT, Act.UPDATE]
    await cancel(town.desk, who(town, AUTHOR, Role.AGENT), asked)
    assert await state(town, asked) is AlertState.CANCELLED


async def test_neither_a_danger_nor_another_level_waits(town):
    """The rule is a level's."""
    with pytest.raises(Refused):
        await rule(town, level=Level.DANGER)
    await rule(town)
    assert await state(town, await ask(town, level=Level.INFO)) is AlertState.ACTIVE
