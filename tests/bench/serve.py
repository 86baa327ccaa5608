"""A node in a process of its own: `python -m bench.serve URL SECRET_FOLDER NAME SINK`, until standard input ends."""

import asyncio
import sys
from pathlib import Path

from bench import loop, node


async def main(database: str, secret: str, name: str, sink: str) -> None:
    """Say when it runs, and run."""
    async with node.running(node.settings(database, Path(secret), name, sink)):
        print("runs", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    loop.run(main(*sys.argv[1:5]))
