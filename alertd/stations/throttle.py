"""Token buckets that outlive a restart. A bucket refills by itself: no lock-out lasts for ever."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from alertd.clock import DAY, Clock
from alertd.store.database import Transaction

LONGEST_S: Final = 900.0
"""Nobody is asked to wait longer than a quarter of an hour, whatever was tried before."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` tries at once, then one every `1 / rate_per_s` seconds."""

    name: str
    rate_per_s: float
    burst: int


async def take(tx: Transaction, clock: Clock, bucket: Bucket) -> float:
    """Take a token: 0.0, or the seconds to wait (900 at most) when there is none. A refused try costs nothing."""
    rate = max(bucket.rate_per_s, 1 / LONGEST_S)
    rows = await tx.fetch("throttle.fill", bucket.name, float(bucket.burst), clock.now_ms(), rate / 1000)
    tokens = float(rows[0]["tokens"])
    if tokens < 1:
        return min(LONGEST_S, (1 - tokens) / rate)
    await tx.execute("throttle.spend", bucket.name)
    return 0.0


async def log_in_wait(tx: Transaction, clock: Clock, login: str, address: str) -> float:
    """Seconds to wait before a log-in may be tried; 0.0 to go on.

    Tight for one login from one address, wider for an address (a mairie shares one) and for a login (so that
    whoever hammers at the mayor's name from elsewhere slows the mayor, but does not lock the mayor out).
    """
    waits = [await take(tx, clock, bucket) for bucket in _log_in_buckets(login.strip().lower(), address)]
    return max(waits)


async def forget(tx: Transaction, clock: Clock) -> int:
    """Drop buckets not touched for a day: they are full again. How many."""
    return await tx.execute("throttle.forget", clock.now_ms() - DAY)


def _log_in_buckets(login: str, address: str) -> tuple[Bucket, ...]:
    return (
        Bucket(f"login:{_digest(login)}:{_digest(address)}", 1 / 60, 5),
        Bucket(f"login-from:{_digest(address)}", 1 / 6, 30),
        Bucket(f"login-as:{_digest(login)}", 1 / 6, 50),
    )


def _digest(text: str) -> str:
    """An address on the network is personal data, and a login may be any length."""
    return sha256(text.encode()).hexdigest()[:24]
