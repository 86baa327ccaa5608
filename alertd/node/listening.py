"""Where HTTP is answered: on the sockets that systemd lent, else at `[http] host` and `port`.

What cannot be read as HTTP never comes to the application: it is answered here, as closed and as silent as a page.
"""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from aiohttp import web

from alertd.errors import ConfigurationError
from alertd.web import doors
from alertd.web.app import build
from alertd.web.rooms import Rooms

BACKLOG: Final = 4_096
"""Connections that wait to be taken while a slice of work is done: in the minute after an alert hundreds come in a second. The
kernel's own bound (net.core.somaxconn) holds beside it.
"""

_UNREADABLE: Final = (
    "request_unreadable: La demande n'est pas du HTTP/1.1 que l'on sache lire. "
    "This is no HTTP/1.1 that can be read: mind its length, its host, 8 kB a line and 128 lines.\n"
)


class _Conversation(web.RequestHandler):
    """aiohttp's, which answers of itself with its version and what it was sent."""

    def __init__(self, server: web.Server, *, https: bool, **options: Any) -> None:
        super().__init__(server, **options)
        self._https = https

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        said = _UNREADABLE if message is not None else None
        response = super().handle_error(request, status, exc, said)
        doors.guard(response, https=self._https)
        response.headers["Cache-Control"] = "no-store"
        return response


class _Server(web.Server):
    """Each connection is a conversation of ours. Bodies come as they were sent: see `doors.bound_body`."""

    def __init__(self, made: web.Server, rooms: Rooms) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._rooms = rooms

    def __call__(self) -> web.RequestHandler:
        return _Conversation(
            self,
            https=self._rooms.https,
            loop=asyncio.get_running_loop(),
            access_log=None,
            keepalive_timeout=self._rooms.settings.http.idle_s,
            auto_decompress=False,
        )


class _Runner(web.AppRunner):
    def __init__(self, rooms: Rooms) -> None:
        super().__init__(build(rooms), handle_signals=False, shutdown_timeout=5.0)
        self._rooms = rooms

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._rooms)


async def listen(stack: AsyncExitStack, rooms: Rooms, lent: Sequence[socket.socket] = ()) -> str:
    """Answer HTTP; the address, with the port that was taken."""
    runner = _Runner(rooms)
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
