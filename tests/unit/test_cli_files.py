"""What a file system refuses to a command is said in a sentence, by the system's own words."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = 1_000
"""Bytes of a file: the disk is full after that."""


def units(folder: Path, *words: str, limit: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    """`alertd units --to` in a process that may write so many bytes into a file."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "alertd", "units", "--to", str(folder), *words],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_disk_that_takes_no_more(tmp_path):
    """No traceback but a sentence, and status 2; once there is room, the same command puts everything right."""
    done = units(tmp_path / "system", limit=SMALL)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("The system refuses: File too large. Mend that, and run the command again.\n")
    assert units(tmp_path / "system").returncode == 0
    assert all("[" in unit.read_text() for unit in (tmp_path / "system").iterdir())


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_folder_that_is_none(tmp_path, words):
    """Which one is said, to programs as well."""
    (tmp_path / "file").write_text("")
    done = units(tmp_path / "file" / "system", *words)
    said = json.loads(done.stderr)["message"] if words else done.stderr
    assert (done.returncode, str(tmp_path / "file" / "system") in said) == (2, True)
    assert "Not a directory" in said
    assert "Traceback" not in done.stderr
