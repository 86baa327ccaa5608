"""The progress bar of a long command, on a real terminal."""

import os
import pty
from contextlib import redirect_stderr

import pytest

from alertd.cli.bar import Bar
from alertd.cli.console import Console


def shown_by(bar_of, *what):
    """What a terminal shows of one step."""
    leader, follower = pty.openpty()
    os.set_blocking(leader, False)
    with os.fdopen(follower, "w") as file, os.fdopen(leader, "rb", buffering=0) as shown:
        with redirect_stderr(file):
            bar_of().show(*what)
        return (shown.read(200) or b"").decode()


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [
        (1, 2, f"\rMoving     [{'#' * 15:<30}] 1 / 2 rows"),
        (2, 2, f"\rMoving     [{'#' * 30}] 2 / 2 rows\r\n"),
        (0, 0, f"\rMoving     [{'#' * 30}] 0 / 0 rows\r\n"),
        (7, 0, f"\rMoving     [{' ' * 30}] 7 rows"),
    ],
    ids=["half", "whole", "nothing to do", "total not known"],
)
def test_a_bar_shows_how_much_of_a_stage_is_done(done, total, shown):
    """Full at the end of the stage, empty while nobody knows how much there is."""
    stages = {"move": "Moving", "check": "Comparing"}
    console = Console(as_json=False, config=None)
    assert shown_by(lambda: Bar(console, stages, "rows"), "move", done, total) == shown


def test_programs_see_no_bar():
    """With --json nothing is drawn, on a terminal either."""
    console = Console(as_json=True, config=None)
    assert shown_by(lambda: Bar(console, {"move": "Moving"}), "move", 1, 2) == ""
