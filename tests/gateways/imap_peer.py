"""A mailbox played on loopback: as much IMAP as a poll needs, and what was done to each mail."""

import asyncio
import re
from typing import Self

_FETCH = re.compile(rb"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")

_USUAL = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    b"SELECT": b"* 2 EXISTS\r\nTAG OK [READ-WRITE] selected\r\n",
    b"LOGOUT": b"* BYE\r\nTAG OK done\r\n",
}


class ImapPeer:
    """One folder, one account. `seen` holds the numbers of the mails that were marked; `looked` is set at each search."""

    def __init__(self, *mails: bytes, known: bool = True) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.seen: set[int] = set()
        self.looked = asyncio.Event()
        self.settled = asyncio.Event()
        self.commands: list[bytes] = []
        self._known = known
        self._ended = asyncio.Event()
        self._ended.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        """A poll speaks from a thread that nobody can stop: its conversation is heard out."""
        self._server.close()
        async with asyncio.timeout(60):
            await self._ended.wait()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ended.clear()
        try:
            writer.write(b"* OK IMAP4rev1 ready\r\n")
            while line := await reader.readline():
                tag, _, command = line.strip().partition(b" ")
                self.commands.append(command)
                writer.write(self._answer(command).replace(b"TAG", tag, 1))
                if command == b"LOGOUT":
                    break
        finally:
            writer.close()
            self._ended.set()

    def _answer(self, command: bytes) -> bytes:
        if command.startswith(b"LOGIN") and not self._known:
            return b"TAG NO [AUTHENTICATIONFAILED] who?\r\n"
        if command == b"UID SEARCH UNSEEN":
            self.looked.set()
            unseen = " ".join(str(number) for number in sorted(self.mails.keys() - self.seen))
            return f"* SEARCH {unseen}".strip().encode() + b"\r\nTAG OK done\r\n"
        if fetched := _FETCH.fullmatch(command):
            mail = self.mails[int(fetched[1])][: int(fetched[2])]
            head = b"* %s FETCH (UID %s BODY[]<0> {%d}\r\n" % (fetched[1], fetched[1], len(mail))
            return head + mail + b")\r\nTAG OK done\r\n"
        if command.startswith(b"UID STORE"):
            self.seen.add(int(command.split()[2]))
            if self.seen == self.mails.keys():
                self.settled.set()
        return _USUAL.get(command.partition(b" ")[0], b"TAG OK done\r\n")
