"""A provider over HTTP in a process of its own, which misbehaves by a script, remembers what it took, and calls back.

    python http_provider.py --ledger FILE [--seed N] [--rule WORD=EVERY ...] [--most N] [--slow-ms N]

It listens on a free port of 127.0.0.1 and prints "provider listens on PORT". A message is a POST of {"reference", "to",
"text"} to /send. The ledger is that of provider.py, `answer` being "200", "500", "drop" or "hang".

Rules, each for about one recipient in EVERY, always the same ones for one seed; all but `refuse` only the first time:

    refuse    400: there is no such address; nothing is taken
    throttle  429, Retry-After: 1; nothing is taken
    error     takes the message, and answers 500 all the same
    drop      takes the message, and cuts the connection
    hang      takes the message, and never answers

--most N answers 429, Retry-After: 1 to whatever comes after N messages of one second. Each 429 is a line of the ledger's
form in FILE.throttled.

While there is a file FILE.address with a node's URL in it, it reports there (/rappels/mail) what became of each message it
took, a word or several (WORDS), in shuffled calls, some of them twice, among calls that are signed with another secret or
speak of what nobody sent. One in LATE messages is reported only once there is a file FILE.late. A call that is not answered
200 is made again.
FILE.words has a line {"reference", "word"} for each word, written when the message is taken; FILE.heard the same, written
when a call with it was answered 200, and FILE.early where the message itself had not been answered yet; FILE.forged the status that each forged call was answered.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web
from provider import _append, fate

RULES: Final = ("refuse", "throttle", "error", "drop", "hang")
ANSWERS: Final = {"error": "500", "drop": "drop", "hang": "hang"}
SECRET: Final = b"between the provider and the mairie"
WORDS: Final = (
    ("delivered",),
    ("delivered", "seen"),
    ("accepted", "failed"),
    ("failed", "delivered"),
    ("refused",),
    (),
)
LATE: Final = 4
TOGETHER: Final = 40

Word = tuple[str, str]


@dataclass(slots=True)
class Provider:
    """What it is told to do, whom it has met, and what it has still to report."""

    path: Path
    seed: int
    rules: dict[str, int]
    most: int
    slow_s: float
    met: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    second: tuple[int, int] = (0, 0)
    soon: list[Word] = field(default_factory=list)
    late: list[Word] = field(default_factory=list)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or not."""
        said = await request.json()
        word = fate(self.seed, self.rules, said["to"], RULES)
        if word == "refuse":
            return web.json_response({"error": "unknown_address"}, status=400)
        if said["to"] in self.met:
            word = "accept"
        if word == "throttle" or self._is_full():
            return self._throttle(said)
        answer = ANSWERS.get(word, "200")
        self._note("", said, answer)
        self.met.add(said["to"])
        self.unanswered.add(said["reference"])
        self._report(said["reference"])
        return await self._answer(request, said["reference"], answer)

    def _is_full(self) -> bool:
        now = time.time_ns() // 1_000_000_000
        self.second = (now, self.second[1] + 1 if self.second[0] == now else 1)
        return self.second[1] > self.most

    def _throttle(self, said: dict[str, str]) -> web.Response:
        self.met.add(said["to"])
        self._note(".throttled", said, "429")
        return web.Response(status=429, headers={"Retry-After": "1"})

    async def _answer(self, request: web.Request, reference: str, answer: str) -> web.Response:
        await asyncio.sleep(3_600 if answer == "hang" else self.slow_s)
        self.unanswered.discard(reference)
        if answer == "drop" and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": "1"}, status=500 if answer == "500" else 200)

    def _note(self, where: str, said: dict[str, str], answer: str) -> None:
        line = {"reference": said["reference"], "recipient": said["to"], "answer": answer}
        _append(
            self.path.with_suffix(where or self.path.suffix),
            json.dumps(line | {"at": time.time_ns() // 1_000_000}),
        )

    def _report(self, reference: str) -> None:
        chance = random.Random(f"{self.seed} {reference}")
        words = [(reference, word) for word in chance.choice(WORDS)]
        self._write(".words", words)
        (self.late if chance.randrange(LATE) == 0 else self.soon).extend(words)

    async def call_back(self) -> None:
        """Report as long as it lives."""
        chance = random.Random(self.seed)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                if self.path.with_suffix(".late").exists():
                    self.soon, self.late = self.soon + self.late, []
                if not self.soon:
                    await asyncio.sleep(0.02)
                    continue
                chance.shuffle(self.soon)
                words, self.soon = self.soon[:TOGETHER], self.soon[TOGETHER:]
                await self._call(session, words, chance)

    async def _call(
        self, session: aiohttp.ClientSession, words: Sequence[Word], chance: random.Random
    ) -> None:
        forged = json.dumps([(reference, "stopped") for reference, _ in words]).encode()
        _append(self.path.with_suffix(".forged"), str(await self._post(session, forged, b"another secret")))
        unknown = [(f"nobody{chance.randrange(10_000):05}", "refused")]
        for _ in range(chance.choice((1, 1, 2))):
            await self._insist(session, json.dumps([*words, *unknown]).encode())
        self._write(".heard", words)
        self._write(".early", [word for word in words if word[0] in self.unanswered])
        if chance.randrange(3) == 0:
            self.soon += chance.sample(words, len(words) // 3)  # once more, later, among others

    async def _insist(self, session: aiohttp.ClientSession, body: bytes) -> None:
        for pause in count():
            if pause:
                await asyncio.sleep(0.05)
            if await self._post(session, body, SECRET) == 200:
                return

    async def _post(self, session: aiohttp.ClientSession, body: bytes, secret: bytes) -> int:
        """The status; 0 when nobody answers, or nobody is to be called yet."""
        try:
            address = self.path.with_suffix(".address").read_text()
            headers = {"X-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}
            async with session.post(f"{address}/rappels/mail", data=body, headers=headers) as response:
                return response.status
        except (OSError, aiohttp.ClientError, TimeoutError):
            return 0

    def _write(self, where: str, words: Sequence[Word]) -> None:
        for reference, word in words:
            _append(self.path.with_suffix(where), json.dumps({"reference": reference, "word": word}))


async def main(provider: Provider) -> None:
    """Listen until SIGTERM."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    app = web.Application()
    app.router.add_post("/send", provider.send)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"provider listens on {runner.addresses[0][1]}\n")
    sys.stdout.flush()
    calling = asyncio.create_task(provider.call_back())
    await asyncio.wait(
        {calling, ended := asyncio.create_task(over.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    ended.cancel()
    calling.cancel()
    await runner.cleanup()


def _rule(text: str) -> tuple[str, int]:
    word, _, every = text.partition("=")
    if word not in RULES or not every.isdigit():
        raise argparse.ArgumentTypeError(f"write one of {', '.join(RULES)}, as {RULES[0]}=50")
    return word, int(every)


def _read() -> Provider:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rule", type=_rule, action="append", default=[])
    parser.add_argument("--most", type=int, default=1 << 30)
    parser.add_argument("--slow-ms", type=int, default=0)
    said = parser.parse_args()
    for where in (
        said.ledger,
        *map(said.ledger.with_suffix, (".words", ".heard", ".early", ".forged", ".throttled")),
    ):
        where.touch(mode=0o600)
    return Provider(said.ledger, said.seed, dict(said.rule), said.most, said.slow_ms / 1000)


if __name__ == "__main__":
    asyncio.run(main(_read()))
