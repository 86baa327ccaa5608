"""Backups: made while alertd runs, opened by its secret alone, tried as a whole, restored without bringing anybody back."""

import io
import os
import sqlite3
from contextlib import closing

import pyrage
import pytest
from operate.village import keyring_in, opened, settings_in, settle
from pyrage import x25519

from alertd.backup import sealing, shelf
from alertd.backup.create import create
from alertd.backup.journal import Journal
from alertd.backup.lines import Pen
from alertd.backup.numbers import LEAP
from alertd.backup.restore import restore
from alertd.backup.trial import tried
from alertd.clock import DAY, SECOND
from alertd.daemon import running
from alertd.errors import ConfigurationError, Conflict, Refused
from alertd.keys import Keyring
from alertd.model import Channel, Mode
from alertd.settings.backup import Backup
from alertd.stations import sending_switch
from alertd.store import ids
from alertd.subscribe.departures import What, note
from alertd.subscribe.leave import leave
from alertd.watch import reserved

DAEMON = 61_184  # of systemd's dynamic users
UNBALANCED = """INSERT INTO message (id, kind, station_id, mode, act, level, lane, deliver_by, created_at, planned)
VALUES (7, 'event', 1, 1, 'alert', 0, 0, 0, 0, 3)"""


@pytest.fixture
def house(tmp_path):
    """An instance's settings and secret."""
    return settings_in(tmp_path), keyring_in(tmp_path)


async def test_a_shredded_disk_is_replaced_by_a_backup_and_a_sheet_of_paper(tmp_path, house, clock):
    """Made beside the writer, a backup restores elsewhere with the recovery key; who left meanwhile stays away."""
    settings, keyring = house
    async with opened(settings, clock) as db:
        station, (gone, stopped, _) = await settle(db, clock, keyring)
        async with db.transaction() as tx:  # somebody is writing: a backup is of what was committed
            await tx.execute("instance.write_setting", "half", "done")
            made = await create(settings, clock, keyring)
        clock.advance(SECOND)
        async with db.transaction() as tx:
            await leave(tx, station.id, gone)
            await tx.execute("stops.end_endpoint", stopped << 8)
            await note(tx, What.STOPPED, stopped, endpoint_id=stopped << 8)
        await Journal(db, keyring, shelf.folder_of(settings), "one").step()
    saved = {path.name: path.read_bytes() for path in made.parent.iterdir()}
    paper = Keyring.from_recovery(keyring.recovery())
    elsewhere = settings_in(tmp_path / "new")
    shelf.folder_of(elsewhere).mkdir(parents=True)
    for name, content in saved.items():
        (shelf.folder_of(elsewhere) / name).write_bytes(content)
    restored = await restore(elsewhere, clock, paper, shelf.latest(shelf.folder_of(elsewhere)).path)
    assert (restored.sound.subscribers, restored.departures, restored.paused) == (3, 2, False)
    async with opened(elsewhere, clock) as db:
        assert [row["id"] for row in await db.fetch("departures.subscriber", gone, clock.now_ms())] == []
        assert (await db.fetch("books.contents"))[0]["subscribers"] == 2
        assert await db.fetch("instance.read_setting", "half") == []
        async with db.transaction() as tx:
            hidden = await ids.take(tx, "subscriber")
            assert hidden > LEAP
            await tx.execute("subscribers.add", hidden, int(Mode.LIVE), "fr", clock.now_ms())
            await tx.execute("subscribers.hide", hidden)
            await reserved.add(tx, clock, paper, "cli", Channel.SMS, "+33639980001", Mode.LIVE)
        assert (await db.fetch("books.contents"))[0]["subscribers"] == 2  # neither of them is anybody
    with closing(sqlite3.connect(tmp_path / "new" / "alertd.db")) as file:
        assert file.execute("SELECT state FROM endpoint WHERE id = ?", (stopped << 8,)).fetchone() == (2,)


async def test_a_backup_shows_nothing_and_any_age_program_opens_it(house, clock):
    """Nothing of the village can be read in the file; the identity that alertd tells opens it without alertd."""
    settings, keyring = house
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    made = await create(settings, clock, keyring)
    content = made.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert b"Bras" not in content
    plain = io.BytesIO()
    pyrage.decrypt_io(io.BytesIO(content), plain, [x25519.Identity.from_str(sealing.identity(keyring))])
    assert plain.getvalue().startswith(b"\x1f\x8b")
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert [path.name for path in made.parent.parent.iterdir() if path.name.startswith(".backup")] == []


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda whole: whole[:-20], "backup_damaged"),
        (lambda whole: whole[:80], "backup_damaged"),
        (lambda whole: whole[:5], "backup_damaged"),
        (lambda whole: whole[:-5] + b".....", "backup_damaged"),
        (lambda _: b"", "backup_empty"),
        (lambda _: b"SQLite format 3", "backup_foreign"),
        (None, "backup_sealed"),
    ],
    ids=["cut", "cut early", "cut at once", "changed", "empty", "foreign", "another secret"],
)
def test_what_was_harmed_is_told_apart(tmp_path, harm, code):
    """Empty, no backup at all, cut short or changed, and sealed by another secret: each is said in a sentence of its own."""
    keyring, plain, sealed = keyring_in(tmp_path / "own"), tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"village" * 20_000)
    sealing.seal(keyring, plain, sealed)
    if harm is None:
        keyring = keyring_in(tmp_path / "other")
    else:
        sealed.write_bytes(harm(sealed.read_bytes()))
    with pytest.raises(Refused) as refusal:
        sealing.unseal(keyring, sealed, tmp_path / "opened")
    assert refusal.value.code == code
    assert "(" not in refusal.value.message


@pytest.mark.parametrize("harm", ["cut", "another secret"])
async def test_what_was_harmed_is_not_restored(tmp_path, house, clock, harm):
    """A file that was cut short, or sealed by another secret, is refused with a sentence, and nothing is touched."""
    settings, keyring = house
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    made = await create(settings, clock, keyring)
    content = made.read_bytes()
    made.write_bytes(content[:-20] if harm == "cut" else content)
    other = keyring_in(tmp_path / "other") if harm == "another secret" else keyring
    before = (tmp_path / "alertd.db").read_bytes()
    with pytest.raises(Refused) as refusal:
        await restore(settings, clock, other, made, replace=True)
    assert refusal.value.code == ("backup_damaged" if harm == "cut" else "backup_sealed")
    assert (tmp_path / "alertd.db").read_bytes() == before


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (UNBALANCED, "message 7 does not balance"),
        ("DELETE FROM audit", "audit does not hold"),
        ("UPDATE endpoint SET address = x'00'", "do not open"),
        ("PRAGMA foreign_keys = OFF; UPDATE subscription SET station_id = 99", "points to none"),
    ],
)
async def test_a_trial_finds_what_does_not_hold(tmp_path, house, clock, spoil, said):
    """Books, audit, secret and references are looked through, not the file alone."""
    settings, keyring = house
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
        async with db.transaction() as tx:
            await sending_switch.decide(tx, clock, "cli", on=True)
    assert (await tried(settings, clock, keyring, await create(settings, clock, keyring))).stations == 1
    with closing(sqlite3.connect(tmp_path / "alertd.db")) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.executescript(spoil)
        file.commit()
    clock.advance(SECOND)
    with pytest.raises(Conflict, match=said):
        await tried(settings, clock, keyring, await create(settings, clock, keyring))


async def test_an_address_that_was_taken_back_is_no_fault(house, clock):
    """Of an address that a list, an operator or an administrator took back nothing is left to be opened: the backup is sound."""
    settings, keyring = house
    mailbox = (Channel.EMAIL, "canari@mairie.example")
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
        async with db.transaction() as tx:
            await reserved.add(tx, clock, keyring, "cli", *mailbox, Mode.LIVE)
            await reserved.remove(tx, clock, keyring, "cli", *mailbox)
    made = await create(settings, clock, keyring)
    assert (await tried(settings, clock, keyring, made)).subscribers == 3
    assert (await restore(settings, clock, keyring, made, replace=True)).sound.subscribers == 3


async def test_what_was_on_its_way_is_not_sent_twice(house, clock):
    """A backup in which something was under way comes back with sending paused, and says why; the old database is kept aside."""
    settings, keyring = house
    async with opened(settings, clock) as db:
        station, _ = await settle(db, clock, keyring)
        async with db.transaction() as tx:
            await tx.execute(
                "messages.add", 1, station.id, 1, None, None, "alert", 0, 0, None, clock.now_ms() + DAY, 0
            )
        made = await create(settings, clock, keyring)
    with pytest.raises(Refused, match="--replace"):
        await restore(settings, clock, keyring, made)
    restored = await restore(settings, clock, keyring, made, replace=True)
    assert restored.paused
    assert restored.aside is not None
    assert restored.aside.is_file()
    async with opened(settings, clock) as db:
        pause = await sending_switch.paused(db)
    assert pause is not None
    assert "sauvegarde" in pause.reason


async def test_nothing_is_restored_under_a_running_node(house):
    """While a node runs the database is its own; a backup can be made of it all the same, and who leaves is noted."""
    settings, keyring = house
    async with running(settings) as daemon:
        made = await create(settings, daemon.desk.clock, keyring)
        with pytest.raises(ConfigurationError) as refusal:
            await restore(settings, daemon.desk.clock, keyring, made, replace=True)
    assert refusal.value.code == "node_running"
    assert (await tried(settings, daemon.desk.clock, keyring, made)).subscribers == 0


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "9", "at": 1, "what": "left", "subscriber_id": 1}',
        '{"id": 9e9, "at": 1, "what": "left", "subscriber_id": 1}',
        '{"id": 9, "at": 1e999, "what": "left", "subscriber_id": 1}',
        f'{{"id": 9, "at": 1, "what": "left", "subscriber_id": {1 << 64}}}',
        '{"id": 9, "at": 1, "what": "erased"}',
        '{"id": 9, "at": 1, "what": ["left"], "subscriber_id": 1}',
        "[9]",
        "[" * 900,
        '{"id": 9, "at": 1, "wh',
    ],
)
def test_a_line_that_is_none_of_ours_holds_no_restore_up(tmp_path, line):
    """What a place elsewhere, or a crash, made of what was noted is passed over; what is whole beside it counts."""
    whole = '{"id": 7, "at": 1, "what": "left", "subscriber_id": 1, "station_id": 2, "endpoint_id": null}'
    (file := tmp_path / "departures-one@0a1b2c3d.jsonl").write_text(f"{line}\n{whole}\n")
    read = Pen.of(keyring_in(tmp_path)).read(file)
    assert [(one.departure.id, one.departure.station_id) for one in read] == [(7, 2)]


def test_rotation_keeps_the_last_of_each_span(tmp_path, clock):
    """Of a year of daily backups those of seven days, five weeks and twelve months stay, and what preceded three migrations."""
    for day in range(365):
        for hour in (1, 2):
            (tmp_path / shelf.name_of(clock.now_ms() + day * DAY + hour * 3_600_000)).touch()
    for number in range(5):
        (tmp_path / shelf.name_of(clock.now_ms() + number * DAY, number)).touch()
    (tmp_path / "notes.txt").touch()
    for old in shelf.superfluous(shelf.on(tmp_path), Backup()):
        old.path.unlink()
    left = shelf.on(tmp_path)
    assert [each.migration for each in left].count(True) == 3
    usual = [each.made_at for each in left if not each.migration]
    assert len({at.date() for at in usual[-7:]}) == 7
    assert (len(usual), len({(at.year, at.month) for at in usual})) == (
        20,
        12,
    )  # 7 days; 3 more weeks; 10 more months
    assert {at.hour for at in usual} == {11}
    assert (tmp_path / "notes.txt").exists()


async def test_what_root_makes_is_the_daemons(tmp_path, clock):
    """Backups, database and lock that a command made as root belong to whoever has the folder: the daemon can go on with them."""
    if os.geteuid():
        pytest.skip("being root")
    settings, keyring = settings_in(tmp_path / "state"), keyring_in(tmp_path)
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", DAEMON, DAEMON)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    made = await create(settings, clock, keyring)
    await restore(settings, clock, keyring, made, replace=True)
    ours = [made, made.parent, tmp_path / "state/alertd.db", tmp_path / "state/alertd.db.lock"]
    assert {path.stat().st_uid for path in ours} == {DAEMON}
