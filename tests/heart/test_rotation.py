"""One secret takes another's place: nobody is lost, nobody doubled, whenever it stops, and what was sent still answers."""

from dataclasses import replace

import pytest
from heart.addressed import phone
from heart.far_end import bring, heed
from heart.rotating import Killed, guard_of, resting, rotation, secret_in
from heart.test_inbound_kept import brought
from heart.town import HOME, SMS, settings
from heart.writing import OURS, act, subscribed

from alertd.clock import MINUTE
from alertd.errors import ConfigurationError, Conflict, Unavailable
from alertd.keyfile import Held
from alertd.keys import Keyring, Unreadable, delivery_number, endpoint_context
from alertd.model import Channel, Mode
from alertd.node.desk import enter, node_name
from alertd.rotation import heirlooms, nodes
from alertd.rotation.turn import Stage
from alertd.stations import secrets_in_use
from alertd.subscribe import contacts, stops
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.watch import reserved
from gateways.contract import Inbound


@pytest.fixture
async def town(db, clock):
    town = await resting(db, clock)
    yield town
    await town.books()


@pytest.fixture
def path(tmp_path):
    return secret_in(tmp_path)


async def telling(town, keyring):
    """The town's node runs, with these secrets."""
    async with town.db.transaction() as tx:
        await tx.execute("nodes.beat", town.node.id)
        await nodes.tell(tx, town.node.id, keyring)


async def enrolled_again(town, keyring, number):
    """Whose number it is found to be by a list that names it once more."""
    now = town.clock.now_ms()
    one = Enrolment(((SMS, phone(number)),), "accueil", now, places=(At(*HOME),))
    async with town.db.transaction() as tx:
        return (await enrol(tx, town.clock, keyring, town.station, one, fiction=True)).subscriber_id


async def test_whoever_is_looked_up_in_the_middle_is_found_once(town, path):
    """Killed after any slice and run again, a rotation loses and doubles nobody: at every stop each number is its person's."""
    people = {number: await town.person(push=1) for number in range(1, 6)}
    for slices in range(1, 40):
        try:
            await rotation(town, path, slices).turn()
            break
        except Killed:
            keyring = Keyring.load(path)
            for number, person in people.items():
                hashes = keyring.address_hashes("sms", phone(number))
                async with town.db.transaction() as tx:
                    found = await stops.find(tx, hashes, town.station.mode, "inbound:1", ())
                assert found.subscriber_id == person
            assert await enrolled_again(town, keyring, 1 + slices % 5) == people[1 + slices % 5]
    assert slices > 2
    assert {person for _, person in await subscribed(town)} == set(people.values())
    assert (await rotation(town, path).finish()).stage is Stage.OVER
    alone = Keyring.load(path)
    assert list(alone.held.secrets) == [2]
    assert [await enrolled_again(town, alone, number) for number in people] == list(people.values())


async def test_a_new_secret_s_paper_is_there_before_anything_is_sealed_with_it(town, path):
    """Whoever stops the command at its first slice has the paper already: run again, it is not told once more."""
    await town.person()
    papers = []
    with pytest.raises(Killed):
        await replace(rotation(town, path, 0), made=lambda *told: papers.append(told)).turn()
    assert [(key_id, Keyring.from_recovery(paper).held.secrets[2]) for key_id, paper in papers] == [
        (2, Held.read(path).secrets[2])
    ]
    assert (await rotation(town, path).turn()).recovery == ""


async def test_a_stop_in_the_middle_finds_the_endpoint_that_is_written_to(town):
    """A number that ended under one secret's hash and came back under the other's: a STOP ends what is written to."""
    first = await town.person()
    both = Keyring({1: b"k" * 32, 2: b"n" * 32})
    async with town.db.transaction() as tx:
        await tx.execute("stops.end_endpoint", first << 8)
    town.desk = replace(town.desk, keyring=both)
    town.clock.advance(MINUTE)
    second = await enrolled_again(town, both, 1)
    for keyring in (both, Keyring({1: b"k" * 32, 2: b"n" * 32}, staged=2)):
        async with town.db.transaction() as tx:
            hashes = keyring.address_hashes("sms", phone(1))
            found = await stops.find(tx, hashes, town.station.mode, "inbound:1", ())
        assert found.endpoint_id >> 8 == second
        assert found.listens
    await bring(town, brought(town, Inbound(phone(1), OURS, "STOP", "SM-rotation")))
    await heed(town)
    await act(town)
    assert (town.station.id, second) not in await subscribed(town)


async def test_nobody_seals_before_everybody_reads_and_nothing_is_forgotten_before_nobody_seals(town, path):
    """A running node that has not read the new secret holds the rotation up, one that seals with the old one holds up its end."""
    await town.person()
    await telling(town, town.desk.keyring)
    made = await rotation(town, path).turn()
    assert (made.stage, made.waits) == (Stage.MADE, ["one"])
    assert Keyring.from_recovery(made.recovery).held.secrets[2] == Held.read(path).secrets[2]
    assert Keyring.load(path).key_id == 1
    await telling(town, Keyring({1: b"k" * 32, 2: b"another" * 4 + b"key!"}, staged=2))
    assert (await rotation(town, path).turn()).stage is Stage.MADE
    await telling(town, Keyring.load(path))
    sealing = await rotation(town, path).turn()
    assert (sealing.stage, sealing.waits, sealing.left) == (Stage.SEALING, ["one"], {})
    with pytest.raises(Conflict) as refusal:
        await rotation(town, path).finish()
    assert refusal.value.code == "rotation_nodes"
    await telling(town, Keyring.load(path))
    assert (await rotation(town, path).finish()).stage is Stage.OVER


class Meanwhile:
    """A store, in which something happens right after the nodes were first looked at."""

    def __init__(self, db, happens):
        self._db, self._happens = db, happens

    def __getattr__(self, name):
        return getattr(self._db, name)

    async def fetch(self, name, *values):
        rows, happens = await self._db.fetch(name, *values), self._happens
        if name == "nodes.secrets" and happens:
            self._happens = None
            await happens()
        return rows


async def test_a_node_that_starts_just_then_is_not_left_behind(town, path):
    """One that read the old file and tells so while the rotation goes past it holds it up, or is refused: never neither."""
    await town.person()
    old = town.desk.keyring
    between = Meanwhile(town.db, lambda: telling(town, old))
    turned = await replace(rotation(town, path), db=between).turn()
    assert (turned.stage, turned.waits) == (Stage.MADE, ["one"])
    assert Keyring.load(path).key_id == 1
    async with town.db.transaction() as tx:
        await tx.execute("nodes.part", town.node.id)
    late = settings({"name": OURS})
    with pytest.raises(Unavailable):
        await enter(town.db, late, old)
    assert (await rotation(town, path).turn()).waits == [node_name(late)]  # it had told before it looked


async def test_a_node_that_slept_through_a_rotation_ends(town, path):
    """Frozen meanwhile it was not waited for: it looks now and then, and ends instead of failing whatever it claims."""
    guard = guard_of(town, town.desk.keyring)
    await guard.step()
    await rotation(town, path).turn()
    await guard.step()
    town.clock.advance(MINUTE)
    with pytest.raises(ConfigurationError) as refusal:
        await guard.step()
    assert refusal.value.code == "secret_behind"
    await guard_of(town, Keyring.load(path)).step()


async def test_who_has_not_the_new_secret_enrols_nobody(town, path):
    """A command that has run since before the rotation would not find people: it is told so, and changes nothing."""
    person = await town.person()
    await rotation(town, path).turn()
    with pytest.raises(Unavailable) as refusal:
        await enrolled_again(town, Keyring({1: b"k" * 32}), 1)
    assert refusal.value.code == "secret_behind"
    await secrets_in_use.check(town.db, Keyring.load(path))
    assert {one for _, one in await subscribed(town)} == {person}


async def test_who_seals_with_a_secret_that_is_being_forgotten_enrols_nobody(town, path):
    """A command that reads both secrets and seals with the old one would seal people for nobody, once that one is gone."""
    await town.person()
    began = Keyring({1: b"k" * 32})
    await rotation(town, path).turn()
    stale = Keyring(Keyring.load(path).held.secrets, staged=2)
    assert await enrolled_again(town, stale, 1)
    await rotation(town, path).finish()
    for keyring in (began, stale):
        with pytest.raises(Unavailable) as refusal:
            await enrolled_again(town, keyring, 1)
        assert refusal.value.code == "secret_behind"


async def test_what_waits_in_a_spool_holds_the_end_up(town, path, tmp_path):
    """Callbacks that a node kept while the store was away are sealed too: the secret stays until they are brought."""
    spool = tmp_path / "one.receipts"
    spool.write_bytes(b"sealed")
    await rotation(town, path).turn()
    with pytest.raises(Conflict) as refusal:
        await replace(rotation(town, path), spools=[spool]).finish()
    assert refusal.value.code == "rotation_spool"
    spool.unlink()
    assert (await replace(rotation(town, path), spools=[spool]).finish()).stage is Stage.OVER


async def test_what_was_sent_answers_after_the_secret_is_gone(town, path):
    """Links, and the key of browsers' subscriptions, outlive the secret; a backup and the new paper have them; addresses do not open
    with what is left of the old one.
    """
    person, old = await town.person(), town.desk.keyring
    link, vapid = old.code(delivery_number(7, person << 8)), old.lasting("webpush vapid")
    sealed, key_id = old.seal("+33639980001", endpoint_context(256, Channel.SMS))
    paper = (await rotation(town, path).turn()).recovery
    await rotation(town, path).finish()
    for _ in range(2):
        keyring = await heirlooms.inherited(town.db, Keyring.from_recovery(paper))
        assert delivery_number(7, person << 8) in keyring.numbers(link)
        assert keyring.lasting("webpush vapid") == vapid
        with pytest.raises(Unreadable):
            keyring.open(sealed, key_id, endpoint_context(256, Channel.SMS))
        paper = (await rotation(town, path).turn()).recovery or paper
        if len(Held.read(path).secrets) > 1:
            await rotation(town, path).finish()


async def test_an_operator_is_told_at_the_same_address_after_a_rotation(town, path):
    """An operator's own number, hashed for them alone, is found again: given once more, it is not a second one."""
    async with town.db.transaction() as tx:
        await tx.execute("operators.add", 9001, "mairie", "Mairie", "", town.clock.now_ms())
        given = await contacts.give(tx, town.clock, town.desk.keyring, "cli", "mairie", SMS, phone(3))
    await rotation(town, path).turn()
    await rotation(town, path).finish()
    async with town.db.transaction() as tx:
        assert given == await contacts.give(
            tx, town.clock, Keyring.load(path), "cli", "mairie", SMS, phone(3)
        )


async def test_a_reserved_address_is_found_by_the_new_secret(town, path):
    """What canaries fly to is hashed apart, and stays so."""
    mailbox = (Channel.EMAIL, "canari@mairie.example")
    async with town.db.transaction() as tx:
        await reserved.add(tx, town.clock, town.desk.keyring, "cli", *mailbox, Mode.LIVE)
    await rotation(town, path).turn()
    await rotation(town, path).finish()
    async with town.db.transaction() as tx:
        await reserved.remove(tx, town.clock, Keyring.load(path), "cli", *mailbox)
    assert await reserved.ways(town.db) == []
