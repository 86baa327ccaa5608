"""Receivers that others wrote, in Node: tests/peers names them, and `make test` takes them where there is npm.

By hand: `npm ci --ignore-scripts` in tests/peers. Without Node, npm or a network their tests are skipped, and say so.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

TAKEN: Final = Path(__file__).parents[1] / "peers" / "node_modules"


def environment() -> dict[str, str]:
    """Where Node finds them; a folder that NODE_PATH already named comes after ours."""
    return {**os.environ, "NODE_PATH": os.pathsep.join([str(TAKEN), os.environ.get("NODE_PATH", "")])}


def node(package: str) -> str:
    """The program, if it finds this package; otherwise the test is skipped."""
    program = shutil.which("node")
    if program is None:
        pytest.skip(f"{package}: there is no node here")
    asked = [program, "-e", f"require.resolve('{package}/package.json')"]
    if subprocess.run(asked, env=environment(), capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip(f"{package}: npm ci --ignore-scripts in tests/peers takes it")
    return program
