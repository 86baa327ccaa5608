"""A danger that an organisation sends goes to its own followers, and its commune's deciders are told at once."""

import asyncio

import pytest
from heart.town import EMAIL, HOME, mayor_of

from alertd.clock import DAY
from alertd.errors import NotAllowed
from alertd.issue.preview import preview
from alertd.issue.reading import alert
from alertd.issue.release import release
from alertd.model import AlertState, Level, Role, Target, Text
from alertd.stations import approval_rules, operators, organisations, requests, stations
from alertd.stations.approval_rules import DROP, Rule
from alertd.stations.stations import NewStation
from alertd.subscribe import contacts, groups

WORDS = Text(
    "CONFINEMENT école Jean Zay.",
    instruction="Restez à l'intérieur. Ne venez pas chercher les enfants. Urgence: 17, 112, SMS 114.",
)


@pytest.fixture
async def school(town):
    """A live school under the town; the town's mayor and its agent can be told, by e-mail."""
    new = NewStation("ecole", "École Jean Zay", *HOME, kind="school", parent=town.station.slug)
    async with town.db.transaction() as tx:
        made = await stations.add(tx, town.clock, new)
        for number, role in enumerate((Role.MAYOR, Role.AGENT)):
            one = await operators.add(tx, town.clock, login=f"le-{role.word}", name=role.word)
            await operators.set_role(tx, one.id, town.station.id, role)
            address = f"{role.word}-{number}@mairie.example"
            await contacts.give(tx, town.clock, town.desk.keyring, "cli", one.login, EMAIL, address)
        await organisations.grant(tx, town.desk.catalogue, made, "confinement", "operator:le-mayor")
    return made


async def send(town, school, level=Level.DANGER, text=WORDS):
    content = town.content(level=level, topic="security", target=Target(station=True), texts={"fr": text})
    head = mayor_of(school)
    shown = await preview(town.desk, head, school, content)
    return await release(town.desk, head, school, shown.digest)


async def test_the_mayor_is_told_at_once_and_only_the_school_s_followers_are_warned(town, school):
    """One letter to the mayor, none to the agent; the commune's own people hear nothing of it."""
    parent = await town.person(email=1, station=school)
    neighbour = await town.person(email=1)
    released = await send(town, school)
    await town.run()
    assert await town.people_of(released) == {parent}
    assert neighbour not in await town.people_of(released)
    (letter,) = [sent for sent in town.provider.ledger if sent.address.endswith("@mairie.example")]
    assert letter.address == "mayor-0@mairie.example"
    assert "École Jean Zay a envoyé une urgence: CONFINEMENT école Jean Zay." in letter.text


async def test_other_words_and_other_levels_call_nobody(town, school):
    """Refused before anything is kept; an information is the school's own affair."""
    with pytest.raises(NotAllowed) as refusal:
        await send(town, school, text=Text("Fuyez"))
    assert refusal.value.code == "danger_not_granted"
    await town.person(email=1, station=school)
    await send(town, school, Level.INFO, Text("Photo de classe"))
    await town.run()
    assert not [sent for sent in town.provider.ledger if sent.address.endswith("@mairie.example")]


@pytest.fixture
async def asker(town, school):
    """A teacher and the headmistress, each told at an address of their own."""
    async with town.db.transaction() as tx:
        for login, role in (("maitresse", Role.PUBLISHER), ("directrice", Role.MAYOR)):
            one = await operators.add(tx, town.clock, login=login, name=login)
            await operators.set_role(tx, one.id, school.id, role)
            said = (login, EMAIL, f"{login}@ecole.example")
            await contacts.give(tx, town.clock, town.desk.keyring, "cli", *said)
    return "operator:maitresse"


async def answered(town, school, who, state, said):
    """Whom the answer was written to, and its words."""
    async with town.db.transaction() as tx:
        id_ = await requests.ask(tx, town.clock, school, who, "Chien errant devant l'école.")
        await requests.answer(tx, town.desk, town.station, "operator:le-mayor", id_, state, said)
    await town.run()
    return [(sent.address, sent.text) for sent in town.provider.ledger if "@ecole.example" in sent.address]


@pytest.mark.parametrize(
    ("state", "said", "told"),
    [
        ("done", "", "a diffusé ce que vous demandiez"),
        ("adapted", "À tout le quartier", "autrement ce que vous demandiez (À tout le quartier)"),
        ("declined", "La police est là", "décline votre demande (La police est là)"),
    ],
)
async def test_the_answer_is_written_to_whoever_asked(town, school, asker, state, said, told):
    """To that person alone, with what was asked and why it was not sent as it stood."""
    ((address, text),) = await answered(town, school, asker, state, said)
    assert address == "maitresse@ecole.example"
    assert told in text
    assert "Chien errant devant l'école." in text


@pytest.mark.usefixtures("asker")
@pytest.mark.parametrize("who", ["key:7", "operator:partie"])
async def test_the_answer_to_a_program_or_to_who_has_left_is_for_those_who_decide_there(town, school, who):
    """Nobody's question stays without its answer; the teacher, who decides nothing, is not told."""
    ((address, _),) = await answered(town, school, who, "declined", "Non")
    assert address == "directrice@ecole.example"


async def test_what_was_agreed_beforehand_is_used_once_by_two_who_send_at_once(town, school):
    """One information a day leaves without a second person: of three that are released together one does, the others wait."""
    await town.person(station=school)
    async with town.db.transaction() as tx:
        await approval_rules.decide(tx, school, Level.INFO, Rule(10, 10, DROP))
        what = (
            "council",
            int(Level.INFO),
            0,
            0,
            1,
            town.clock.now_ms() + 9 * DAY,
            "mairie",
            town.clock.now_ms(),
        )
        await tx.execute("preapprovals.add", 1, school.id, town.station.id, *what)
    head = mayor_of(school)
    content = town.content(level=Level.INFO, topic="council", target=Target(station=True))
    shown = [await preview(town.desk, head, school, content) for _ in range(3)]
    released = await asyncio.gather(*(release(town.desk, head, school, one.digest) for one in shown))
    assert sum(one.event_id != 0 for one in released) == 1
    waiting = [one.alert_id for one in released if one.event_id == 0]
    states = {(await alert(town.desk, alert_id)).summary.state for alert_id in waiting}
    assert (len(set(waiting)), states) == (2, {AlertState.PENDING})


async def test_a_danger_that_was_granted_may_be_a_group_s(town, school):
    """One class is confined: the school tells that class, in the words that its commune agreed to; nobody else hears of it."""
    parent = await town.person(email=1, station=school)
    await town.person(email=1, station=school)
    async with town.db.transaction() as tx:
        group = await groups.add(tx, school.id, "CM2")
        await groups.put(tx, group, [parent])
    content = town.content(topic="security", target=Target(groups=(group,)), texts={"fr": WORDS})
    head = mayor_of(school)
    shown = await preview(town.desk, head, school, content)
    released = await release(town.desk, head, school, shown.digest)
    await town.run()
    assert await town.people_of(released) == {parent}
