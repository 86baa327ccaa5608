"""Push services over loopback, each a server of its own, and a gateway that speaks to whichever an address names.

An address is "host|number"; `ports` say where each host listens, so that one can be shut, and opened again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt, Trouble
from gateways.parallel import in_parallel


@dataclass
class PushService:
    """One host: a line in is a message, `ok` is its answer, `less` while it is `busy`. `took` is what it took, in order."""

    took: list[str] = field(default_factory=list)
    busy: bool = False
    port: int = 0
    knocks: int = 0
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Nobody listens any more: connections are refused."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode().strip()
        if not self.busy:
            self.took.append(line)
        writer.write(b"less\n" if self.busy else b"ok\n")
        await writer.drain()
        writer.close()


class ManyHosts:
    """A gateway as web push is: the address says to whom to speak. `tried` counts connections by host."""

    def __init__(self, name: str, services: dict[str, PushService]) -> None:
        self.name = name
        self.capabilities = Capabilities(frozenset({"sms"}), batch=50, parallel=10, host_of=self.host_of)
        self.tried: dict[str, int] = dict.fromkeys(services, 0)
        self._services = services

    def host_of(self, address: str) -> str:
        """Numbers of the first person, the third and so on live at one host, the others at another."""
        hosts = sorted(self._services)
        return hosts[int(address[-5:]) // 4 % len(hosts)]

    async def open(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is kept."""

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Ten at once, a connection each."""
        async for receipt in in_parallel(batch, self.capabilities.parallel, self._say):
            yield receipt

    async def _say(self, message: Message) -> Receipt:
        host = self.host_of(message.address)
        self.tried[host] += 1
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._services[host].port)
        except OSError:
            return Receipt(message.reference, Outcome.RETRY, "refused", trouble=Trouble.CONNECTION)
        writer.write(f"{message.address}\n".encode())
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        if answer == b"less\n":
            return Receipt(
                message.reference, Outcome.THROTTLED, "429", retry_after_s=20.0, trouble=Trouble.QUOTA
            )
        return Receipt(message.reference, Outcome.ACCEPTED if answer else Outcome.UNKNOWN)

    async def check(self) -> Receipt:
        """What the hosts share works."""
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002
        """Nobody calls."""
        return []

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002
        """It cannot tell."""
        return []
