"""A run says at its end what it could not run."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def test_a_run_without_postgresql_names_what_it_left_out():
    """Without PostgreSQL its tests are skipped and counted by name, just before the run's last line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/store/test_contract.py", "-k", "arguments_go_by_number"),
        cwd=ROOT,
        env=os.environ | {"ALERTD_TEST_POSTGRES": "postgresql://nobody@127.0.0.1:1"},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    heading, missing, last = output.decode().splitlines()[-3:]
    assert "could not run on this machine" in heading
    assert missing == "PostgreSQL at ALERTD_TEST_POSTGRES does not answer: 1 test"
    assert last.startswith("1 passed, 1 skipped")
