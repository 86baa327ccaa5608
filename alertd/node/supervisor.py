"""What systemd lends and is told: listening sockets that outlive a restart, and a datagram when the node is ready, alive, stopping.

The protocols are a few lines each: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html and
https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html. Without systemd nothing happens.
"""

import os
import socket
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

FIRST_FD: Final = 3
MOST_SOCKETS: Final = 16
OFTEN: Final = 4
"""Signs of life for each span of the watchdog: one that is lost ends nothing."""


@dataclass(slots=True)
class Supervisor:
    """Whoever started this process. `address` is where it listens, if it does; `watchdog_s` how long it bears silence."""

    address: str = ""
    watchdog_s: float = 0.0
    sockets: Sequence[socket.socket] = ()
    _told_at: float = float("-inf")

    @classmethod
    def of(cls, environ: MutableMapping[str, str]) -> Self:
        """As the environment says; it is taken out there, for it is not meant for this process' children."""
        named = (
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "LISTEN_FDS",
            "LISTEN_PID",
            "LISTEN_FDNAMES",
        )
        said = {name: environ.pop(name, "") for name in named}
        watched = said["WATCHDOG_PID"] in {"", str(os.getpid())}
        watchdog_s = _number(said["WATCHDOG_USEC"]) / 1e6 if watched else 0.0
        ours = said["LISTEN_PID"] == str(os.getpid())
        count = min(_number(said["LISTEN_FDS"]), MOST_SOCKETS) if ours else 0
        return cls(said["NOTIFY_SOCKET"], watchdog_s, [_lent(FIRST_FD + each) for each in range(count)])

    def ready(self, listening: str) -> None:
        """The node serves and sends."""
        self._tell(f"READY=1\nSTATUS=listens on {listening}")

    def alive(self, now: float) -> None:
        """Every loop comes round, at this monotonic time; told no oftener than is of use."""
        if self.watchdog_s and now - self._told_at >= self.watchdog_s / OFTEN:
            self._told_at = now
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Nothing more is begun."""
        self._tell("STOPPING=1\nSTATUS=hears out what is on the wire")

    def _tell(self, words: str) -> None:
        """Never a reason to fail: if it is not heard, systemd draws its own conclusion."""
        if not self.address:
            return
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line,
        ):
            line.setblocking(False)
            line.connect(f"\0{self.address[1:]}" if self.address.startswith("@") else self.address)
            line.send(words.encode())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _lent(number: int) -> socket.socket:
    """A socket that listens already; children do not inherit it."""
    os.set_inheritable(number, False)
    return socket.socket(fileno=number)
