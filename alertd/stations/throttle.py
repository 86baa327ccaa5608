"""Token buckets that outlive a restart. A bucket refills by itself: no lock-out lasts for ever."""

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_network
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


async def spare(tx: Transaction, clock: Clock, bucket: str, burst: int, every_ms: float) -> bool:
    """Whether there is room for one more, which is taken: `burst` at once, then one every `every_ms`, a day at the most."""
    rows = await tx.fetch("throttle.fill", bucket, float(burst), clock.now_ms(), 1 / every_ms)
    if float(rows[0]["tokens"]) < 0.999:  # an hour's flow is a little less than one, as floats count
        return False
    await tx.execute("throttle.spend", bucket)
    return True


async def code_of_the_day(tx: Transaction, clock: Clock, station_id: int, per_day: int) -> bool:
    """Whether strangers may have one more code, call or welcome of a station; which is taken. Half of a day's at once, the other
    half over a day: in no twenty-four hours more than `per_day`.
    """
    half = max(1, per_day // 2)
    return await spare(tx, clock, f"codes-at:{station_id}", half, DAY / half)


async def proof_wait(tx: Transaction, clock: Clock, address: str) -> float:
    """Seconds to wait before another code may be typed from there; 0.0 to go on. Each code has five tries of its own."""
    return await take(tx, clock, Bucket(f"proof-from:{_digest(network(address))}", 1 / 10, 30))


async def look_wait(tx: Transaction, clock: Clock, address: str) -> float:
    """Seconds to wait before another name may be looked for from there; 0.0 to go on. A school may be behind it."""
    return await take(tx, clock, Bucket(f"look-from:{_digest(network(address))}", 2.0, 120))


async def log_in_wait(tx: Transaction, clock: Clock, login: str, address: str) -> float:
    """Seconds to wait before a log-in may be tried; 0.0 to go on.

    Tight for one login from one address, wider for an address (a mairie shares one) and for a login (so that
    whoever hammers at the mayor's name from elsewhere slows the mayor, but does not lock the mayor out). The nearest
    bucket is asked first, and one that is empty takes nothing from the wider ones: one neighbour empties no mayor's. A
    finger, a face or an e-mailed link ask none of them.
    """
    return await _take_all(tx, clock, _log_in_buckets(login.strip().lower(), network(address)))


async def code_wait(tx: Transaction, clock: Clock, operator_id: int) -> float:
    """Seconds before another code of the operator's app may be tried; 0.0 to go on.

    Three codes in a million are right at a moment. At this pace somebody who knows the password already has one chance in
    a thousand in a whole day.
    """
    return await take(tx, clock, Bucket(f"code:{operator_id}", 1 / 300, 5))


async def link_wait(tx: Transaction, clock: Clock, address: str) -> float:
    """Seconds before another link may be asked for from a network; 0.0 to go on. Each mailbox has a limit of its own."""
    return await take(tx, clock, Bucket(f"link-from:{_digest(network(address))}", 1 / 60, 10))


async def knock_wait(tx: Transaction, clock: Clock, address: str) -> float:
    """Seconds before another ceremony may be begun from a network; 0.0 to go on. Nothing can be guessed there."""
    return await take(tx, clock, Bucket(f"knock-from:{_digest(network(address))}", 1 / 6, 30))


async def sign_up_wait(
    tx: Transaction, clock: Clock, address: str, station_id: int, most: tuple[int, int]
) -> float:
    """Seconds to wait before a phone may sign up; 0.0 to go on. `most` an hour, of a network and of a station.

    A network that is at its bound takes nothing from the station: one neighbour does not close the door to all.
    """
    from_here, at_station = most
    near = Bucket(f"join-from:{_digest(network(address))}", from_here / 3600, from_here)
    wait = await take(tx, clock, near)
    return wait or await take(tx, clock, Bucket(f"join-at:{station_id}", at_station / 3600, at_station))


async def verify_wait(tx: Transaction, clock: Clock, address: str) -> float:
    """Seconds to wait before another code may be tried; 0.0 to go on. A code is one of 2^64: trying finds none."""
    return await take(tx, clock, Bucket(f"verify-from:{_digest(network(address))}", 1 / 6, 20))


def network(address: str) -> str:
    """Whose an address is: itself for IPv4; for IPv6 its /56, which a household has whole (RFC 6177)."""
    if ":" not in address:
        return address
    return str(ip_network((address.partition("%")[0], 56), strict=False))


async def forget(tx: Transaction, clock: Clock) -> int:
    """Drop buckets not touched for a day: they are full again. How many."""
    return await tx.execute("throttle.forget", clock.now_ms() - DAY)


async def _take_all(tx: Transaction, clock: Clock, buckets: tuple[Bucket, ...]) -> float:
    """The first wait that is asked; those after it are not touched."""
    for bucket in buckets:
        if wait := await take(tx, clock, bucket):
            return wait
    return 0.0


def _log_in_buckets(login: str, near: str) -> tuple[Bucket, ...]:
    return (
        Bucket(f"login:{_digest(login)}:{_digest(near)}", 1 / 60, 5),
        Bucket(f"login-from:{_digest(near)}", 1 / 6, 30),
        Bucket(f"login-as:{_digest(login)}", 1 / 6, 50),
    )


def _digest(text: str) -> str:
    """An address on the network is personal data, and a login may be any length."""
    return sha256(text.encode()).hexdigest()[:24]
