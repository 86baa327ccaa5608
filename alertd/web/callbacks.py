"""Providers' callbacks: `/rappels/GATEWAY`, and whatever the gateway put after it (our own delivery's key).

What a provider is answered:

===  ==========================================================================================================
200  it is kept, and need not be brought again: also what concerns nobody here, which is passed over when applied
403  the driver found nothing in it: the signature fails (a driver answers a well-signed call that tells nothing
     with a receipt of outcome `unknown`, which is kept and moves nothing)
404  there is no gateway of that name
413  more than 64 KiB
503  neither the store nor the spool can keep it now: bring it again
===  ==========================================================================================================

Browsers bring the words of their own phones, not a provider's: one that is forged is answered as one that came too late, and
one that was kept lately is not kept again.

A form of ours is never posted here, so nothing of a session is asked: the provider's signature is the key.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from aiohttp import web

from alertd.deliver.raws import Raw
from alertd.deliver.spool import Spool
from alertd.errors import AlertdError, Malformed, Missing, NotAllowed, TooLarge
from alertd.web.errors import problem
from alertd.web.rooms import ROOMS, Rooms
from gateways.contract import Callback, Inbound, Question, Receipt, Reply, Telephone

PREFIX: Final = "/rappels/"
PATH: Final = PREFIX + "{gateway:[a-z][a-z0-9_-]{0,31}}{rest:(?:/.{0,500})?}"
MOST_BYTES: Final = 65_536
READ_S: Final = 10.0

log = structlog.get_logger(__name__)


async def receive(request: web.Request) -> web.Response:
    """Keep what a provider brings; an empty 200 says that it is on a disk. A call that asks what to say is told in its 200, and
    one that brings an SMS is thanked as its provider likes.
    """
    try:
        reply = await _keep(request)
    except AlertdError as error:
        return problem(error)
    if reply is None:
        return web.Response()
    return web.Response(body=reply.body, content_type=reply.content_type, charset="utf-8")


async def _keep(request: web.Request) -> Reply | None:
    rooms, name = request.app[ROOMS], request.match_info["gateway"]
    gateway = rooms.gateways.get(name)
    if gateway is None or rooms.spool is None:
        raise Missing(
            "gateway_unknown", "There is no gateway of this name: compare the address with alertd.toml."
        )
    callback = await _callback(request)
    words = gateway.read_callback(callback)
    browsers = bool(gateway.capabilities.application_server_key)
    if browsers and rooms.lately.has(name, words):
        return None
    if not words:
        log.warning("callback_refused", action="refuse", gateway=name, bytes=len(callback.body))
        raise NotAllowed(
            "callback_forged",
            "This call is not signed as the gateway expects: compare the secret on both sides.",
        )
    told = [each for each in words if not isinstance(each, Question)]
    asked = next((each for each in words if isinstance(each, Question)), None)
    if asked and rooms.switchboard and isinstance(gateway, Telephone):
        said = await rooms.switchboard.answer(name, asked)
        await _keep_words(rooms, rooms.spool, name, callback, [*told, *said.receipts])
        return await gateway.reply(asked, said.speech)
    await _keep_words(rooms, rooms.spool, name, callback, told)
    if browsers:
        rooms.lately.kept(name, words)
    return gateway.capabilities.thanks if any(isinstance(each, Inbound) for each in words) else None


async def _keep_words(
    rooms: Rooms, spool: Spool, name: str, callback: Callback, words: Sequence[Receipt | Inbound]
) -> None:
    """A call that only asks leaves nothing: its caller's number is not ours to keep."""
    if words:
        rooms.figures.heard(name, words, "callback")
        await spool.keep(Raw.of(name, rooms.clock.now_ms(), callback, words))


async def _callback(request: web.Request) -> Callback:
    """The call as the provider made it: signatures cover the public address, to the letter."""
    return Callback(
        method=request.method,
        url=request.app[ROOMS].settings.http.public_url + request.raw_path,
        headers={name.lower(): ", ".join(request.headers.getall(name)) for name in request.headers},
        body=await _body(request),
    )


async def _body(request: web.Request) -> bytes:
    """As many bytes as are taken, within ten seconds."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_S):
            async for chunk in request.content.iter_chunked(16_384):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise TooLarge(
                        "callback_too_large",
                        f"A callback has at most {MOST_BYTES} bytes: send fewer receipts.",
                    )
    except TimeoutError as error:
        raise Malformed(
            "callback_slow", f"The body did not come within {READ_S:g} seconds: call again."
        ) from error
    return bytes(body)
