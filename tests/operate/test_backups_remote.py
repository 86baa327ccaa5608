"""Copies of backups elsewhere: brought, rotated, tried and fetched by S3 and by SFTP, played on loopback."""

from contextlib import AsyncExitStack

import asyncssh
import pytest
from operate.far_shelves import ACCESS, REGION, SECRET, account, bucket
from operate.village import keyring_in, opened, settings_in, settle

from alertd.backup import journal, shelf
from alertd.backup.create import create
from alertd.backup.remote import copies
from alertd.backup.restore import restore
from alertd.backup.trial import tried
from alertd.clock import DAY, SECOND
from alertd.doctor.finding import Grade
from alertd.doctor.store import copied
from alertd.errors import ConfigurationError, Refused, Unavailable
from alertd.settings import Settings
from alertd.subscribe.departures import What, note


@pytest.fixture
async def far(request, tmp_path):
    """[backup.remote] of a place that is there, by S3 or SFTP."""
    async with AsyncExitStack() as stack:
        if request.param == "s3":
            url = stack.enter_context(bucket())
            (tmp_path / "s3.secret").write_text(f"{SECRET}\n")
            yield {
                "url": "s3://communes/bras/alertd",
                "endpoint": url,
                "region": REGION,
                "access_key": ACCESS,
                "secret_file": str(tmp_path / "s3.secret"),
            }
            return
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(tmp_path / "id")
        (tmp_path / "far").mkdir()
        port, host = await stack.enter_async_context(account(tmp_path / "far", key))
        yield {
            "url": f"sftp://bras@127.0.0.1:{port}/bras/alertd",
            "known_hosts": [f"127.0.0.1 {host}"],
            "private_key_file": str(tmp_path / "id"),
        }


both = pytest.mark.parametrize("far", ["s3", "sftp"], indirect=True)
by_sftp = pytest.mark.parametrize("far", ["sftp"], indirect=True)
by_s3 = pytest.mark.parametrize("far", ["s3"], indirect=True)


@pytest.fixture
async def house(tmp_path, far, clock):
    """A village whose backups are copied there; its settings and secret."""
    settings = settings_in(
        tmp_path, backup={"keep_daily": 2, "keep_weekly": 0, "keep_monthly": 0, "remote": far}
    )
    keyring = keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    return settings, keyring


@both
async def test_a_lost_machine_comes_back_from_elsewhere(tmp_path, far, house, clock):
    """Brought once and no more; tried there; fetched on another machine with what was noted of who left since, and restored."""
    settings, keyring = house
    made = await create(settings, clock, keyring)
    assert (await copies.send(settings)).brought == (made.name,)
    assert (await copies.send(settings)).brought == ()
    async with copies.borrowed(settings) as copy:
        assert (await tried(settings, clock, keyring, copy)).subscribers == 3
    async with opened(settings, clock) as db:
        clock.advance(SECOND)
        async with db.transaction() as tx:
            (gone,) = await tx.fetch("books.contents")
            await note(tx, What.ERASED, 1)
        await journal.Journal(db, keyring, shelf.folder_of(settings), "one").step()
    assert gone["subscribers"] == 3
    assert len((await copies.send(settings)).brought) == 1
    elsewhere = settings_in(tmp_path / "new", backup={"remote": far})
    fetched = await copies.fetch(elsewhere)
    assert fetched.read_bytes() == made.read_bytes()
    restored = await restore(elsewhere, clock, keyring, fetched)
    assert (restored.sound.subscribers, restored.departures, restored.doubts) == (3, 1, ())


@by_sftp
async def test_a_copy_takes_no_backup_s_place(tmp_path, house, clock):
    """What was changed elsewhere does not come back over the one that is here, and is found out where it is tried."""
    settings, keyring = house
    made = await create(settings, clock, keyring)
    await copies.send(settings)
    whole = made.read_bytes()
    (there,) = (tmp_path / "far").rglob(made.name)
    there.write_bytes(whole[:-9])
    assert (await copies.fetch(settings)).read_bytes() == whole
    async with copies.borrowed(settings) as copy:
        with pytest.raises(Refused, match="cut short or changed"):
            await tried(settings, clock, keyring, copy)


@both
async def test_rotation_holds_elsewhere_too(tmp_path, far, house, clock):
    """Of four days two stay, here and there; where the account may not remove, nothing is, and a bare shelf removes nothing."""
    settings, keyring = house
    lasting = settings_in(
        tmp_path,
        backup={"keep_daily": 2, "keep_weekly": 0, "keep_monthly": 0, "remote": far | {"rotate": False}},
    )
    for _ in range(3):
        await create(settings, clock, keyring)
        await copies.send(lasting)
        clock.advance(DAY)
    assert len(await copies.known(settings)) == 3
    last = await create(settings, clock, keyring)
    sent = await copies.send(settings)
    assert (sent.brought, len(sent.removed), sent.kept) == ((last.name,), 2, 2)
    for each in shelf.on(shelf.folder_of(settings)):
        each.path.unlink()
    assert (await copies.send(settings)).kept == 2
    (found,) = [each async for each in copied(settings, clock)]
    assert (found.grade, "2 backups are at" in found.said) == (Grade.FINE, True)
    clock.advance(3 * DAY)
    (found,) = [each async for each in copied(settings, clock)]
    assert found.grade is Grade.WRONG
    with pytest.raises(Refused, match="is not there"):
        await copies.fetch(settings, "../../etc/passwd")


@both
async def test_a_new_machine_does_not_take_the_place_of_what_was_noted(tmp_path, far, house):
    """A machine of the same name that noted less lays its own beside: nobody who left is forgotten."""
    settings, _ = house
    for folder, person in ((settings, 1), (settings_in(tmp_path / "new", backup={"remote": far}), 2)):
        noted = shelf.folder_of(folder) / "departures-one.jsonl"
        noted.parent.mkdir(parents=True)
        noted.write_text(
            f'{{"id": {person}, "at": 1, "what": "left", "subscriber_id": {person}}}\n' * (3 - person)
        )
        assert len((await copies.send(folder)).brought) == 1
    third = settings_in(tmp_path / "third", backup={"remote": far})
    with pytest.raises(Refused, match="no backup there"):
        await copies.fetch(third)


@by_s3
async def test_what_was_noted_goes_there_although_the_sign_was_torn(house):
    """A power cut may leave the shelf's own sign empty: it is made anew, or nothing that was noted would ever go there."""
    settings, _ = house
    noted = shelf.folder_of(settings) / "departures-one.jsonl"
    noted.parent.mkdir(parents=True)
    noted.write_text('{"id": 1, "at": 1, "what": "left", "subscriber_id": 1}\n')
    (noted.parent / copies.OWN).touch()
    assert len((await copies.send(settings)).brought) == 1
    assert (await copies.send(settings)).brought == ()


@by_sftp
async def test_another_server_is_told_nothing(far, house):
    """Who answers with a key that was not published gets neither name nor backup."""
    settings, _ = house
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    doubted = settings.model_copy(
        update={
            "backup": settings.backup.model_copy(
                update={"remote": type(settings.backup.remote)(**far | {"known_hosts": [stranger]})}
            )
        }
    )
    with pytest.raises(Unavailable, match="none of known_hosts"):
        await copies.send(doubted)


@both
async def test_a_wrong_secret_is_said_without_being_told(tmp_path, house, clock, caplog):
    """A refused account is a sentence; the backup stays here, and no secret is in any sentence or log."""
    settings, keyring = house
    made = await create(settings, clock, keyring)
    (tmp_path / "s3.secret").write_text("un-autre-secret")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "id")
    with pytest.raises(Unavailable, match=r"SignatureDoesNotMatch|does not let this account in") as refusal:
        await copies.send(settings)
    assert made.is_file()
    for secret in ("un-autre-secret", "BEGIN OPENSSH"):
        assert secret not in refusal.value.message + caplog.text + repr(settings.backup)


@by_s3
async def test_a_place_that_does_not_answer_is_said(far, house, unused_tcp_port):
    """Nobody there, or no secret to enter with: a sentence each, and an end."""
    settings, _ = house

    def where(**other):
        chosen = settings.model_dump() | {"backup": {"remote": far | {"timeout_s": 1} | other}}
        return Settings.model_validate(chosen)

    with pytest.raises(Unavailable, match="Backups at s3://communes/bras/alertd"):
        await copies.send(where(endpoint=f"http://127.0.0.1:{unused_tcp_port}"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await copies.send(where(secret_file="/nowhere"))


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        ({"url": "s3://communes/bras"}, "access_key and secret_file"),
        ({"url": "sftp://a@b/c"}, "private_key_file, or secret_file"),
        ({"url": "sftp://a@b/c", "secret_file": "x"}, "known_hosts"),
        ({"url": "s3://communes"}, "url"),
        ({"url": "sftp://a:password@b/c"}, "url"),
        ({"url": "ftp://a@b/c"}, "url"),
        ({"endpoint": "http://s3.example.org"}, "endpoint"),
    ],
)
def test_a_place_that_cannot_be_entered_is_refused_at_start(remote, said):
    """What is missing or unsafe is said when the configuration is read: no folder, no host key, a password in the URL, S3 in clear."""
    with pytest.raises(ValueError, match=said):
        Settings.model_validate({"backup": {"remote": remote}})


async def test_nowhere_to_bring_them_is_said(tmp_path):
    """Without [backup.remote] there is nothing to send to."""
    with pytest.raises(ConfigurationError, match="names no place"):
        await copies.send(settings_in(tmp_path))
