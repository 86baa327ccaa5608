"""A restore that is killed the Nth time that a file gets another name. Run as a program: FOLDER BACKUP N; N is 0 for one that only
writes, and dies with its words in the -wal.
"""

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from operate.village import keyring_in, opened, settings_in

from alertd.backup.restore import restore
from alertd.clock import SystemClock

KILLED = 9
NAMING = {"os.rename", "os.link"}


async def write(folder):
    """A word that was committed, and stands in no file but the -wal."""
    async with opened(settings_in(folder), SystemClock()) as db:
        async with db.transaction() as tx:
            await tx.execute("instance.write_setting", "said", "last")
        os._exit(KILLED)


async def killed(folder, backup, at):
    """What SIGKILL leaves there."""
    times = count(1)

    def kill(event, _):
        if event in NAMING and next(times) == at:
            os._exit(KILLED)

    sys.addaudithook(kill)
    await restore(settings_in(folder), SystemClock(), keyring_in(folder), backup, replace=True)


if __name__ == "__main__":
    folder, backup, at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    asyncio.run(killed(folder, backup, at) if at else write(folder))
