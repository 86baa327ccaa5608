"""Enrolment: who is who, on both engines."""

import asyncio

import pytest

from alertd.catalogue import config_folder
from alertd.catalogue import load as load_catalogue
from alertd.clock import DAY, FOREVER
from alertd.errors import Conflict, Missing, Refused
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, Level, Mode
from alertd.stations import stations
from alertd.subscribe.enrol import enrol
from alertd.subscribe.leave import Left, leave, leave_by_ref
from alertd.subscribe.lists import page
from alertd.subscribe.nouns import At, Enrolment
from alertd.subscribe.topics import register_topics

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
HOME = At(49.2093, 5.3752)
SCHOOL = At(49.2110, 5.3790, "school")


@pytest.fixture
def keyring():
    return Keyring({1: bytes(range(32))})


@pytest.fixture
async def bras(db, clock):
    async with db.transaction() as tx:
        await register_topics(tx, load_catalogue(config_folder()))
        return await stations.add(tx, clock, stations.NewStation("bras", "Bras-sur-Meuse", 49.209, 5.375))


@pytest.fixture
async def verdun(db, clock, bras):  # noqa: ARG001  (the second station)
    async with db.transaction() as tx:
        return await stations.add(tx, clock, stations.NewStation("verdun", "Verdun", 49.16, 5.38))


@pytest.fixture
def put(db, clock, keyring):
    async def put(station, *endpoints, ref=None, places=(HOME,), at=None, **more):
        said = Enrolment(endpoints, "form", at or clock.now_ms() - DAY, ref=ref, places=places, **more)
        async with db.transaction() as tx:
            return await enrol(tx, clock, keyring, station, said)

    return put


async def rows(db, table):
    return [tuple(row) for row in await db.fetch(f"people.all_{table}")]


async def reached(db, station):
    """Subscribers by cell whom an alert of this station may find, with their channels."""
    return {(row["subscriber_id"], row["cell"]): row for row in await db.fetch("people.reach_of", station.id)}


async def test_a_person_is_kept_without_address_or_coordinates_in_clear(db, put, bras, keyring):
    """Addresses are sealed for their own endpoint, and a place is a cell."""
    done = await put(bras, (SMS, "06 12 34 56 78"), (EMAIL, "A@Example.org"))
    kept = await db.fetch("people.all_endpoints")
    assert [row["state"] for row in kept] == [1, 1]
    assert all(row["proven_at"] is None for row in kept)
    opened = [keyring.open(r["address"], r["key_id"], endpoint_context(r["id"], r["channel"])) for r in kept]
    assert opened == [b"+33612345678", b"a@example.org"]
    assert [row["id"] >> 8 for row in kept] == [done.subscriber_id] * 2


async def test_the_same_ref_again_with_the_same_words_changes_nothing(db, put, bras):
    """A station may send its whole list every night."""
    first = await put(bras, (SMS, "0612345678"), ref="A1", places=(HOME, SCHOOL), topics=("fire",), at=1)
    before = [await rows(db, table) for table in ("endpoints", "places", "subscriptions", "reach")]
    again = await put(bras, (SMS, "0612345678"), ref="A1", places=(HOME, SCHOOL), topics=("fire",), at=1)
    assert (first.created, first.changed) == (True, True)
    assert (again.subscriber_id, again.created, again.changed) == (first.subscriber_id, False, False)
    assert [await rows(db, table) for table in ("endpoints", "places", "subscriptions", "reach")] == before


async def test_the_same_ref_with_other_words_replaces_them(db, put, bras, clock):
    """Places are ended, not changed, and keep a tombstone; an address that is gone is stopped and forgotten."""
    first = await put(bras, (SMS, "0612345678"), (EMAIL, "a@example.org"), ref="A1", places=(HOME,))
    clock.advance(DAY)
    now = clock.now_ms()
    await put(bras, (EMAIL, "a@example.org"), ref="A1", places=(SCHOOL,), min_level=Level.DANGER)
    ends = {row["kind"]: row["ended_at"] for row in await db.fetch("people.all_places")}
    assert ends["school"] == FOREVER
    assert now <= ends["home"] < now + DAY
    kept = {row["channel"]: row for row in await db.fetch("people.all_endpoints")}
    assert (kept[SMS]["state"], bytes(kept[SMS]["address"]), bytes(kept[SMS]["address_hash"])) == (
        2,
        b"",
        b"",
    )
    found = {row["ordinal"]: row for row in await db.fetch("people.reach_of", bras.id)}
    assert found[1]["valid_until"] == ends["home"]
    assert (found[2]["valid_until"], found[2]["min_level"], found[2]["channels"]) == (FOREVER, 3, 1 << 8)
    assert first.subscriber_id == found[2]["subscriber_id"]


async def test_an_endpoint_number_is_never_used_again(db, put, bras):
    """What was sent to an old address is never mistaken for the new one's."""
    await put(bras, (SMS, "0612345678"), ref="A1")
    await put(bras, (SMS, "0612345679"), ref="A1")
    await put(bras, (SMS, "0612345678"), ref="A1")
    assert [row["id"] & 255 for row in await db.fetch("people.all_endpoints")] == [0, 1, 2]


async def test_a_known_address_goes_to_the_person_who_has_it(db, put, bras):
    """A household that shares a number is one person, with both places and the first one's ref."""
    first = await put(bras, (SMS, "0612345678"), ref="A1", places=(HOME,))
    second = await put(bras, (SMS, "+33612345678"), (EMAIL, "b@example.org"), ref="B2", places=(SCHOOL,))
    assert (second.subscriber_id, second.merged, second.created) == (first.subscriber_id, True, False)
    (listed,) = await page(db, bras.id, 10**12 * 2)
    assert (listed.ref, listed.channels, listed.places) == (
        "A1",
        {SMS: 1, EMAIL: 1},
        {"home": 1, "school": 1},
    )


async def test_a_merge_keeps_the_topics_that_each_row_asked_for(db, put, bras):
    """The new place has its own row's topics; the person's others stay."""
    await put(bras, (SMS, "0612345678"), places=(HOME,), topics=("school",))
    await put(bras, (SMS, "0612345678"), places=(SCHOOL,), topics=("fire",))
    masks = {row["ordinal"]: row["topics"] for row in await db.fetch("people.reach_of", bras.id)}
    assert masks[1] != masks[2]
    assert masks[1] & masks[2] == 0


async def test_two_who_enrol_the_same_number_at_once_make_one_person(db, put, bras):
    """They take turns: the second finds the first's person."""
    done = await asyncio.gather(*(put(bras, (SMS, "0612345678"), places=(HOME, SCHOOL)) for _ in range(4)))
    assert len({one.subscriber_id for one in done}) == 1
    assert sum(one.created for one in done) == 1
    assert len(await reached(db, bras)) == 2


async def test_no_station_hangs_an_address_on_anothers_person(db, put, bras, verdun):
    """A clerk who knows somebody's number cannot have that person's alerts sent to a mailbox of his own."""
    victim = await put(bras, (SMS, "0612345678"), ref="A1", places=(HOME,))
    await put(verdun, (SMS, "0612345678"), (EMAIL, "spy@example.org"), ref="X", places=(SCHOOL,))
    kept = await db.fetch("people.all_endpoints")
    assert {row["id"] >> 8: row["channel"] for row in kept} == {
        victim.subscriber_id: SMS,
        victim.subscriber_id + 1: EMAIL,
    }
    at_bras = await reached(db, bras)
    assert {who for who, _ in at_bras} == {victim.subscriber_id}
    assert {row["channels"] for row in at_bras.values()} == {1}
    assert {who for who, _ in await reached(db, verdun)} == {victim.subscriber_id, victim.subscriber_id + 1}


async def test_what_another_station_has_is_never_taken_away(db, put, bras, verdun):
    """Replacing a list at one station leaves the person's places and addresses for the others."""
    await put(bras, (SMS, "0612345678"), (EMAIL, "a@example.org"), ref="A1", places=(HOME,))
    await put(verdun, (SMS, "0612345678"), ref="X", places=(SCHOOL,), locale="en")
    await put(verdun, (SMS, "0612345678"), ref="X", places=(), locale="en")
    assert {row["state"] for row in await db.fetch("people.all_endpoints")} == {1}
    assert {row["ended_at"] for row in await db.fetch("people.all_places")} == {FOREVER}
    assert {row["locale"] for row in await db.fetch("people.all_subscribers")} == {"fr"}
    assert [cell for _, cell in await reached(db, verdun)] == [0]
    assert len(await reached(db, bras)) == 2


async def test_leaving_by_ref_takes_all_that_the_row_concerned(db, put, bras, verdun):
    """A row that met another station's person made two of them; its ref ends both here, and only here."""
    await put(bras, (SMS, "0612345678"), ref="A1")
    await put(verdun, (SMS, "0612345678"), (EMAIL, "b@example.org"), ref="X")
    assert {one.ref for one in await page(db, verdun.id, 0)} == {"X"}
    async with db.transaction() as tx:
        assert sorted(await leave_by_ref(tx, verdun.id, "X")) == [Left.ELSEWHERE, Left.ERASED]
    assert await page(db, verdun.id, 0) == ()
    assert await reached(db, verdun) == {}
    assert len(await reached(db, bras)) == 1


async def test_the_last_station_left_erases_the_person(db, put, bras):
    """Nothing of a person stays: no address, no cell."""
    done = await put(bras, (SMS, "0612345678"), ref="A1")
    async with db.transaction() as tx:
        assert await leave(tx, bras.id, done.subscriber_id) is Left.ERASED
    for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
        assert await rows(db, table) == []
    with pytest.raises(Missing):
        async with db.transaction() as tx:
            await leave(tx, bras.id, done.subscriber_id)


async def test_without_a_place_the_whole_station_is_meant(db, put, bras):
    """Whoever gives no place is in every zone of that station: cell 0."""
    done = await put(bras, (SMS, "0612345678"), places=())
    assert list(await reached(db, bras)) == [(done.subscriber_id, 0)]


async def test_an_address_that_stopped_needs_a_newer_consent(db, put, bras, clock):
    """An old list does not bring back someone who left."""
    await put(bras, (SMS, "0612345678"), ref="A1", at=clock.now_ms() - DAY)
    async with db.transaction() as tx:
        await tx.execute("people.stop_all", clock.now_ms())
    with pytest.raises(Conflict, match="newer consent"):
        await put(bras, (SMS, "0612345678"), ref="B2", at=clock.now_ms() - DAY)
    clock.advance(DAY)
    assert (await put(bras, (SMS, "0612345678"), ref="B2", at=clock.now_ms())).created


async def test_training_and_live_never_meet(db, put, bras, clock):
    """The same number in a training station is another person, and nobody's numbers pass only there."""
    async with db.transaction() as tx:
        new = stations.NewStation("essai", "Essai", 49.209, 5.375, mode=Mode.TRAINING)
        training = await stations.add(tx, clock, new)
    live = await put(bras, (SMS, "0612345678"))
    other = await put(training, (SMS, "0612345678"))
    assert live.subscriber_id != other.subscriber_id
    assert (await put(training, (SMS, "06 39 98 00 01"))).created
    with pytest.raises(Refused, match="fiction"):
        await put(bras, (SMS, "06 39 98 00 01"))


async def test_an_operators_own_number_reaches_them_as_a_resident_too(db, put, bras, clock):
    """A hidden person who is enrolled is seen by audiences, gets no address hung on, and is hidden again on leaving."""
    done = await put(bras, (SMS, "0612345678"))
    async with db.transaction() as tx:
        await tx.execute("people.make_operator", done.subscriber_id, clock.now_ms())
        await leave(tx, bras.id, done.subscriber_id)
    assert await reached(db, bras) == {}
    again = await put(bras, (SMS, "0612345678"), (EMAIL, "other@example.org"))
    assert {who for who, _ in await reached(db, bras)} == {done.subscriber_id, done.subscriber_id + 1}
    assert again.subscriber_id == done.subscriber_id


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"endpoints": ()}, "endpoints_missing"),
        ({"endpoints": ((SMS, "0612345678"),) * 9}, "endpoints_too_many"),
        ({"endpoints": ((SMS, "0329123456"),)}, "phone_not_mobile"),
        ({"endpoints": ((SMS, "0899123456"),)}, "phone_costly"),
        ({"endpoints": ((EMAIL, "nobody@"),)}, "email_invalid"),
        ({"places": (HOME,) * 11}, "places_too_many"),
        ({"places": (At(95, 5),)}, "place_invalid"),
        ({"places": (At(float("nan"), 5),)}, "place_invalid"),
        ({"places": (At(5.37, 49.2),)}, "place_far"),
        ({"places": (At(49.2, 5.37, "cellar"),)}, "place_invalid"),
        ({"topics": ("dragons",)}, "unknown_topic"),
        ({"ref": "a\x1f2"}, "ref_invalid"),
        ({"locale": "klingon"}, "locale_invalid"),
        ({"locale": "xx"}, "locale_invalid"),
        ({"endpoints": ((SMS, "+33639980001"),)}, "phone_fiction"),
        ({"consent_source": " "}, "consent_missing"),
        ({"consent_at": 10**14}, "consent_in_future"),
        ({"valid_until": 1}, "valid_until_past"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_nothing_stored(db, clock, keyring, bras, wrong, code):
    """Each refusal has its code, and leaves no half of a person."""
    good = {"endpoints": ((SMS, "0612345678"),), "consent_source": "form", "consent_at": 1, "places": (HOME,)}
    with pytest.raises(Refused) as refusal:
        async with db.transaction() as tx:
            await enrol(tx, clock, keyring, bras, Enrolment(**(good | wrong)))
    assert refusal.value.code == code
    assert await rows(db, "subscribers") == []
