"""A backup that would bring nothing back is told before it is needed."""

import pytest
from click.testing import CliRunner
from operate.test_doctor import seen
from operate.village import TOML, keyring_in, opened, settings_in, settle

from alertd.backup import told, verdict
from alertd.backup.create import create
from alertd.backup.trial import tried
from alertd.cli import main
from alertd.clock import DAY, HOUR, SECOND
from alertd.doctor import store
from alertd.doctor.finding import Grade
from alertd.errors import Refused
from alertd.node.shelf import backups_of
from alertd.web.condition import condition


@pytest.fixture
async def village(tmp_path, clock):
    """An instance and its secret."""
    settings, keyring = settings_in(tmp_path), keyring_in(tmp_path)
    async with opened(settings, clock) as db:
        await settle(db, clock, keyring)
    return settings, keyring


def flip(path):
    """One byte in the middle is another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def whats(settings, clock):
    """What the watch would say, looked at anew."""
    clock.advance(HOUR)
    return [cause.blanks["what"] for cause in await backups_of(settings, clock, None)()]


async def test_a_trial_that_fails_is_heard_until_one_succeeds(village, clock):
    """One byte of the only backup flipped: the doctor and the watch say so, and no more once a new one stood its trial."""
    settings, keyring = village
    made = await create(settings, clock, keyring)
    assert (await seen(store.backups(settings, clock, None)))["trial"][0] is Grade.ADVICE
    await tried(settings, clock, keyring, made)
    assert (await seen(store.backups(settings, clock, None)))["trial"][0] is Grade.FINE
    flip(made)
    with pytest.raises(Refused):
        await tried(settings, clock, keyring, made)
    found = (await seen(store.backups(settings, clock, None)))["trial"]
    assert (found[0], made.name in found[1]) == (Grade.WRONG, True)
    assert await whats(settings, clock) == [f"l'essai de {made.name} a échoué"]
    await tried(settings, clock, keyring, await create(settings, clock, keyring))
    assert await whats(settings, clock) == []


async def test_an_older_one_says_nothing_of_the_latest(village, clock):
    """Whoever tries another backup than the latest changes no verdict."""
    settings, keyring = village
    older = await create(settings, clock, keyring)
    clock.advance(DAY)
    flip(latest := await create(settings, clock, keyring))
    with pytest.raises(Refused):
        await tried(settings, clock, keyring, latest)
    await tried(settings, clock, keyring, older)
    assert len(await whats(settings, clock)) == 1


async def test_a_last_backup_of_long_ago_is_told(village, clock):
    """After 48 hours; where none was ever made nothing is said, which is the doctor's."""
    settings, keyring = village
    assert await whats(settings, clock) == []
    await create(settings, clock, keyring)
    clock.advance(2 * DAY - HOUR)
    assert await whats(settings, clock) == []
    assert await whats(settings, clock) == ["la dernière a 49 h"]


@pytest.mark.parametrize("said", ["", "{", "[]", '{"at": 1}', "\x00" * 50])
async def test_a_note_that_nobody_can_read_is_none(tmp_path, said):
    """What is torn or somebody else's is no verdict."""
    (tmp_path / verdict.FILE).write_text(said)
    assert verdict.last(tmp_path) is None


def test_the_timer_s_verify_leaves_its_verdict(tmp_path, monkeypatch):
    """`alertd backup verify` ends with 2, and the doctor knows it afterwards."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "alertd.toml").write_text(TOML)
    keyring_in(tmp_path)
    for words in (["migrate"], ["backup", "create"], ["backup", "verify"]):
        assert CliRunner().invoke(main, words).exit_code == 0
    (made,) = (tmp_path / "backups").glob("*.age")
    flip(made)
    assert CliRunner().invoke(main, ["backup", "verify"]).exit_code == 2
    assert "did not stand its trial" in CliRunner().invoke(main, ["doctor"]).output


async def test_postgresql_s_backups_are_told(postgres, postgres_url, tmp_path, clock):
    """Nobody told of one: an advice of the doctor's, and the watch is silent. One was told: both, and the figure, know its age, and say so
    when it is old.
    """
    settings = settings_in(tmp_path, store={"url": postgres_url})
    causes = backups_of(settings, clock, postgres)

    async def doctor_s():
        return (await seen(store.backups(settings, clock, postgres)))["backups"][0]

    assert (await causes(), await doctor_s()) == ([], Grade.ADVICE)
    assert (await condition(settings, clock, postgres, ready=True)).backup_age_s is None
    async with postgres.transaction() as tx:
        await told.tell(tx, clock)
    clock.advance(2 * DAY)
    assert (await causes(), await doctor_s()) == ([], Grade.FINE)
    assert (await condition(settings, clock, postgres, ready=True)).backup_age_s == 2 * DAY / SECOND
    clock.advance(HOUR)
    (cause,) = await causes()
    assert (cause.blanks["what"], await doctor_s()) == ("la dernière a 49 h", Grade.WRONG)


def test_who_made_one_says_so_on_postgresql_alone(postgres_url, tmp_path, monkeypatch):
    """`alertd backup done` is noted there; on SQLite, whose backups alertd makes itself, it is refused with a sentence."""
    monkeypatch.chdir(tmp_path)
    for url, status, said in (
        ("sqlite:alertd.db", 2, "alertd makes this instance's backups"),
        (postgres_url, 0, "It is noted"),
    ):
        (tmp_path / "alertd.toml").write_text(TOML.replace("sqlite:alertd.db", url))
        done = CliRunner().invoke(main, ["backup", "done"])
        assert (done.exit_code, said in done.output) == (status, True)
