"""Requests to a provider: what was written and what was not, to the byte, whatever the far end does."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from certificates import self_signed
from http_far_end import GOOD, FarEnd, ask, opened, says

from gateways.contract import Trouble
from gateways.http import Lost, Unsent


async def test_an_answer_is_read_whole() -> None:
    """Status, headers in any case, body; the connection is kept for the next."""
    async with FarEnd(says(GOOD)) as far, opened() as http:
        answers = [await ask(http, far.url) for _ in range(2)]
    assert [(each.status, each.headers["content-length"], each.body) for each in answers] == [(200, "2", b"ok")] * 2  # fmt: skip
    assert far.connections == 1
    assert "X-Key: k" in far.heads[0]


async def test_where_nobody_listens_nothing_was_written() -> None:
    """An absent provider: not sent, and the connection is at fault."""
    async with FarEnd(says(GOOD)) as far:
        pass
    async with opened() as http:
        with pytest.raises(Unsent) as caught:
            await ask(http, far.url)
    assert (caught.value.trouble, caught.value.code) == (Trouble.CONNECTION, "connection")
    assert "127.0.0.1" in caught.value.detail


async def test_a_closed_way_writes_nothing() -> None:
    """Before it is open, and after it was closed, twice."""
    async with FarEnd(says(GOOD)) as far, opened() as http:
        await http.close()
        await http.close()
        with pytest.raises(Unsent, match="closed"):
            await ask(http, far.url)
    assert far.connections == 0


async def test_what_is_torn_once_written_is_lost() -> None:
    """The head had left when the far end broke off: nobody can tell, and it was not for lack of time."""
    async with FarEnd(says(b"", close=True)) as far, opened() as http:
        with pytest.raises(Lost) as caught:
            await ask(http, far.url)
    assert len(far.heads) == 1
    assert not caught.value.late


@pytest.mark.parametrize("answer", [b"mumble\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
async def test_what_nobody_can_read_is_no_answer(answer: bytes) -> None:
    """An answer that is not HTTP leaves the request in doubt."""
    async with FarEnd(says(answer, close=True)) as far, opened() as http:
        with pytest.raises(Lost):
            await ask(http, far.url)


async def test_silence_is_told_from_a_break() -> None:
    """No answer in time: lost, and late."""
    released = asyncio.Event()

    async def hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await released.wait()

    async with FarEnd(hang) as far, opened(timeout_s=0.2) as http:
        with pytest.raises(Lost) as caught:
            await ask(http, far.url)
        released.set()
    assert caught.value.late
    assert far.heard.is_set()


async def test_a_silence_before_the_head_is_written_loses_nothing() -> None:
    """While TLS is agreed on nothing of the request has left, however long that takes."""
    released = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with opened(timeout_s=0.2) as http:
        with pytest.raises(Unsent) as caught:
            await ask(http, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    released.set()
    server.close()
    assert (caught.value.trouble, caught.value.detail) == (Trouble.CONNECTION, "no answer in time")


async def test_what_became_too_late_in_the_queue_is_not_written() -> None:
    """The clock is read at the last moment: here all connections were in use until the time was over."""
    loop = asyncio.get_running_loop()
    released = asyncio.Event()

    async def answer_later(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.write(GOOD)

    async with FarEnd(answer_later) as far, opened(connections=1) as http:
        first = asyncio.create_task(ask(http, far.url))
        await far.heard.wait()
        until = loop.time() + 0.02
        second = asyncio.create_task(ask(http, far.url, until=until))
        loop.call_at(until + 0.02, released.set)
        assert (await first).status == 200
        with pytest.raises(Unsent) as caught:
            await second
    assert (caught.value.trouble, caught.value.code) == (None, "too late")
    assert len(far.heads) == 1


LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + b"x" * 300
SHORT = b"HTTP/1.1 201 Created\r\nContent-Length: 300\r\n\r\n" + b"x" * 30


async def test_too_long_an_answer_is_none() -> None:
    """Its status stands, its body is not kept, and the next request passes on another connection."""
    async with FarEnd(says(LONG)) as far, opened() as http:
        for _ in range(2):
            answer = await ask(http, far.url)
            assert (answer.status, answer.body) == (200, None)


async def test_an_answer_that_breaks_off_is_none() -> None:
    """Half a body may say the contrary of the whole: the request is lost."""
    async with FarEnd(says(SHORT, close=True)) as far, opened() as http:
        with pytest.raises(Lost):
            await ask(http, far.url)


@pytest.mark.parametrize(
    ("said", "close", "status", "read"), [(LONG, False, 200, 100), (SHORT, True, 201, 30)]
)
async def test_where_the_status_is_the_answer_a_body_may_be_cut(
    said: bytes, close: bool, status: int, read: int
) -> None:
    """Too long, or broken off: as much as is of use is read, and the next request passes."""
    async with FarEnd(says(said, close=close)) as far, opened(cut=True) as http:
        for _ in range(2):
            answer = await ask(http, far.url)
            assert (answer.status, answer.body) == (status, b"x" * read)


async def test_where_the_status_is_the_answer_a_body_may_never_come() -> None:
    """A body that falls silent is cut when the time is over."""
    async with FarEnd(says(SHORT)) as far, opened(cut=True, timeout_s=0.2) as http:
        answer = await ask(http, far.url)
    assert (answer.status, answer.body) == (201, b"x" * 30)


async def test_nothing_is_followed_kept_or_unpacked() -> None:
    """A redirection is an answer, a cookie is forgotten, what was not asked for in gzip is not unpacked."""
    async with FarEnd(says(b"")) as far, opened() as http:
        said = f"HTTP/1.1 307 Go\r\nLocation: {far.url}/y\r\nSet-Cookie: a=b\r\nContent-Encoding: gzip\r\n"
        far._play = says(f"{said}Content-Length: 2\r\n\r\nhi".encode())
        answers = [await ask(http, far.url) for _ in range(2)]
    assert [(each.status, each.body) for each in answers] == [(307, b"hi")] * 2
    assert len(far.heads) == 2
    assert "Cookie" not in far.heads[1]
    assert "Accept-Encoding: identity" in far.heads[0]


async def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    """TLS is told from a broken line, and not a byte of the request is read there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "localhost.pem"))
    async with FarEnd(says(GOOD), context) as far, opened() as http:
        with pytest.raises(Unsent) as caught:
            await ask(http, f"https://localhost:{far.port}/")
    assert (caught.value.trouble, caught.value.code) == (Trouble.TLS, "tls")
    assert far.bytes_read == 0


class Nowhere(AbstractResolver):
    """Knows no name."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        raise OSError(None, f"{host}:{port} is not for us ({family})")

    async def close(self) -> None:
        pass


async def test_names_are_asked_of_whom_we_say() -> None:
    """A driver's own resolver may refuse a name: nothing is written."""
    async with opened(resolver=Nowhere) as http:
        with pytest.raises(Unsent, match="is not for us"):
            await ask(http, "http://localhost:9/")


async def test_a_header_cannot_be_made_to_write_others() -> None:
    """A value with a line's end in it is refused before anything is written."""
    async with FarEnd(says(GOOD)) as far, opened() as http:
        with pytest.raises(Unsent, match="control character"):
            await http.call("POST", far.url, {"X-Key": "k\r\nX-Other: 1"}, b"")
    assert far.connections == 0


async def test_news_on_the_way_are_no_answer() -> None:
    """Early hints and "continue" come before the answer, and are not taken for it."""
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    async with FarEnd(says(early + GOOD)) as far, opened() as http:
        assert [(await ask(http, far.url)).status for _ in range(2)] == [200, 200]
    assert far.connections == 1


async def test_only_a_question_is_asked_twice() -> None:
    """Over a kept connection that the far end is closing a GET is asked again; of a POST nobody can tell, and it is not."""
    turns = [says(GOOD), says(b"", close=True), says(GOOD), says(b"", close=True)]

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await turns.pop(0)(reader, writer)

    async with FarEnd(play) as far, opened(connections=1) as http:
        for _ in range(2):
            assert (await http.call("GET", far.url, {})).status == 200
        with pytest.raises(Lost):
            await ask(http, far.url)
    assert [head.split()[0] for head in far.heads] == ["GET", "GET", "GET", "POST"]


async def test_what_was_not_read_to_its_end_is_no_answer_to_the_next() -> None:
    """Who gave up waiting closes the connection: a late answer is never taken for another request's."""
    released = asyncio.Event()

    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.write(GOOD)

    async with FarEnd(play) as far, opened(connections=1) as http:
        asking = asyncio.create_task(ask(http, far.url))
        await far.heard.wait()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        released.set()
        assert (await ask(http, far.url)).status == 200
    assert far.connections == 2


@pytest.mark.parametrize(("extra", "told"), [(b"", 1), (b"Age: 30\r\n", 0)])
async def test_an_answers_date_is_told_once_a_minute(extra: bytes, told: int) -> None:
    """Whose it was and how long ago its request began; none that a cache had kept."""
    heard: list[tuple[str, float, str]] = []
    dated = GOOD.replace(b"\r\n\r\n", b"\r\nDate: Mon, 02 Mar 2026 09:00:00 GMT\r\n" + extra + b"\r\n")
    async with FarEnd(says(dated)) as far, opened(dates=lambda *said: heard.append(said)) as http:
        for _ in range(3):
            await ask(http, far.url)
    assert [(host, date) for host, _, date in heard] == [
        ("127.0.0.1", "Mon, 02 Mar 2026 09:00:00 GMT")
    ] * told
    assert all(0 <= elapsed < 10 for _, elapsed, _ in heard)
