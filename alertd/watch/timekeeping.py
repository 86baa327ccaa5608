"""Timekeeping: whether anything keeps this machine's clock right, as its kernel has it."""

import ctypes
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from alertd.clock import HOUR, SECOND, Clock
from alertd.watch.nouns import Cause, Kind

LASTED_S: Final = HOUR / SECOND
"""A machine that has just started is set right within minutes."""
_UNSYNC: Final = 0x40
_TIMEX: Final = 208  # bytes of struct timex: https://man7.org/linux/man-pages/man2/adjtimex.2.html
_STATUS: Final = 40


def kept_right() -> bool | None:
    """Whether NTP, or whatever else, keeps it; None where there is no such kernel."""
    if not sys.platform.startswith("linux"):
        return None
    timex = ctypes.create_string_buffer(_TIMEX)
    if ctypes.CDLL(None).adjtimex(timex) < 0:
        return None
    (status,) = struct.unpack_from("i", timex, _STATUS)
    return not status & _UNSYNC


@dataclass(slots=True)
class Timekeeping:
    """One node's memory of since when nobody keeps its clock."""

    clock: Clock
    kept: Callable[[], bool | None] = kept_right
    _since: float | None = None

    def look(self, node: str, *, proven: bool) -> Iterator[Cause]:
        """A cause after an hour. `proven`: providers' answers tell how the clock stands, and somebody is told where it is off."""
        now = self.clock.monotonic()
        if proven or self.kept() is not False:
            self._since = None
            return
        self._since = now if self._since is None else self._since
        if now - self._since >= LASTED_S:
            yield Cause(Kind.UNKEPT, node, {"node": node})
