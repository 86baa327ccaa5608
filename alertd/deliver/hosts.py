"""Hosts: a gateway that speaks to many (web push) is judged host by host, so that a dead one stops none of the others.

A host that is down is left alone: its messages are answered `retry`, with code `host_down`, before the wire is touched,
so they wait, and `deliver_by` ends them as any other. A few are let through every few seconds, and are the probes. One that
asks for less (429) is left alone as long as it says (`host_hushed`); the others are not.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, overload

from alertd.clock import MINUTE, SECOND, Clock
from alertd.deliver.breaker import Breaker
from alertd.deliver.legible import legible
from gateways.contract import Callback, Capabilities, Gateway, Inbound, Message, Outcome, Question, Receipt

MOST_HOSTS: Final = 64
"""Hosts remembered; push services are a handful, some with a name for each region."""
LATELY_MS: Final = MINUTE
"""A host that has answered, or failed to, within so long counts when the gateway as a whole is judged."""
LET_THROUGH: Final = 3
LET_MS: Final = 5 * SECOND
HUSHED_S: Final = 60.0
"""As long at most as a sender is silent for a provider that asks for less."""
_SILENCE: Final = Receipt("", Outcome.UNKNOWN, code="no_receipt")


@dataclass(slots=True)
class _Host:
    breaker: Breaker
    heard_at: int
    let_at: int = 0
    let: int = 0
    hushed_until: int = 0

    def holds(self, now: int) -> str:
        """Why a message is held back now; empty where it may pass."""
        if now < self.hushed_until:
            return "host_hushed"
        return "" if self._lets(now) else "host_down"

    def _lets(self, now: int) -> bool:
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

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Inbound | Question]:
        return self.inner.read_callback(callback)

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        return await self.inner.look_up(references)

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """As the gateway answers, heard by each message's host; those whose host is left alone are answered between."""
        let = _LetThrough(batch, self)
        try:
            async for receipt in self.inner.send(let):
                for held in let.take_held():
                    yield held
                host = let.hosts.pop(receipt.reference, None)
                yield receipt if host is None else self._hear(host, receipt)
        except Exception:  # a driver's bug puts nobody in doubt who was left alone
            for held in let.take_held():
                yield held
            raise
        for held in let.take_held():
            yield held
        for host in let.hosts.values():
            self._hear(host, _SILENCE)

    def held_back(self, address: str) -> tuple[str, str]:
        """The host of this address, and why it is left alone now; the latter empty where it may be spoken to."""
        host = self.host_of(address)
        return host, self._host(host).holds(self.clock.now_ms())

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

    def _hear(self, name: str, said: Receipt) -> Receipt:
        """Judge the host by it. That one asks for less hushes it alone, and not the sender: what it said becomes a retry."""
        now, host, receipt = self.clock.now_ms(), self._host(name), legible(said)
        host.heard_at = now
        if host.breaker.hear(receipt, now):
            self.turns.append(Turn(name, True, host.breaker.reason))
        elif host.breaker.probed(receipt, now):
            self.turns.append(Turn(name, False, "probes"))
        if said.outcome is not Outcome.THROTTLED:
            return said
        host.hushed_until = now + round(min(said.retry_after_s or 1.0, HUSHED_S) * SECOND)
        return said._replace(outcome=Outcome.RETRY)

    def _host(self, name: str) -> _Host:
        """Kept in the order in which they were asked for; the one not asked for longest is forgotten."""
        host = self._hosts.pop(name, None) or _Host(Breaker(at_once=False), 0)
        self._hosts[name] = host
        if len(self._hosts) > MOST_HOSTS:
            del self._hosts[next(iter(self._hosts))]
        return host


class _LetThrough(Sequence[Message]):
    """A batch without those whose host is left alone, who are found when they are drawn: no sooner, since the batch may
    end early. `hosts` are those of the messages that were drawn, by reference, until they are answered.
    """

    def __init__(self, batch: Sequence[Message], gateway: Hosted) -> None:
        self._batch = batch
        self._gateway = gateway
        self._held: list[Receipt] = []
        self.hosts: dict[str, str] = {}

    def __len__(self) -> int:
        """At most."""
        return len(self._batch)

    def __iter__(self) -> Iterator[Message]:
        for message in self._batch:
            host, why = self._gateway.held_back(message.address)
            if why:
                self._held.append(_held(message, why))
            else:
                self.hosts[message.reference] = host
                yield message

    @overload
    def __getitem__(self, key: int) -> Message: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Message]: ...
    def __getitem__(self, key: int | slice) -> Message | Sequence[Message]:
        """Whatever a driver takes so, it speaks, and no host is asked."""
        return self._batch[key]

    def take_held(self) -> list[Receipt]:
        """The answers of those left alone since this was asked last."""
        held, self._held = self._held, []
        return held


def _held(message: Message, why: str) -> Receipt:
    return Receipt(message.reference, Outcome.RETRY, why, retry_after_s=LET_MS / SECOND)


def by_host(gateway: Gateway, clock: Clock) -> Gateway:
    """The gateway itself, unless it speaks to many hosts."""
    host_of = gateway.capabilities.host_of
    return gateway if host_of is None else Hosted(gateway, clock, host_of)
