"""Sessions of operators, kept in the store: a copied cookie dies with the log-out."""

from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY, HOUR, MINUTE, Clock
from alertd.errors import NotAllowed
from alertd.keys import token as new_token
from alertd.keys import token_hash
from alertd.model import Actor, Role
from alertd.stations.factors import Proof
from alertd.stations.operators import Operator, actor_of
from alertd.store.database import Database, Transaction

IDLE: Final = 12 * HOUR
ABSOLUTE: Final = 7 * DAY
LASTING: Final = 30 * DAY
"""Of a session opened or confirmed with more than a password: a phone that was put away on Friday opens on Sunday night without
costing seconds in the fire. It has no idle hours; who lost the phone ends it from another (`revoke`).
"""
SEEN_EVERY: Final = MINUTE
"""A look at a page writes at most once in this time."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and the station chosen, with the role held there at this moment.

    `proven_at` is when the person last showed all that the account asks for, in UTC milliseconds; `secured`, whether that
    is more than a password.
    """

    operator: Operator
    station_id: int | None
    role: Role | None
    csrf: str
    seen_at: int
    proven_at: int = 0
    secured: bool = False

    @property
    def actor(self) -> Actor | None:
        """Who asks, in the station chosen; None without one, or without a role there any more."""
        if self.station_id is None or self.role is None:
            return None
        return actor_of(self.operator.login, self.station_id, self.role)

    @property
    def form_token(self) -> str:
        """What a form of the station chosen carries: the session's secret, and the station that it is opened for."""
        return form_token(self.csrf, self.station_id)


def form_token(csrf: str, station_id: int | None) -> str:
    """The secret alone where no station is chosen."""
    return csrf if station_id is None else f"{csrf}.{station_id}"


def opened_for(token: str) -> tuple[str, int | None]:
    """The secret of a form, and its station's id; None for a form that was opened without one."""
    secret, _, station = token.partition(".")  # no sign of a secret's alphabet
    return secret, int(station) if station.isascii() and station.isdigit() and len(station) < 16 else None


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a log-in came: a device in plain words, a network without its last part; and what it showed."""

    device: str = ""
    network: str = ""
    proofs: str = ""


NOWHERE: Final = Origin()


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: `token` goes into the cookie and nowhere else, `csrf` into forms; it ends after `lasts_ms` at the latest."""

    token: str
    csrf: str
    lasts_ms: int = ABSOLUTE


@dataclass(frozen=True, slots=True)
class Listed:
    """One of an operator's sessions, as the operator sees it; `id` cannot be used to come in."""

    id: str
    origin: Origin
    opened_at: int
    seen_at: int


async def open_session(
    tx: Transaction, clock: Clock, operator_id: int, station_id: int | None, origin: Origin = NOWHERE
) -> Opened:
    """Log an operator in, always under a new token: for seven days at most and twelve hours without a visit; for thirty days by more
    than a password.
    """
    lasting = is_lasting(origin.proofs)
    opened = Opened(new_token(), new_token(), LASTING if lasting else ABSOLUTE)
    now = clock.now_ms()
    said = (origin.device, origin.network, origin.proofs, int(lasting))
    whose = (token_hash(opened.token), operator_id, station_id, opened.csrf)
    await tx.execute("sessions.open", *whose, now, now + opened.lasts_ms, *said)
    return opened


def is_lasting(proofs: str) -> bool:
    """Whether these proofs (words of `Proof`, blanks between) are more than a password, and in the person's own hands."""
    return not {Proof.PASSKEY, Proof.TOTP}.isdisjoint(proofs.split())


async def prove(tx: Transaction, clock: Clock, token: str, session: Session, proofs: str) -> Opened:
    """The person showed anew all that the account asks for; the session goes on under a new token, and lasts anew by more than a
    password.
    """
    now, lasting = clock.now_ms(), is_lasting(proofs)
    opened = Opened(new_token(), session.csrf, LASTING if lasting else ABSOLUTE)
    where = (token_hash(token), token_hash(opened.token))
    await tx.execute("sessions.prove", *where, now, int(lasting), now + LASTING)
    return opened


async def of_operator(store: Database, clock: Clock, operator_id: int) -> tuple[Listed, ...]:
    """Where an operator is logged in, the latest seen first; fifty at most."""
    now = clock.now_ms()
    rows = await store.fetch("sessions.of_operator", operator_id, now - IDLE, now)
    return tuple(
        Listed(
            bytes(row["token_hash"]).hex(),
            Origin(row["device"], row["network"], row["proofs"]),
            row["created_at"],
            row["seen_at"],
        )
        for row in rows
    )


def id_of(token: str) -> str:
    """What `Listed.id` is for the session of this token."""
    return token_hash(token).hex()


async def revoke(tx: Transaction, operator_id: int, listed_id: str) -> bool:
    """End one of an operator's own sessions; False when there is none such, or it is another's."""
    return bool(await tx.execute("sessions.revoke", operator_id, bytes.fromhex(listed_id)))


async def current(store: Database, clock: Clock, token: str) -> Session | None:
    """The session of a cookie; None when it is unknown, closed, idle for too long, too old or its operator disabled."""
    now = clock.now_ms()
    rows = await store.fetch("sessions.find", token_hash(token), now - IDLE, now)
    if not rows:
        return None
    row = rows[0]
    role = None if row["role"] is None else Role(row["role"])
    operator = Operator(row["operator_id"], row["login"], row["name"])
    proven = (row["proven_at"], bool(row["secured"]))
    return Session(operator, row["station_id"], role, row["csrf"], row["seen_at"], *proven)


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
