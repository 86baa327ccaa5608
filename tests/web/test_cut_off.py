"""Forms that break off: the far end is gone, and nothing of it is an error of ours."""

import asyncio
import logging
import socket
import struct
from contextlib import AsyncExitStack

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
