"""Sessions of operators, kept in the store: a copied cookie dies with the log-out."""

from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY, HOUR, MINUTE, Clock
from alertd.errors import NotAllowed
from alertd.keys import token as new_token
from alertd.keys import token_hash
from alertd.model import Actor, Role
from alertd.stations.operators import Operator, actor_of
from alertd.store.database import Database, Transaction

IDLE: Final = 12 * HOUR
ABSOLUTE: Final = 7 * DAY
SEEN_EVERY: Final = MINUTE
"""A look at a page writes at most once in this time."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and the station chosen, with the role held there at this moment."""

    operator: Operator
    station_id: int | None
    role: Role | None
    csrf: str
    seen_at: int

    @property
    def actor(self) -> Actor | None:
        """Who asks, in the station chosen; None without one, or without a role there any more."""
        if self.station_id is None or self.role is None:
            return None
        return actor_of(self.operator.login, self.station_id, self.role)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: `token` goes into the cookie and nowhere else, `csrf` into forms."""

    token: str
    csrf: str


async def open_session(tx: Transaction, clock: Clock, operator_id: int, station_id: int | None) -> Opened:
    """Log an operator in, for seven days at most and twelve hours without a visit."""
    opened = Opened(new_token(), new_token())
    now = clock.now_ms()
    await tx.execute(
        "sessions.open", token_hash(opened.token), operator_id, station_id, opened.csrf, now, now + ABSOLUTE
    )
    return opened


async def current(store: Database, clock: Clock, token: str) -> Session | None:
    """The session of a cookie; None when it is unknown, closed, idle for too long, too old or its operator disabled."""
    now = clock.now_ms()
    rows = await store.fetch("sessions.find", token_hash(token), now - IDLE, now)
    if not rows:
        return None
    row = rows[0]
    role = None if row["role"] is None else Role(row["role"])
    operator = Operator(row["operator_id"], row["login"], row["name"])
    return Session(operator, row["station_id"], role, row["csrf"], row["seen_at"])


async def touch(store: Database, clock: Clock, token: str, session: Session) -> None:
    """Remember the visit; writes once a minute at most."""
    now = clock.now_ms()
    if now - session.seen_at >= SEEN_EVERY:
        async with store.transaction() as tx:
            await tx.execute("sessions.touch", token_hash(token), now)


async def choose_station(tx: Transaction, token: str, station_id: int) -> None:
    """Act in another station from now on; NotAllowed `no_role` without a role there."""
    if not await tx.execute("sessions.choose_station", token_hash(token), station_id):
        raise NotAllowed("no_role", "You have no role in this station.")


async def close_session(tx: Transaction, token: str) -> None:
    """Log out: every copy of the cookie dies."""
    await tx.execute("sessions.close", token_hash(token))


async def close_all(tx: Transaction, operator_id: int) -> int:
    """Log an operator out everywhere; how many sessions there were."""
    return await tx.execute("sessions.close_of_operator", operator_id)


async def forget(tx: Transaction, clock: Clock) -> int:
    """Drop sessions that answer no more; how many."""
    now = clock.now_ms()
    return await tx.execute("sessions.forget", now - IDLE, now)
