"""A message whose answer was lost is asked for, before danger is sent once more."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from heart.far_end import Telling
from heart.provider import SILENT
from heart.town import SMS, Node, build, mayor_of, phone, settings

from alertd.clock import HOUR, SECOND
from alertd.deliver import rehearsal
from alertd.deliver.line import Line
from alertd.deliver.lookups import Lookups
from alertd.deliver.pace import Bucket
from alertd.deliver.routes import SHARED, first
from alertd.model import Level, Mode, State
from gateways.contract import Outcome, Surroundings
from gateways.loader import load

INFO = {"level": Level.INFO, "topic": "council"}


@dataclass
class Asking:
    """A node that speaks through a provider that can be asked."""

    town: Any
    node: Node
    provider: Telling
    lookups: Lookups

    async def lose(self, people: int = 1, **changes: Any) -> None:
        """So many people are sent an alert, and no answer is read."""
        self.provider.usual = SILENT
        for _ in range(people):
            await self.town.person()
        await self.town.release(**changes)
        await self.town.spread()
        await self.town.hand_over(self.node)

    async def ask(self) -> None:
        """Every question that is due now."""
        while await self.lookups.step():
            pass

    def arrived(self, *which: int) -> None:
        """The provider knows that these messages, by their order, were delivered."""
        for n in which:
            self.provider.knows[self.provider.ledger[n].reference] = Outcome.DELIVERED


async def line_of(town, provider=None, name="two") -> Asking:
    provider = provider or Telling()
    node = await town.another_node(name, provider)
    sending = town.desk.settings.sending
    lookups = Lookups(town.db, town.clock, town.desk.keyring, {"operator": provider}, sending, node.id)
    return Asking(town, node, provider, lookups)


@pytest.fixture
async def line(town) -> Asking:
    return await line_of(town)


async def test_what_the_provider_has_is_no_longer_unknown(town, line):
    """Two seconds after the answer was lost the provider is asked, and says that one of two was delivered."""
    await line.lose(2, **INFO)
    line.arrived(0)
    town.clock.advance(SECOND)
    await line.ask()
    assert line.provider.asked == []
    town.clock.advance(SECOND + 1)
    await line.ask()
    assert await town.states() == {State.DELIVERED: 1, State.UNKNOWN: 1}
    outcomes = {(row["outcome"], row["code"]) for row in await town.attempts()}
    assert ("delivered", "found") in outcomes


async def test_a_danger_that_is_found_is_not_sent_again(town, line):
    """Asked before the twenty seconds are over: there is one message, not two."""
    await line.lose()
    line.arrived(0)
    town.clock.advance(3 * SECOND)
    await line.ask()
    town.clock.advance(60 * SECOND)
    await town.keep_house()
    await town.hand_over(line.node)
    assert len(line.provider.ledger) == 1
    assert await town.states() == {State.DELIVERED: 1}


async def test_questions_come_further_and_further_apart_and_end_after_an_hour(town, line):
    """Four before danger would be sent once more, a dozen in all, none about what is older than an hour."""
    await line.lose(**INFO)
    asked = []
    for _ in range(3_700):
        town.clock.advance(SECOND)
        await line.ask()
        asked.append(len(line.provider.asked))
    assert asked[19] == 4
    assert asked[3_599] == asked[-1]
    assert 10 <= asked[-1] <= 12


async def test_a_question_holds_a_hundred_references_and_everyone_is_asked_about(town, line):
    """A hundred and thirty were lost: two questions, and everyone is found."""
    await line.lose(130, **INFO)
    line.arrived(*range(130))
    town.clock.advance(3 * SECOND)
    await line.ask()
    assert [len(question) for question in line.provider.asked] == [100, 30]
    assert await town.states() == {State.DELIVERED: 130}


async def test_an_answer_about_what_was_not_asked_is_passed_over(town, line):
    """The provider tells of somebody else's message as well: that one stays as it was."""
    await town.person()
    await town.release(**INFO)
    await town.spread()
    await town.hand_over(line.node)
    told, known = line.provider.ledger[0].reference, line.provider.knows
    line.provider.plays(phone(2), SILENT)
    await town.person()
    await town.release(**INFO)
    await town.spread()
    await town.hand_over(line.node)

    async def gossip(references):
        known[told] = Outcome.REFUSED
        return await Telling.look_up(line.provider, [*references, told])

    line.provider.look_up = gossip
    town.clock.advance(3 * SECOND)
    await line.ask()
    assert told in known
    assert await town.states() == {State.ACCEPTED: 2, State.UNKNOWN: 1}


@pytest.mark.parametrize("trouble", ["raises", "hangs"])
async def test_a_provider_that_cannot_be_asked_is_asked_later(db, clock, trouble):
    """A driver's bug or a question without an answer ends nothing: the next question finds it."""
    town = await build(db, clock, settings(send_timeout_s=0.05))
    line = await line_of(town)
    await line.lose(**INFO)
    line.arrived(0)
    questions = []

    async def troubled(references):
        questions.append(references)
        if trouble == "raises":
            raise RuntimeError("the driver has a bug")
        await asyncio.Event().wait()

    line.provider.look_up = troubled
    town.clock.advance(3 * SECOND)
    await line.ask()
    assert len(questions) == 1
    assert await town.states() == {State.UNKNOWN: 1}
    del line.provider.look_up
    town.clock.advance(3 * SECOND)
    await line.ask()
    assert await town.states() == {State.DELIVERED: 1}
    await town.books()


async def test_each_node_asks_for_its_own_and_for_those_of_the_silent(town, line):
    """While the node that lost the answer lives it asks itself; when it is silent another one does."""
    await line.lose(**INFO)
    line.arrived(0)
    other = await line_of(town, line.provider, "three")
    town.clock.advance(3 * SECOND)
    await other.ask()
    assert line.provider.asked == []
    town.clock.advance(round(town.desk.settings.sending.lease_s * SECOND))
    await other.ask()
    assert await town.states() == {State.DELIVERED: 1}


async def test_what_was_lost_in_an_alert_that_is_closed_is_asked_for_too(town, line):
    """Nothing of the message waits any more; its unknown is still settled."""
    await line.lose(**INFO)
    await town.keep_house()
    assert (await town.db.fetch("heart.messages"))[0]["closed_at"] is not None
    line.arrived(0)
    town.clock.advance(HOUR // 2)
    await line.ask()
    assert await town.states() == {State.DELIVERED: 1}


async def test_the_sandbox_s_lost_answers_are_found(town):
    """In training, an address that ends in 0003 is unknown, then found delivered; the danger is not sent twice."""

    async def keep(name, messages):
        await rehearsal.keep(town.db, name, messages)

    sandbox = load("sandbox", "sandbox", {}, Surroundings(record=keep))
    town.numbers = iter([0])  # whose four numbers end in 0000 to 0003
    await town.person(sms=4, station=town.training)
    town.station, town.mayor = town.training, mayor_of(town.training)
    await town.release()
    await town.spread()
    sender = first(town.desk.routes, Mode.TRAINING, SMS, danger=True, owners=SHARED)
    town.node.lines = {SMS: Line(sender, sandbox, Bucket(town.clock, sender.rate, sender.burst))}
    await town.hand_over()
    assert (await town.states())[State.UNKNOWN] == 1
    sending = town.desk.settings.sending
    lookups = Lookups(town.db, town.clock, town.desk.keyring, {"sandbox": sandbox}, sending, town.node.id)
    town.clock.advance(3 * SECOND)
    await lookups.step()
    lost = [row for row in await town.deliveries() if row["endpoint_id"] & 255 == 3]
    assert [row["state"] for row in lost] == [State.DELIVERED]
    await town.later(30 * SECOND)
    assert [row["tries"] for row in await town.deliveries() if row["endpoint_id"] & 255 == 3] == [1]


async def accepted(town, line, people: int = 1) -> Lookups:
    """So many people's messages were accepted by a provider that reports only when asked."""
    for _ in range(people):
        await town.person()
    await town.release(**INFO)
    await town.spread()
    await town.hand_over(line.node)
    sending = town.desk.settings.sending
    asked = {"operator": line.provider}
    return Lookups(town.db, town.clock, town.desk.keyring, asked, sending, line.node.id, accepted=True)


async def rounds(town, reports: Lookups, seconds: int) -> None:
    """Every question that comes due in so many seconds."""
    for _ in range(seconds):
        town.clock.advance(SECOND)
        while await reports.step():
            pass


async def test_a_provider_that_reports_when_asked_is_asked_about_what_it_accepted(town, line):
    """Ten seconds after it was accepted; what it then says is recorded, and is not asked for again."""
    reports = await accepted(town, line, 2)
    line.arrived(0)
    await rounds(town, reports, 9)
    assert line.provider.asked == []
    await rounds(town, reports, 12)
    assert await town.states() == {State.DELIVERED: 1, State.ACCEPTED: 1}
    line.provider.asked.clear()
    await rounds(town, reports, 60)
    asked = {reference for question in line.provider.asked for reference in question}
    assert asked == {line.provider.ledger[1].reference}


async def test_a_dead_number_that_is_reported_when_asked_is_dead(town, line):
    """What the provider says when asked counts as much as what it calls to say."""
    reports = await accepted(town, line)
    line.provider.knows[line.provider.ledger[0].reference] = Outcome.REFUSED
    await rounds(town, reports, 21)
    assert await town.states() == {State.REFUSED: 1}


async def test_reports_are_asked_for_further_and_further_apart_and_for_an_hour(town, line):
    """A phone that is off costs under a dozen questions, not one a second."""
    reports = await accepted(town, line)
    await rounds(town, reports, 3_700)
    count = len(line.provider.asked)
    assert 7 <= count <= 10
    await rounds(town, reports, 100)
    assert len(line.provider.asked) == count


async def test_reports_of_many_are_asked_for_in_slices(town, line):
    """A hundred and thirty: two questions, and everyone is found."""
    reports = await accepted(town, line, 130)
    line.arrived(*range(130))
    await rounds(town, reports, 21)
    assert [len(question) for question in line.provider.asked] == [100, 30]
    assert await town.states() == {State.DELIVERED: 130}


async def test_only_what_such_a_gateway_accepted_is_asked_for(town, line):
    """What another gateway accepted is not put to this one, nor are unknowns asked for here."""
    reports = await accepted(town, line)
    await line.lose(**INFO)
    reports.gateways = {"another": line.provider}
    await rounds(town, reports, 60)
    assert line.provider.asked == []
    reports.gateways = {"operator": line.provider}
    await rounds(town, reports, 21)
    lost = await town.states()
    assert lost[State.UNKNOWN] > 0
    asked = {reference for question in line.provider.asked for reference in question}
    assert asked == {line.provider.ledger[0].reference}
