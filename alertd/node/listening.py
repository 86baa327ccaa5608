"""Where HTTP is answered: on the sockets that systemd lent, else at `[http] host` and `port`."""

import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

from alertd.errors import ConfigurationError
from alertd.web.app import build
from alertd.web.rooms import Rooms

BACKLOG: Final = 4_096
"""Connections that wait to be taken while a slice of work is done: in the minute after an alert hundreds come in a second. The
kernel's own bound (net.core.somaxconn) holds beside it.
"""


async def listen(stack: AsyncExitStack, rooms: Rooms, lent: Sequence[socket.socket] = ()) -> str:
    """Answer HTTP; the address, with the port that was taken."""
    runner = web.AppRunner(
        build(rooms),
        handle_signals=False,
        access_log=None,
        shutdown_timeout=5.0,
        keepalive_timeout=rooms.settings.http.idle_s,
    )
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    for site in _sites(runner, rooms, lent):
        await _start(site, rooms)
    return _address(runner.addresses[0], rooms.settings.http.host)


def _sites(runner: web.AppRunner, rooms: Rooms, lent: Sequence[socket.socket]) -> list[web.BaseSite]:
    http = rooms.settings.http
    return [web.SockSite(runner, each, backlog=BACKLOG) for each in lent] or [
        web.TCPSite(runner, http.host, http.port, backlog=BACKLOG)
    ]


async def _start(site: web.BaseSite, rooms: Rooms) -> None:
    http = rooms.settings.http
    try:
        await site.start()
    except OSError as error:
        raise ConfigurationError(
            "port_taken",
            f"Port {http.port} of {http.host} cannot be had ({error.strerror}). Choose another [http] port.",
        ) from error


def _address(taken: object, host: str) -> str:
    """A lent socket may be a file's: then it is named by its path."""
    return f"http://{host}:{taken[1]}" if isinstance(taken, tuple) else f"unix:{taken}"
