"""OVHcloud's API played on loopback: each number has in its end what happens to it."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web
from peers import NOW_MS, Case

AHEAD_S = 5_000  # its clock is ahead of ours: a signature of our own time is refused
ENDS = {case: f"{n:02d}" for n, case in enumerate(Case)}
REFUSALS = {
    Case.REJECT: (400, {"message": "Message is too long", "class": "Client::BadRequest"}, {}),
    Case.THROTTLE: (429, {"message": "Too many requests"}, {"Retry-After": "7"}),
    Case.ERROR: (503, {"message": "Come back later"}, {}),
}


class OvhPeer:
    """Verifies every signature by a computation of its own; keeps what it took for who asks by tag or identifier."""

    driver = "ovh"
    not_applicable: Mapping[Case, str] = {}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.jobs: list[dict[str, Any]] = []
        self.outgoing: dict[int, dict[str, Any]] = {}
        self.answers: dict[str, bytes] = {}  # number -> what a job of it is answered, as bytes
        self.account: dict[str, Any] = {"creditsLeft": 1200.5, "status": "enable", "name": "sms-ab12345-1"}
        self.sender = "enable"
        self.refusal: dict[str, Any] | None = None  # what every job is refused with
        self.ahead_s = AHEAD_S
        self.asked: list[str] = []  # method and path of each call
        self.got_job = asyncio.Event()
        self.slow_time = False  # the time is told only once a message of one second is over
        self.truncated = ""  # the number whose answer breaks off
        self.silent_after = 10**9  # questions about messages that are still answered
        self.incoming: dict[int, dict[str, Any]] = {}  # what people answered, by identifier
        self.nonsense: dict[int, Any] = {}  # what it says instead of one of them
        self.too_many = 10**9  # identifiers that one list does not hold
        self._knows_us = True
        self._before = ""  # what happens to whoever asks for the time
        self._released = asyncio.Event()
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        server = web.Server(self._serve)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/1.0"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        await self._runner.cleanup()

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "base_url": self.base,
            "application_key": "application-7f3a",
            "application_secret": "secret-of-the-mairie",
            "consumer_key": "consumer-91bc",
            "service_name": "sms-ab12345-1",
            "sender": "MAIRIE",
            "timeout_s": timeout_s,
        }

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        self._before = case if case in {Case.HANG_BEFORE, Case.TEAR_BEFORE} else ""
        if case is Case.AWAY:
            self._released.set()
            await self._runner.cleanup()
        return f"+3363998{next(self._numbers):02d}{ENDS[case]}"

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path}")
        if request.raw_path == "/1.0/auth/time":
            await self._suffer(self._before, request)
            if self.slow_time:
                await asyncio.sleep(
                    1.1
                )  # the message's own clock is the loop's: nothing else tells that it is over
            return web.json_response(self.time())
        body = await request.read()
        if refusal := self._strangers(request, body):
            return refusal
        path = request.raw_path.removeprefix("/1.0/sms/sms-ab12345-1")
        if request.method == "POST" and path == "/jobs":
            return await self._job(request, json.loads(body))
        self.silent_after -= 1
        if self.silent_after < 0:
            await self._released.wait()
        return self._told(path)

    def time(self) -> int:
        """Its clock, in seconds."""
        return NOW_MS // 1000 + self.ahead_s

    async def _suffer(self, case: str, request: web.BaseRequest) -> None:
        if case in {Case.HANG_BEFORE, Case.HANG_AFTER}:
            await self._released.wait()
        if case in {Case.TEAR_BEFORE, Case.TEAR_AFTER} and request.transport:
            request.transport.abort()

    def _strangers(self, request: web.BaseRequest, body: bytes) -> web.Response | None:
        said = request.headers.get("X-Ovh-Timestamp", "")
        plain = b"+".join(
            (
                b"secret-of-the-mairie",
                b"consumer-91bc",
                request.method.encode(),
                f"{self.base}{request.raw_path.removeprefix('/1.0')}".encode(),
                body,
                said.encode(),
            )
        )
        if not self._knows_us or request.headers.get("X-Ovh-Application") != "application-7f3a":
            return _error(403, "INVALID_CREDENTIAL", "This credential is not valid")
        if abs(int(said) - self.time()) > 30:
            return _error(400, "QUERY_TIME_OUT", "Query out of time")
        if request.headers.get("X-Ovh-Signature") != "$1$" + hashlib.sha1(plain).hexdigest():  # noqa: S324
            return _error(400, "INVALID_SIGNATURE", "Invalid signature")
        return None

    async def _job(self, request: web.BaseRequest, job: dict[str, Any]) -> web.StreamResponse:
        [to] = job["receivers"]
        case = next((case for case, end in ENDS.items() if end == to[-2:]), Case.ACCEPT)
        if self.refusal is not None:
            return web.json_response(self.refusal, status=400)
        if case in REFUSALS:
            status, said, headers = REFUSALS[case]
            return web.json_response(said, status=status, headers=headers)
        if case is Case.REFUSE:
            return web.json_response(_sent([], invalid=[to]))
        self.jobs.append(job)
        self.taken.append(to)
        self.got_job.set()
        identifier = 26_929_925 + len(self.jobs)
        self.outgoing[identifier] = {"id": identifier, "tag": job["tag"], "deliveryReceipt": 0, "ptt": -1}
        await self._suffer(case, request)
        if case is Case.RUBBISH_AFTER:
            return web.Response(body=b"<html>mumble")
        if to == self.truncated and request.transport:
            request.transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\n{"ids": [26929926]')
            request.transport.close()
        if to in self.answers:
            return web.Response(body=self.answers[to])
        return web.json_response(_sent([identifier], valid=[to]))

    def _told(self, path: str) -> web.Response:
        if path == "":
            return web.json_response(self.account)
        if path.startswith("/senders/"):
            return web.json_response({"sender": "MAIRIE", "status": self.sender})
        if path.startswith("/outgoing?tag="):
            tag = path.partition("=")[2]
            return web.json_response([each["id"] for each in self.outgoing.values() if each["tag"] == tag])
        if path.startswith("/incoming?"):
            return self._answered(path)
        if path.startswith("/incoming/"):
            asked = int(path.rpartition("/")[2])
            letter = self.nonsense.get(asked, self.incoming.get(asked))
            return (
                web.json_response(letter)
                if letter
                else _error(404, "NOT_FOUND", "This object does not exist")
            )
        found = self.outgoing.get(int(path.rpartition("/")[2] or 0))
        return web.json_response(found) if found else _error(404, "NOT_FOUND", "This object does not exist")

    def _answered(self, path: str) -> web.Response:
        """Identifiers of a span of time, newest first: whoever counts on an order is mistaken."""
        span = {key: datetime.fromisoformat(value) for key, value in parse_qsl(path.partition("?")[2])}
        low, high = span["creationDatetime.from"], span.get("creationDatetime.to")
        found = [
            each["id"]
            for each in self.incoming.values()
            if low <= (at := datetime.fromisoformat(each["creationDatetime"]))
            and (high is None or at <= high)
        ]
        return web.json_response(found[::-1] if len(found) < self.too_many else "x" * 100_000)


def _sent(
    ids: list[int], *, valid: list[str] | None = None, invalid: list[str] | None = None
) -> dict[str, Any]:
    return {
        "ids": ids,
        "validReceivers": valid or [],
        "invalidReceivers": invalid or [],
        "totalCreditsRemoved": len(ids),
    }


def _error(status: int, word: str, message: str) -> web.Response:
    return web.json_response({"errorCode": word, "message": message, "httpCode": str(status)}, status=status)
