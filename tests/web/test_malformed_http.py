"""What is no HTTP never reaches a page: it is answered as discreetly as everything else, and fills no log."""

import asyncio
import logging
import socket
from contextlib import AsyncExitStack

import pytest

from alertd.node.listening import listen

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own

HEAD = b"POST /verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
MALFORMED = {
    "a length that is none": HEAD + b"Content-Length: <secret>\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nsecret",
    "a length and pieces": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "pieces without a length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nsecret\r\n\r\n",
    "no host": b"GET /secret HTTP/1.1\r\n\r\n",
    "an address that is none": b"GET http://[secret/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "an endless line": b"GET /secret" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "an endless head": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: secret\r\n" * 5_000 + b"\r\n",
    "a name with a space": b"GET / HTTP/1.1\r\nHost: x\r\nse cret: a\r\n\r\n",
    "another language": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret",
}


async def told(rooms, said):
    """All that is answered to these bytes until the connection is closed."""
    with socket.create_server(("127.0.0.1", 0)) as lent:
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            await listen(stack, rooms, [lent])
            reader, writer = await asyncio.open_connection(*lent.getsockname())
            writer.write(said)
            answer = await reader.read()
            writer.close()
    return answer


@pytest.mark.parametrize("said", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_http_is_told_so_and_no_more(rooms, said, caplog):
    """400 with a sentence, under the headers of every other answer: no version of ours, nothing of what was sent."""
    head, _, body = (await told(rooms, said)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 400")
    for line in (b"Server: alertd", b"X-Content-Type-Options: nosniff", b"Cache-Control: no-store"):
        assert line in head
    assert b"Content-Security-Policy: default-src 'none'" in head
    assert body.startswith(b"request_unreadable: ")
    assert b"secret" not in body
    assert not [one for one in caplog.records if "aiohttp" in one.getMessage()]


@pytest.mark.parametrize("path", [b"/verify", b"/api/v1/stations/bras-sur-meuse/alerts"])
async def test_a_body_that_is_packed_is_not_unpacked(rooms, path, caplog):
    """415, which says what is taken: a megabyte of zeros packed is a kilobyte, and no browser packs a form."""
    said = HEAD.replace(b"/verify", path) + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\ncode"
    head = (await told(rooms, said + b"GET /healthz HTTP/1.0\r\n\r\n")).partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 415")
    assert b"Accept-Encoding: identity" in head
    assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []


async def test_a_socket_for_both_kinds_of_address_tells_people_apart(rooms):
    """systemd lends one where its unit says a port alone: this machine is this machine there, too, and no two neighbours are one."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as lent:
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            await listen(stack, rooms, [lent])
            reader, writer = await asyncio.open_connection("127.0.0.1", lent.getsockname()[1])
            writer.write(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.0 200")
            writer.close()
