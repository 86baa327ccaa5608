"""Processes of the bench's own: started with the tests on their path, ended by their number."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

_TESTS: Final = Path(__file__).parents[1]
_GOODBYE_S: Final = 5.0


@contextlib.asynccontextmanager
async def module(
    name: str, *arguments: str, environ: Mapping[str, str] | None = None, foreign: bool = False
) -> AsyncIterator[Process]:
    """`python -m NAME`, with its standard input, whose end asks it to end, and output.

    A `foreign` program minds no input: it is told by a signal, and its standard error is thrown away.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        name,
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL if foreign else None,
        env={**os.environ, "PYTHONPATH": f"{_TESTS}:{_TESTS.parent}", **(environ or {})},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await _end(process, 0.0 if foreign else _GOODBYE_S)


async def line(process: Process, within_s: float = 60.0) -> str:
    """Its next line; an error when it ended instead."""
    assert process.stdout is not None
    said = await asyncio.wait_for(process.stdout.readline(), within_s)
    if not said:
        message = f"the bench's process {process.pid} ended without a word"
        raise RuntimeError(message)
    return said.decode().strip()


async def _end(process: Process, goodbye_s: float) -> None:
    """Closing its input asks for the end; then SIGTERM; then its whole session is killed."""
    assert process.stdin is not None
    process.stdin.close()
    if not await _ended(process, goodbye_s):
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await _ended(process, _GOODBYE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def _ended(process: Process, within_s: float) -> bool:
    try:
        await asyncio.wait_for(process.wait(), within_s)
    except TimeoutError:
        return False
    return True
