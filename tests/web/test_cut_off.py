"""Forms that break off: the far end is gone, and nothing of it is an error of ours."""

import asyncio
import logging
import socket
import struct
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from alertd.node.listening import listen

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
HEAD = b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n"
RESET = struct.pack("ii", 1, 0)


@pytest.mark.parametrize(
    ("length", "body", "hard"),
    [
        (b"Content-Length: 500", b"code=abc", False),
        (b"Content-Length: 500", b"code=abc", True),
        (b"Transfer-Encoding: chunked", b"100\r\ncode=abc", False),
    ],
)
async def test_a_form_that_breaks_off_is_nobody_s_error(rooms, caplog, length, body, hard):
    """The phone lost its network half way: nothing is logged as an error."""
    with socket.create_server(("127.0.0.1", 0)) as lent, capture_logs() as said:
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            await listen(stack, rooms, [lent])
            reader, writer = await asyncio.open_connection(*lent.getsockname())
            writer.write(HEAD + length + b"\r\n\r\n")
            assert b"100" in await reader.readline()
            writer.write(body)
            await writer.drain()
            if hard:  # a reset, not a farewell
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.close()
            while not said:  # noqa: ASYNC110 - what is logged rings no bell
                await asyncio.sleep(0.01)
    assert [(one["event"], one["log_level"]) for one in said] == [("reader_gone", "debug")]
    assert [one.message for one in caplog.records if one.levelno > logging.INFO] == []


async def asked(rooms, said, **bounds):
    """What an impatient alertd answers to something that is never finished, until it closes the connection."""
    settings = rooms.settings.model_copy(update={"http": rooms.settings.http.model_copy(update=bounds)})
    with socket.create_server(("127.0.0.1", 0)) as lent:
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            await listen(stack, replace(rooms, desk=replace(rooms.desk, settings=settings)), [lent])
            reader, writer = await asyncio.open_connection(*lent.getsockname())
            writer.write(said)
            answer = await reader.read()
            writer.close()
    return answer


@pytest.mark.parametrize("said", [b"", b"GET /verify HT", b"GET /verify HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_who_never_says_what_they_want_is_shown_out(rooms, said):
    """Silent, half a line, half a head: the connection is closed without an answer, and holds nothing."""
    assert await asked(rooms, said, idle_s=0.2) == b""


@pytest.mark.parametrize(
    "path", [b"/verify", b"/connexion", b"/s/bras-sur-meuse", b"/api/v1/stations/bras-sur-meuse/alerts"]
)
async def test_a_body_that_never_ends_is_given_up(rooms, path):
    """Pages and API alike: 408, and the connection is closed."""
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\ncode=abc"
    answer = await asked(rooms, head % path, idle_s=5, body_s=0.1)
    assert answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 401")), answer[:200]
