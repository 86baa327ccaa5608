"""Who may act: stations, operators, sessions, throttles, keys and the audit, on both engines."""

import json

import pytest

import zones
from alertd.clock import DAY, HOUR, MINUTE, SECOND
from alertd.errors import Conflict, Missing, NotAllowed, Refused
from alertd.model import Level, Mode, Role, Scope
from alertd.stations import api_keys, audit, drawings, operators, sending_switch, sessions, stations, throttle
from alertd.stations.passwords import Passwords
from alertd.stations.stations import NewStation
from alertd.stations.throttle import Bucket
from alertd.store import ids

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[5.36, 49.20], [5.36, 49.22], [5.39, 49.22], [5.39, 49.20], [5.36, 49.20]]],
}
GOOD = "quatre mots bien choisis"


@pytest.fixture
async def bras(db, clock):
    async with db.transaction() as tx:
        new = NewStation("bras", "Bras-sur-Meuse", 49.209, 5.375, outline=SQUARE, insee="55073")
        return await stations.add(tx, clock, new)


@pytest.fixture
async def mayor(db, clock, bras):
    hashed = await operators.hash_password(Passwords(), "mairie", GOOD)
    async with db.transaction() as tx:
        mayor = await operators.add(tx, clock, login=" Mairie ", name="Le maire", password_hash=hashed)
        await operators.set_role(tx, mayor.id, bras.id, Role.MAYOR)
    return mayor


async def test_ids_are_consecutive_and_never_given_twice(db):
    """Blocks follow each other, noun by noun."""
    async with db.transaction() as tx:
        assert [await ids.take(tx, "x", 3), await ids.take(tx, "x"), await ids.take(tx, "y")] == [1, 4, 1]


async def test_a_station_is_found_as_it_was_registered(db, bras):
    """Its outline comes back as a zone, clockwise ring and all."""
    found = await stations.by_slug(db, "bras")
    assert found == bras
    assert (found.mode, found.insee, found.private) == (Mode.LIVE, "55073", False)
    assert zones.cell(49.21, 5.375) in zones.cover(found.outline)
    assert await stations.page(db) == (bras,)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "Bras"}, "slug"),
        ({"slug": "-"}, "slug"),
        ({"name": " "}, "name"),
        ({"kind": "castle"}, "kind"),
        ({"timezone": "Europe/Bras"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"region": "fr"}, "region"),
        ({"locale": "French"}, "locale"),
        ({"latitude": float("nan")}, "latitude"),
    ],
)
async def test_a_station_that_makes_no_sense_is_refused_by_field(db, clock, wrong, field):
    """Each wrong field is named."""
    good = {"slug": "bras", "name": "Bras", "latitude": 49.2, "longitude": 5.3}
    with pytest.raises(Refused) as refusal:
        async with db.transaction() as tx:
            await stations.add(tx, clock, NewStation(**(good | wrong)))
    assert list(refusal.value.fields) == [field]


async def test_a_slug_is_one_stations(db, clock, bras):
    """And a station that nobody registered is missing."""
    with pytest.raises(Conflict):
        async with db.transaction() as tx:
            await stations.add(tx, clock, NewStation(bras.slug, "Another", 49, 5))
    with pytest.raises(Missing):
        await stations.by_slug(db, "verdun")


async def test_saved_zones_and_hamlets_come_back_by_name(db, bras):
    """A zone too far from the station, or a name twice, is refused."""
    circle = {"type": "Circle", "center": [5.375, 49.209], "radius_m": 500}
    async with db.transaction() as tx:
        await drawings.add_zone(tx, bras, " Centre ", circle)
        await drawings.add_hamlet(tx, bras, "Vacherauville", 49.23, 5.36)
    assert [zone.name for zone in await drawings.saved_zones(db, bras.id)] == ["Centre"]
    assert [(one.name, one.latitude) for one in await drawings.hamlets(db, bras.id)] == [
        ("Vacherauville", 49.23)
    ]
    with pytest.raises(Conflict):
        async with db.transaction() as tx:
            await drawings.add_zone(tx, bras, "Centre", circle)
    with pytest.raises(Refused) as far:
        async with db.transaction() as tx:
            await drawings.add_zone(tx, bras, "Paris", circle | {"center": [2.35, 48.85]})
    assert far.value.code == "zone_far_from_station"


async def test_only_the_right_password_of_a_known_operator_opens(db, mayor):
    """An unknown login, a wrong password and a disabled account all answer the same."""
    known = Passwords()
    assert await operators.verify(db, known, "MAIRIE", GOOD) == mayor
    assert await operators.verify(db, known, "mairie", GOOD + "!") is None
    assert await operators.verify(db, known, "nobody", GOOD) is None
    assert await operators.verify(db, known, "mairie", "x" * 10_000) is None
    async with db.transaction() as tx:
        await operators.disable(tx, mayor.id, 1)
    assert await operators.verify(db, known, "mairie", GOOD) is None


async def test_the_hash_is_argon2id_with_owasps_parameters(db, mayor):
    """Nothing of the password stands in the store."""
    (row,) = await db.fetch("operators.find_by_id", mayor.id)
    assert row["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("weak", ["court", "a" * 20, "123456789012", "mairie de bras", "x" * 201])
async def test_a_password_that_could_be_guessed_is_refused(weak):
    """Short, repeated, digits only, holding the login, or endless."""
    with pytest.raises(Refused, match="words"):
        await operators.hash_password(Passwords(), "mairie", weak)


async def test_an_operator_acts_with_the_role_of_each_station(db, clock, bras, mayor):
    """Roles are given and taken station by station."""
    async with db.transaction() as tx:
        school = await stations.add(tx, clock, NewStation("ecole", "École", 49.2, 5.3, kind="school"))
        await operators.set_role(tx, mayor.id, school.id, Role.READER)
    assert {post.slug: post.role for post in await operators.posts(db, mayor.id)} == {
        "bras": Role.MAYOR,
        "ecole": Role.READER,
    }
    acting = await operators.actor(db, mayor, bras.id)
    assert (acting.name, acting.releases, acting.subscribers) == ("operator:mairie", Level.DANGER, True)
    async with db.transaction() as tx:
        await operators.set_role(tx, mayor.id, bras.id, None)
    assert await operators.actor(db, mayor, bras.id) is None


async def test_a_session_lives_while_it_is_visited_and_a_week_at_most(db, clock, bras, mayor):
    """Twelve hours without a visit end it, and so do seven days whatever the visits."""
    async with db.transaction() as tx:
        opened = await sessions.open_session(tx, clock, mayor.id, bras.id)
    begun = clock.now_ms()
    while clock.now_ms() < begun + 7 * DAY:
        session = await sessions.current(db, clock, opened.token)
        assert session is not None
        assert session.actor.releases is Level.DANGER
        await sessions.touch(db, clock, opened.token, session)
        clock.advance(11 * HOUR)
    assert await sessions.current(db, clock, opened.token) is None
    async with db.transaction() as tx:
        idle = await sessions.open_session(tx, clock, mayor.id, bras.id)
    clock.advance(12 * HOUR)
    assert await sessions.current(db, clock, idle.token) is None
    async with db.transaction() as tx:
        assert await sessions.forget(tx, clock) == 2


async def test_a_log_out_ends_every_copy_of_the_cookie(db, clock, bras, mayor):
    """So do a new password, and an account disabled; the store holds no token."""
    async with db.transaction() as tx:
        opened = [await sessions.open_session(tx, clock, mayor.id, bras.id) for _ in range(2)]
        await sessions.close_session(tx, opened[0].token)
    assert await sessions.current(db, clock, opened[0].token) is None
    assert (await sessions.current(db, clock, opened[1].token)).csrf == opened[1].csrf
    async with db.transaction() as tx:
        await operators.set_password(tx, mayor.id, "$argon2id$")
    assert await sessions.current(db, clock, opened[1].token) is None


async def test_a_session_chooses_only_stations_where_its_operator_acts(db, clock, bras, mayor):
    """And a role taken away counts at once."""
    async with db.transaction() as tx:
        other = await stations.add(tx, clock, NewStation("verdun", "Verdun", 49.16, 5.38))
        opened = await sessions.open_session(tx, clock, mayor.id, None)
        await sessions.choose_station(tx, opened.token, bras.id)
    with pytest.raises(NotAllowed):
        async with db.transaction() as tx:
            await sessions.choose_station(tx, opened.token, other.id)
    assert (await sessions.current(db, clock, opened.token)).station_id == bras.id
    async with db.transaction() as tx:
        await operators.set_role(tx, mayor.id, bras.id, None)
    assert (await sessions.current(db, clock, opened.token)).actor is None


async def test_a_bucket_runs_dry_and_fills_again(db, clock):
    """So many at once, then one at a time; nobody waits more than a quarter of an hour."""
    bucket = Bucket("b", 1 / 60, 3)

    async def take(one=bucket):
        async with db.transaction() as tx:
            return await throttle.take(tx, clock, one)

    assert [await take() for _ in range(3)] == [0, 0, 0]
    assert await take() == pytest.approx(60)
    clock.advance(30 * SECOND)
    assert await take() == pytest.approx(30)
    clock.advance(31 * SECOND)
    assert await take() == 0
    slow = Bucket("slow", 1 / DAY, 1)
    assert await take(slow) == 0
    assert await take(slow) == pytest.approx(900)


async def test_hammering_a_login_from_elsewhere_does_not_lock_its_owner_out(db, clock):
    """The attacker waits; the mayor, at the mairie, does not; and in a quarter of an hour everyone may try again."""

    async def wait(address):
        async with db.transaction() as tx:
            return await throttle.log_in_wait(tx, clock, "maire", address)

    waits = [await wait("203.0.113.9") for _ in range(20)]
    assert waits[0] == 0
    assert 0 < waits[-1] <= 900
    assert await wait("192.0.2.1") == 0
    clock.advance(15 * MINUTE)
    assert await wait("203.0.113.9") == 0


async def test_one_neighbour_empties_nobodys_wider_bucket(db, clock):
    """However long one network hammers, from however many addresses of its /56, the mayor is let try from elsewhere."""

    async def wait(address):
        async with db.transaction() as tx:
            return await throttle.log_in_wait(tx, clock, "maire", address)

    waits = [await wait(f"2001:db8:0:{n:x}::1") for n in range(80)]
    assert waits.count(0) == 5
    assert await wait("192.0.2.1") == 0


async def test_a_key_opens_its_station_until_it_is_revoked(db, clock, bras):
    """With its scope; its token is nowhere in the store, and no other string opens."""
    async with db.transaction() as tx:
        id_, token = await api_keys.create(tx, clock, bras, "SIG", Scope.WARNING, subscribers=True)
    assert token.startswith("alertd_")
    actor = await api_keys.authenticate(db, token)
    assert (actor.name, actor.station_id, actor.releases) == (f"key:{id_}", bras.id, Level.WARNING)
    assert actor.subscribers
    for wrong in ("", token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "alertd_" + "é" * 43):
        assert await api_keys.authenticate(db, wrong) is None
    async with db.transaction() as tx:
        assert await api_keys.revoke(tx, clock, id_) == bras.id
    assert await api_keys.authenticate(db, token) is None
    assert [one.revoked_at is not None for one in await api_keys.of_station(db, bras.id)] == [True]
    with pytest.raises(Missing):
        async with db.transaction() as tx:
            await api_keys.revoke(tx, clock, id_)


async def test_a_suspended_stations_keys_open_nothing(db, clock, bras):
    """Until it works again."""
    async with db.transaction() as tx:
        _, token = await api_keys.create(tx, clock, bras, "SIG", Scope.DRAFT)
        await stations.suspend(tx, bras.id, clock.now_ms())
    assert await api_keys.authenticate(db, token) is None
    assert (await stations.by_id(db, bras.id)).suspended
    async with db.transaction() as tx:
        await stations.suspend(tx, bras.id, None)
    assert (await api_keys.authenticate(db, token)).releases is None


async def test_the_audit_keeps_who_did_what(db, clock, bras):
    """Newest first, station by station."""
    async with db.transaction() as tx:
        await audit.append(tx, clock, bras.id, "cli", "key.create", "key:1", {"scope": "info"})
        await audit.append(tx, clock, None, "cli", "sending.pause", "instance")
    (row,) = await db.fetch("audit.list_of_station", bras.id, 10**9, 10)
    assert (row["actor"], row["action"], json.loads(row["detail"])) == (
        "cli",
        "key.create",
        {"scope": "info"},
    )


async def test_all_sending_stops_and_goes_on(db):
    """By one row, which every node reads."""
    assert await sending_switch.is_on(db)
    for on in (False, True):
        async with db.transaction() as tx:
            await sending_switch.turn(tx, on=on)
        assert await sending_switch.is_on(db) is on
