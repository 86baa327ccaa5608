"""What people left since a backup is left again as they left it: also what is kept so that no older list brings them back."""

import pytest
from operate.village import HOME, keyring_in, opened, settings_in, settle

from alertd.backup import shelf
from alertd.backup.create import create
from alertd.backup.journal import Journal
from alertd.backup.noted import heard
from alertd.backup.restore import restore
from alertd.clock import DAY, HOUR, MINUTE, SECOND
from alertd.errors import Conflict
from alertd.model import Channel, Mode
from alertd.stations import sessions, stations
from alertd.stations.stations import NewStation
from alertd.store import ids
from alertd.subscribe import stops
from alertd.subscribe.departures import What, note
from alertd.subscribe.enrol import enrol
from alertd.subscribe.leave import leave
from alertd.subscribe.nouns import At, Enrolment

NUMBER = "+33639980000"


async def writer(tx, keyring):
    """Whoever writes from that number."""
    return await stops.find(tx, keyring.address_hashes("sms", NUMBER), Mode.TRAINING, "inbound:1", ())


async def listed(tx, clock, keyring, station):
    """A list brings the number, with a consent of a week ago."""
    place = (At(*HOME),)
    one = Enrolment(((Channel.SMS, NUMBER),), "liste", clock.now_ms() - 7 * DAY, places=place)
    return await enrol(tx, clock, keyring, station, one, fiction=True)


async def test_who_came_back_before_the_backup_stays(tmp_path, clock):
    """Whoever left a station and subscribed to it again, then the backup was made: that leaving is over, and is not done again."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        station, (person, *_) = await settle(db, clock, keyring)
        async with db.transaction() as tx:
            other = await stations.add(tx, clock, NewStation("haut", "Haut", *HOME, mode=Mode.TRAINING))
            assert (await listed(tx, clock, keyring, other)).subscriber_id == person
            await leave(tx, station.id, person)
        clock.advance(8 * DAY)
        async with db.transaction() as tx:
            assert (await listed(tx, clock, keyring, station)).subscriber_id == person
        await Journal(db, keyring, shelf.folder_of(settings), "one").step()
        made = await create(settings, clock, keyring)
    assert (await restore(settings, clock, keyring, made, replace=True)).departures == 0
    async with opened(settings, clock) as db:
        assert await db.fetch("subscribers.find_subscription", station.id, person)


async def test_two_restores_forget_nobody_s_departure(tmp_path, clock):
    """On a new machine what is done again is noted under new numbers, beside what the lost one noted: a second restore knows both."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        station, (first, second, _) = await settle(db, clock, keyring)
        made = await create(settings, clock, keyring)
        clock.advance(SECOND)
        async with db.transaction() as tx:
            await tx.execute("stops.end_endpoint", first << 8)
            await note(tx, What.STOPPED, first, endpoint_id=first << 8)
            await leave(tx, station.id, second)
        await Journal(db, keyring, shelf.folder_of(settings), "lost").step()
    clock.advance(DAY)
    for _ in range(2):
        restored = await restore(settings, clock, keyring, made, replace=True)
        clock.advance(DAY)
        assert restored.departures == 2
        async with opened(settings, clock) as db:
            await Journal(db, keyring, shelf.folder_of(settings), "new").step()
    lines = (tmp_path / "backups" / "departures-new.jsonl").read_text().split()
    assert len([line for line in lines if line.startswith("{")]) == 6  # three of each life


def scheduled(station, minutes_ago, now):
    """An information that a schedule had due then, and that is made up for within two hours."""
    what = (
        "mairie",
        "active",
        "FREQ=DAILY",
        "2026-01-01T10:00",
        "Europe/Paris",
        "",
        "{}",
        10,
        2 * HOUR,
        now - minutes_ago * MINUTE,
    )
    return "schedules.add", (1, station.id, "digest", *what, None, None, None, None, None)


def waiting(station, otherwise, now):
    """What waits for a second person, and what becomes of it where nobody answers."""
    return "approvals.ask", (
        1,
        station.id,
        1,
        "d",
        "anne",
        "alert",
        1,
        "{}",
        b"",
        9,
        now,
        now,
        now,
        otherwise,
    )


@pytest.mark.parametrize(
    ("left", "by_itself"),
    [
        (lambda station, now: scheduled(station, 30, now), True),
        (lambda station, now: scheduled(station, 150, now), False),
        (lambda station, now: scheduled(station, -30, now), False),
        (lambda station, now: waiting(station, "send", now), True),
        (lambda station, now: waiting(station, "drop", now), False),
    ],
    ids=["schedule due", "schedule too late", "schedule to come", "sent unanswered", "dropped unanswered"],
)
async def test_nothing_leaves_by_itself_that_may_have_left_since(tmp_path, clock, left, by_itself):
    """What would be made up for, or sent because nobody answered, may have been, or been refused: sending is paused for a person to look."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        station, _ = await settle(db, clock, keyring)
        async with db.transaction() as tx:
            thread = ("pending", 1, "mairie", "Marché", 0, 0, clock.now_ms() + DAY)
            await tx.execute("alerts.add", 1, station.id, *thread)
            query, values = left(station, clock.now_ms())
            await tx.execute(query, *values)
        made = await create(settings, clock, keyring)
    assert (await restore(settings, clock, keyring, made, replace=True)).paused is by_itself


@pytest.mark.parametrize("harm", [False, True], ids=["old database there", "old database spoilt"])
async def test_no_number_is_given_twice(tmp_path, clock, harm):
    """Nor of a noun of which the backup had none yet, nor after a second restore of the same backup: who leaves then is noted, too."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        station, people = await settle(db, clock, keyring)
        made = await create(settings, clock, keyring)
    given = []
    for person in people:
        clock.advance(DAY)
        async with opened(settings, clock) as db:
            async with db.transaction() as tx:
                given += [(noun, await ids.take(tx, noun)) for noun in ("message", "subscriber")]
                await leave(tx, station.id, person)
            await Journal(db, keyring, shelf.folder_of(settings), "one").step()
        if harm:
            (tmp_path / "alertd.db").write_bytes(b"spoilt")
        await restore(settings, clock, keyring, made, replace=True)
    async with opened(settings, clock) as db:
        noted = (await heard(db, tmp_path / "backups", keyring)).departures
    assert {one.subscriber_id for one in noted} == set(people)
    if not harm:  # else the numbers that the lost ones gave are known of departures alone
        assert len(set(given)) == len(given)


async def test_one_number_of_two_machines_is_two_departures(tmp_path, clock):
    """Each machine counts on from the backup that it has: neither's word hides the other's."""
    for name, person in (("one", 1), ("two", 2)):
        line = f'{{"id": 7, "at": 1, "what": "stopped", "subscriber_id": {person}, "endpoint_id": {person << 8}}}'
        (tmp_path / f"departures-{name}.jsonl").write_text(f"{line}\n{line}\n")
    async with opened(settings_in(tmp_path), clock) as db:
        noted = await heard(db, tmp_path, keyring_in(tmp_path))
    assert sorted(one.subscriber_id for one in noted.departures) == [1, 2]


async def test_nobody_is_logged_in_after_a_restore(tmp_path, clock):
    """A session that was ended since the backup, of a stolen telephone, is not back."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
        async with db.transaction() as tx:
            await tx.execute("operators.add", 9, "mairie", "Mairie", "", clock.now_ms())
            stolen = await sessions.open_session(tx, clock, 9, None, sessions.Origin())
        made = await create(settings, clock, keyring)
        assert await sessions.current(db, clock, stolen.token) is not None
    await restore(settings, clock, keyring, made, replace=True)
    async with opened(settings, clock) as db:
        assert await sessions.current(db, clock, stolen.token) is None


@pytest.mark.parametrize("returns", [False, True], ids=["stop", "stop and start"])
async def test_a_stop_since_the_backup_stays_an_objection(tmp_path, clock, returns):
    """Whoever said STOP after the backup is not written to, nor brought back by an older list; START brings them back, as before."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        station, (person, *_) = await settle(db, clock, keyring)
        made = await create(settings, clock, keyring)
        clock.advance(SECOND)
        async with db.transaction() as tx:
            stopped = await stops.stop(tx, clock, await writer(tx, keyring))
            assert stopped.station.id == station.id
        said = clock.now_ms()
        clock.advance(SECOND)
        async with db.transaction() as tx:
            if returns:
                await stops.start(tx, clock, await writer(tx, keyring))
        await Journal(db, keyring, shelf.folder_of(settings), "one").step()
    clock.advance(DAY)
    restored = await restore(settings, clock, keyring, made, replace=True)
    assert restored.departures == (0 if returns else 1)
    async with opened(settings, clock) as db:
        if returns:
            assert await db.fetch("subscribers.find_subscription", station.id, person)
            return
        with pytest.raises(Conflict) as refusal:
            async with db.transaction() as tx:
                await listed(tx, clock, keyring, station)
        assert refusal.value.code == "consent_withdrawn"
        async with db.transaction() as tx:
            rows = await tx.fetch("stops.parted", person << 8, person, 0)
            assert [row["ended_at"] for row in rows] == [said]
            assert await stops.start(tx, clock, await writer(tx, keyring)) == ["Bras-sur-Meuse"]
