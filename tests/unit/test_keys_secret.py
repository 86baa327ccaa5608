"""The instance's secret: made once, for its owner alone, read from its file or from paper."""

import base64
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.errors import ConfigurationError
from alertd.keys import (
    Keyring,
)

OLD, NEW = b"o" * 32, b"n" * 32
RING = Keyring({1: OLD})
ROTATED = Keyring({1: OLD, 2: NEW})


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    """Set-up makes a secret that only its owner reads; the next start finds the same one."""
    path = tmp_path / "var" / "secret"
    made = Keyring.load(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]
    sealed, key_id = made.seal("kept", b"")
    assert Keyring.load(path, create=True).open(sealed, key_id, b"") == b"kept"


def test_a_missing_secret_is_not_replaced(tmp_path):
    """Without being told to, no secret is made: what is sealed would be lost without a word."""
    with pytest.raises(ConfigurationError) as refusal:
        Keyring.load(tmp_path / "secret")
    assert refusal.value.code == "secret_missing"


def test_a_secret_that_everyone_reads_is_refused(tmp_path):
    """A secret's file open to everyone is refused, with the command that mends it."""
    path = tmp_path / "secret"
    path.write_text("1:" + base64.b64encode(OLD).decode())
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600") as refusal:
        Keyring.load(path)
    assert refusal.value.code == "secret_exposed"


def test_a_secret_may_come_from_the_environment():
    """A secret is given as base64 alone, or as lines of key_id and base64 during a rotation."""
    old, new = base64.b64encode(OLD).decode(), base64.b64encode(NEW).decode()
    sealed, key_id = RING.seal("x", b"")
    assert Keyring.parse(old).open(sealed, key_id, b"") == b"x"
    assert Keyring.parse(f"1:{old}\n\n2:{new}\n").key_id == 2


@pytest.mark.parametrize(
    "text", ["", "1:c2hvcnQ=", "not base64 at all!", "x:" + "A" * 43 + "=", "0:" + "A" * 43 + "="]
)
def test_a_malformed_secret_is_refused(text):
    """Anything but secrets of 32 bytes with key ids from 1 to 255 is refused at the start."""
    with pytest.raises(ConfigurationError) as refusal:
        Keyring.parse(text)
    assert refusal.value.code == "secret_malformed"


def test_a_recovery_key_typed_by_hand_gives_the_secret_back():
    """The printed recovery key, typed in small letters with dashes, opens what was sealed."""
    sealed, key_id = ROTATED.seal("kept", b"")
    typed = ROTATED.recovery().lower().replace(" ", "-")
    assert Keyring.from_recovery(typed).open(sealed, key_id, b"") == b"kept"


@given(st.integers(0, 55), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_mistyped_recovery_key_is_noticed(position, letter):
    """One wrong letter anywhere in the recovery key is noticed before anything is decrypted."""
    bare = RING.recovery().replace(" ", "")
    typed = bare[:position] + letter + bare[position + 1 :]
    if typed == bare:
        assert Keyring.from_recovery(typed).key_id == 1
        return
    with pytest.raises(ConfigurationError) as refusal:
        Keyring.from_recovery(typed)
    assert refusal.value.code == "recovery_malformed"


@pytest.mark.parametrize("typed", ["", "ABCD", "é" * 56, "A" * 56])
def test_what_is_no_recovery_key_is_refused(typed):
    """What has not the length, the letters or the checksum of a recovery key is refused."""
    with pytest.raises(ConfigurationError):
        Keyring.from_recovery(typed)
