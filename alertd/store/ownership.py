"""What root makes in somebody's folder is that somebody's, as SQLite's own -wal files are: the daemon, which runs as a user of its
own, must be able to write to what a command made.
"""

import os
from pathlib import Path


def as_its_folder(path: Path) -> None:
    """Give a file or folder to whoever has the folder that it is in; root alone can, and need."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)
