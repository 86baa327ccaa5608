"""A mail provider in a process of its own, which misbehaves by a script and remembers what it took.

    python provider.py --ledger FILE [--seed N] [--rule WORD=EVERY ...] [--hang FROM TO] [--slow-ms N]

It listens on a free port of 127.0.0.1 and prints "provider listens on PORT". Every message that it took over is one
line of JSON in the ledger, written before anything is answered: {"reference", "recipient", "answer", "at"}, `at` in UTC
milliseconds by the true clock.

Rules, each for about one recipient in EVERY, always the same ones for one seed; all but `refuse` only the first
time that such a recipient is met:

    refuse    550 5.1.1 to RCPT: there is no such mailbox; nothing is taken
    greylist  450 4.7.1 to RCPT: come back; nothing is taken
    lie       takes the message, and answers 451 all the same
    deny      takes the message, and answers 554 all the same
    drop      takes the message, and cuts the connection
    hang      takes the message, and never answers

--hang does the same to the messages it takes from number FROM to before TO, whoever they are for.

While there is a file FILE.hold with the name of a stage in it, every conversation stops there, and says so by a line of
that name in FILE.met; it goes on when the file is gone:

    greeting  the connection is made, and nothing was said
    envelope  the recipient was named, and the message is not asked for
    message   the message is asked for, and not read
    answer    the message is taken, and not answered
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RULES: Final = ("refuse", "greylist", "lie", "deny", "drop", "hang")
_ANSWERS: Final = {"lie": "451", "deny": "554", "drop": "drop", "hang": "hang"}
_SAID: Final = {
    "250": b"250 2.0.0 taken\r\n",
    "451": b"451 4.3.0 try again\r\n",
    "554": b"554 5.3.0 failed\r\n",
}
_REFERENCE: Final = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE | re.IGNORECASE)
_MOST_BYTES: Final = 1 << 20
_GREETING: Final = b"250-provider.test\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"


def fate(seed: int, rules: Mapping[str, int], recipient: str, words: Sequence[str] = RULES) -> str:
    """The rule that this recipient meets, or "accept"; the same in every process."""
    for word in words:
        every = rules.get(word, 0)
        if every and zlib.crc32(f"{seed} {word} {recipient}".encode()) % every == 0:
            return word
    return "accept"


@dataclass(slots=True)
class Provider:
    """What it is told to do, and whom it has met."""

    path: Path
    seed: int
    rules: Mapping[str, int]
    hangs: range
    slow_s: float
    taken: int = 0
    met: set[str] = field(default_factory=set)

    async def pause(self, stage: str, reader: asyncio.StreamReader) -> None:
        """Stop here as long as the test says so, and somebody is there; it is told that somebody does."""
        hold, told = self.path.with_suffix(".hold"), False
        while (
            not reader._eof and hold.exists() and hold.read_text() == stage
        ):  # there is no public word for it
            if not told:
                _append(self.path.with_suffix(".met"), stage)
            told = True
            await asyncio.sleep(0.01)

    def meets(self, recipient: str) -> str:
        """What happens to this recipient now."""
        word = fate(self.seed, self.rules, recipient)
        return word if word == "refuse" or recipient not in self.met else "accept"

    def take(self, reference: str, recipient: str, answer: str) -> None:
        """Write it down: one line, one write, before any answer."""
        at = time.time_ns() // 1_000_000
        _append(
            self.path,
            json.dumps({"reference": reference, "recipient": recipient, "answer": answer, "at": at}),
        )
        self.taken += 1
        self.met.add(recipient)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is closed by either side."""
        conversation = Conversation(self, reader, writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await conversation.hold()
        writer.close()


class Conversation:
    """One connection's state."""

    def __init__(
        self, provider: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._provider = provider
        self._reader = reader
        self._writer = writer
        self._recipient = ""

    async def hold(self) -> None:
        """Answer line after line; a connection serves at most a hundred thousand."""
        await self._provider.pause("greeting", self._reader)
        self._writer.write(b"220 provider.test ESMTP\r\n")
        for _ in range(100_000):
            line = await self._reader.readline()
            if not line or not await self._answer(line.strip()):
                return
            await self._writer.drain()

    async def _answer(self, line: bytes) -> bool:
        """Answer a command; False when the connection is over."""
        word = line[:4].upper()
        if word == b"DATA":
            return await self._data()
        if word == b"RCPT":
            self._writer.write(self._rcpt(line))
        elif word == b"EHLO":
            self._writer.write(_GREETING)
        else:
            self._writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
        return word != b"QUIT"

    def _rcpt(self, line: bytes) -> bytes:
        self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        word = self._provider.meets(self._recipient)
        if word == "refuse":
            return b"550 5.1.1 no such mailbox\r\n"
        if word == "greylist":
            self._provider.met.add(self._recipient)
            return b"450 4.7.1 greylisted, come back\r\n"
        return b"250 ok\r\n"

    async def _data(self) -> bool:
        await self._provider.pause("envelope", self._reader)
        self._writer.write(b"354 go ahead\r\n")
        await self._writer.drain()
        await self._provider.pause("message", self._reader)
        mail = await self._reader.readuntil(b"\r\n.\r\n")
        found = _REFERENCE.search(mail)
        return await self._take(found[1].decode() if found else "")

    async def _take(self, reference: str) -> bool:
        provider = self._provider
        word = provider.meets(self._recipient)
        if provider.taken in provider.hangs:
            word = "hang"
        answer = _ANSWERS.get(word, "250")
        provider.take(reference, self._recipient, answer)
        await provider.pause("answer", self._reader)
        if answer in {"drop", "hang"}:
            if answer == "hang":
                await self._reader.read()  # until the other side has had enough
            return False
        await asyncio.sleep(provider.slow_s)
        self._writer.write(_SAID[answer])
        return True


def _append(path: Path, line: str) -> None:
    """One line, one write."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, (line + "\n").encode())
    finally:
        os.close(file)


async def main(provider: Provider) -> None:
    """Listen until SIGTERM."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, limit=_MOST_BYTES)
    sys.stdout.write(f"provider listens on {server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await over.wait()
    server.close()


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
    parser.add_argument("--hang", type=int, nargs=2, metavar=("FROM", "TO"), default=(0, 0))
    parser.add_argument("--slow-ms", type=int, default=0)
    said = parser.parse_args()
    said.ledger.touch(mode=0o600)
    return Provider(said.ledger, said.seed, dict(said.rule), range(*said.hang), said.slow_ms / 1000)


if __name__ == "__main__":
    asyncio.run(main(_read()))
