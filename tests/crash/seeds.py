"""By what the random tests are driven: seeds and scripts, which whoever judges may choose.

    ALERTD_SEED=7 ALERTD_SCRIPT=script.txt python -m pytest tests/crash/test_kill.py

ALERTD_SEED is one seed, or several with commas between them. ALERTD_SCRIPT names a file with the options of provider.py
(`--rule drop=50 --slow-ms 3`), and ALERTD_PROVIDER a program to run in its stead. Each is part of a failing test's name
or of its report.
"""

import os
import shlex
from pathlib import Path

from crash.far_end import LONG


def seeds(few: int, many: int) -> list[int]:
    """Those that were asked for, else `few` (`many` in the long run)."""
    asked = os.environ.get("ALERTD_SEED", "")
    return [int(word) for word in asked.split(",")] if asked else list(range(1, (many if LONG else few) + 1))


def script(*usual: str) -> tuple[str, ...]:
    """The provider's options: those of the file that was named, else the usual ones."""
    path = os.environ.get("ALERTD_SCRIPT", "")
    words = shlex.split(Path(path).read_text(), comments=True) if path else usual
    print(f"the provider's script: {shlex.join(words)}")  # noqa: T201 - pytest shows it where a test fails
    return tuple(words)
