"""How long a far end may take to say what it wants: one that is silent, or says it letter by letter, holds nothing for ever.

A head is waited for as long as an idle connection is kept (`[http] idle_s`, see `alertd.node.listening`); a body here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from alertd.web.rooms import ROOMS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SLOWEST: Final = 4_000
"""Bytes a second below which nobody sends a form: half of what a telephone on 2G does."""


@web.middleware
async def bound_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a body up that has not come within `[http] body_s`, and a second more for each 4 kB: whoever reads it meets a 408."""
    if not request.body_exists or request.content.is_eof():
        return await handler(request)
    app = request.app[ROOMS].settings.http
    announced = request.client_max_size if request.content_length is None else request.content_length
    giving_up = asyncio.get_running_loop().call_later(app.body_s + announced / SLOWEST, _give_up, request)
    try:
        return await handler(request)
    finally:
        giving_up.cancel()


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(web.HTTPRequestTimeout())
