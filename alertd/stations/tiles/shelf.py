"""What was fetched, kept on disk: bounded in bytes, the oldest make room; another template starts on an empty shelf."""

import os
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Final

from alertd.clock import SECOND

_OURS: Final = re.compile(r"tiles-[0-9a-f]{12}")
_LEFT: Final = 0.9
"""How full it is once room was made: not for each tile anew."""


class Shelf:
    """Blocking, and not for two threads at once: whoever has it gives it a turn each. Names are one word."""

    def __init__(self, folder: Path, template: str, most_bytes: int) -> None:
        self._root = folder
        self._folder = folder / f"tiles-{sha256(template.encode()).hexdigest()[:12]}"
        self._most = most_bytes
        self._bytes: int | None = None

    def read(self, name: str) -> tuple[bytes, int] | None:
        """A tile, and when it was fetched in UTC ms; None where it is not here."""
        path = self._folder / name
        try:
            return path.read_bytes(), int(path.stat().st_mtime * SECOND)
        except OSError:
            return None

    def write(self, name: str, content: bytes, at_ms: int) -> None:
        """Whole or not at all, whatever happens; OSError where the disk will not."""
        if self._bytes is None:
            self._bytes = self._open()
        path, beside = self._folder / name, self._folder / f"{name}.{os.getpid()}"
        before = path.stat().st_size if path.exists() else 0
        beside.write_bytes(content)
        os.utime(beside, (at_ms / SECOND, at_ms / SECOND))
        beside.replace(path)
        self._bytes += len(content) - before
        if self._bytes > self._most:
            self._bytes = self._make_room()

    def _open(self) -> int:
        """The bytes on the shelf; those of another template are gone."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for other in self._root.iterdir():
            if other != self._folder and _OURS.fullmatch(other.name) and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)
        return sum(size for _, size, _ in self._kept())

    def _make_room(self) -> int:
        left = sum(size for _, size, _ in self._kept())
        for _, size, path in sorted(self._kept()):
            if left <= self._most * _LEFT:
                break
            path.unlink(missing_ok=True)
            left -= size
        return left

    def _kept(self) -> list[tuple[float, int, Path]]:
        with os.scandir(self._folder) as found:
            return [
                (one.stat().st_mtime, one.stat().st_size, Path(one.path)) for one in found if one.is_file()
            ]
