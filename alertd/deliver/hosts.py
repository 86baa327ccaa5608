"""Hosts: a gateway that speaks to many (web push) is judged host by host, so that a dead one stops none of the others.

A host that is down is left alone: its messages are answered `retry`, with code `host_down`, before the wire is touched,
so they wait, and `deliver_by` ends them as any other. A few are let through every few seconds, and are the probes.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from alertd.clock import MINUTE, SECOND, Clock
from alertd.deliver.breaker import Breaker
from gateways.contract import Callback, Capabilities, Gateway, Message, Outcome, Receipt

MOST_HOSTS: Final = 64
"""Hosts remembered; push services are a handful, some with a name for each region."""
LATELY_MS: Final = MINUTE
"""A host that has answered, or failed to, within so long counts when the gateway as a whole is judged."""
LET_THROUGH: Final = 3
LET_MS: Final = 5 * SECOND
_SILENCE: Final = Receipt("", Outcome.UNKNOWN, code="no_receipt")


@dataclass(slots=True)
class _Host:
    breaker: Breaker
    heard_at: int
    let_at: int = 0
    let: int = 0

    def may_pass(self, now: int) -> bool:
        """All pass where it works; where it does not, three in five seconds."""
        if self.breaker.closed:
            return True
        if now - self.let_at >= LET_MS:
            self.let_at, self.let = now, 0
        self.let += 1
        return self.let <= LET_THROUGH


@dataclass(frozen=True, slots=True)
class Turn:
    """A host that was left (`down`), with why, or taken back."""

    host: str
    down: bool
    reason: str


@dataclass(slots=True)
class Hosted:
    """A gateway as dispatch sees it: the same, but hosts that are down are not spoken to."""

    inner: Gateway
    clock: Clock
    host_of: Callable[[str], str]
    name: str = field(init=False)
    capabilities: Capabilities = field(init=False)
    turns: list[Turn] = field(default_factory=list)
    _hosts: dict[str, _Host] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name, self.capabilities = self.inner.name, self.inner.capabilities

    async def open(self) -> None:
        await self.inner.open()

    async def close(self) -> None:
        await self.inner.close()

    async def check(self) -> Receipt:
        return await self.inner.check()

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:
        return self.inner.read_callback(callback)

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        return await self.inner.look_up(references)

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """At once for those whose host is left alone; for the others as the gateway answers, heard by their host."""
        now, spoken, hosts = self.clock.now_ms(), list[Message](), dict[str, str]()
        for message in batch:
            host = self.host_of(message.address)
            if self._host(host).may_pass(now):
                hosts[message.reference] = host
                spoken.append(message)
            else:
                yield Receipt(message.reference, Outcome.RETRY, "host_down", retry_after_s=LET_MS / SECOND)
        if not spoken:
            return
        async for receipt in self.inner.send(spoken):
            if receipt.reference in hosts:
                self._hear(hosts.pop(receipt.reference), receipt)
            yield receipt
        for host in hosts.values():
            self._hear(host, _SILENCE)

    def silent(self) -> tuple[str, ...]:
        """The hosts that are left alone now."""
        return tuple(sorted(name for name, host in self._hosts.items() if not host.breaker.closed))

    def mostly_down(self) -> bool:
        """Whether most of the hosts heard of lately are down: then the gateway is."""
        now = self.clock.now_ms()
        lately = [host for host in self._hosts.values() if now - host.heard_at < LATELY_MS]
        return sum(not host.breaker.closed for host in lately) * 2 > len(lately)

    def take_turns(self) -> list[Turn]:
        """Who was left and taken back since this was asked last."""
        turns, self.turns = self.turns, []
        return turns

    def _hear(self, name: str, receipt: Receipt) -> None:
        now, host = self.clock.now_ms(), self._host(name)
        host.heard_at = now
        if host.breaker.hear(receipt, now):
            self.turns.append(Turn(name, True, host.breaker.reason))
        elif host.breaker.probed(receipt, now):
            self.turns.append(Turn(name, False, "probes"))

    def _host(self, name: str) -> _Host:
        """Kept in the order in which they were asked for; the one not asked for longest is forgotten."""
        host = self._hosts.pop(name, None) or _Host(Breaker(), 0)
        self._hosts[name] = host
        if len(self._hosts) > MOST_HOSTS:
            del self._hosts[next(iter(self._hosts))]
        return host


def by_host(gateway: Gateway, clock: Clock) -> Gateway:
    """The gateway itself, unless it speaks to many hosts."""
    host_of = gateway.capabilities.host_of
    return gateway if host_of is None else Hosted(gateway, clock, host_of)
