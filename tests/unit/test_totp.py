"""Codes of an app: RFC 6238's own vectors, a clock that is a little wrong, and what is typed otherwise."""

import base64

import pytest

from alertd.stations import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
"""RFC 6238, appendix B, SHA-1: the last six of its eight digits."""


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_rfc_6238(seconds, code):
    """The step of a right code is the thirty seconds it is shown in."""
    assert totp.step_of(SECRET, code, seconds * 1000) == seconds // 30


@pytest.mark.parametrize("late_s", [-30, 0, 30])
def test_a_phone_whose_clock_is_wrong_by_one_step(late_s):
    """One step before or after is right, two are not; and the step is the code's own, not the clock's."""
    at, code = 1_234_567_890, "005924"
    assert totp.step_of(SECRET, code, (at + late_s) * 1000) == at // 30
    assert totp.step_of(SECRET, code, (at + 2 * (late_s or 30)) * 1000) is None


def test_a_spent_code_is_wrong():
    """A code of the last step taken, or of one before, is not taken again."""
    at, code = 1_234_567_890, "005924"
    assert totp.step_of(SECRET, code, at * 1000, after=at // 30) is None
    assert totp.step_of(SECRET, code, at * 1000, after=at // 30 - 1) == at // 30


@pytest.mark.parametrize("typed", ["", "00592", "0059240", "٠٠٥٩٢٤", "00592é", "-05924"])
def test_what_is_no_code(typed):
    """Six digits of ours, with blanks where one likes; nothing else."""
    assert totp.step_of(SECRET, typed, 1_234_567_890_000) is None
    assert totp.step_of(SECRET, " 005 924 ", 1_234_567_890_000) is not None
