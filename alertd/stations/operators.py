"""Operators: people who log in, with one role in each of several stations."""

import re
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.errors import Conflict, Missing, Refused
from alertd.model import Accent, Actor, Role
from alertd.stations import passwords
from alertd.stations.passwords import Passwords
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")


@dataclass(frozen=True, slots=True)
class Operator:
    """A person who logs in."""

    id: int
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Post:
    """What an operator may do in one station."""

    station_id: int
    slug: str
    name: str
    role: Role
    accent: Accent


async def add(
    tx: Transaction, clock: Clock, *, login: str, name: str, password_hash: str | None = None
) -> Operator:
    """Register an operator, without any role yet; the hash comes from `hash_password`, made before the transaction.

    :raises Refused: `operator_invalid`. :raises Conflict: `operator_exists`.
    """
    login = canonical_login(login)
    if not 1 <= len(name.strip()) <= 120:
        raise Refused("operator_invalid", "An operator's name has 1 to 120 characters.")
    if await tx.fetch("operators.find_by_login", login):
        raise Conflict("operator_exists", f"There is already an operator {login}.")
    id_ = await take(tx, "operator")
    await tx.execute("operators.add", id_, login, name.strip(), password_hash, clock.now_ms())
    return Operator(id_, login, name.strip())


async def hash_password(known: Passwords, login: str, password: str) -> str:
    """Check and hash a new password; Refused `password_weak`. 30 ms: call it before the transaction opens."""
    passwords.check(password, canonical_login(login))
    return await known.hash(password)


async def set_role(tx: Transaction, operator_id: int, station_id: int, role: Role | None) -> None:
    """Give an operator a role in a station, or take it away (None)."""
    if role is None:
        await tx.execute("operators.take_role", operator_id, station_id)
    else:
        await tx.execute("operators.set_role", operator_id, station_id, int(role))


async def set_administrator(tx: Transaction, operator_id: int, *, keeps: bool) -> None:
    """Whether the operator keeps the instance: once somebody does, its troubles are told to them and not to every mayor."""
    await tx.execute("operators.set_administrator", operator_id, int(keeps))


async def set_password(tx: Transaction, operator_id: int, password_hash: str) -> None:
    """A new password; every session opened with the old one ends."""
    await tx.execute("operators.set_password", operator_id, password_hash)
    await tx.execute("sessions.close_of_operator", operator_id)


async def disable(tx: Transaction, operator_id: int, since: int | None) -> None:
    """From `since` (UTC milliseconds) the operator is out, everywhere at once; None lets the person in again."""
    await tx.execute("operators.disable", operator_id, since)
    await tx.execute("sessions.close_of_operator", operator_id)


async def by_login(store: Database | Transaction, login: str) -> Operator:
    """The operator of that login; Missing `operator_unknown`."""
    rows = await store.fetch("operators.find_by_login", login.strip().lower())
    if not rows:
        raise Missing("operator_unknown", f"There is no operator {login[:64]!r}.")
    return _operator(rows[0])


async def verify(store: Database, known: Passwords, login: str, password: str) -> Operator | None:
    """The operator, if login and password are right. An unknown login takes as long as a wrong password."""
    rows = await store.fetch("operators.find_by_login", login.strip().lower()[:64])
    row = rows[0] if rows and rows[0]["disabled_at"] is None else None
    right = await known.verify(row["password_hash"] if row else None, password)
    return _operator(row) if row and right else None


async def posts(store: Database | Transaction, operator_id: int) -> tuple[Post, ...]:
    """The stations that an operator may choose from, by name."""
    rows = await store.fetch("operators.list_roles", operator_id)
    return tuple(
        Post(row["station_id"], row["slug"], row["name"], Role(row["role"]), Accent(row["accent"]))
        for row in rows
    )


async def actor(store: Database | Transaction, operator: Operator, station_id: int) -> Actor | None:
    """The operator as who asks in a station; None without a role there."""
    rows = await store.fetch("operators.find_role", operator.id, station_id)
    return actor_of(operator.login, station_id, Role(rows[0]["role"])) if rows else None


def actor_of(login: str, station_id: int, role: Role) -> Actor:
    """Who asks, as guards and the audit know an operator; the mayor alone sees to subscribers."""
    return Actor(f"operator:{login}", station_id, role.releases, role, subscribers=role is Role.MAYOR)


def canonical_login(login: str) -> str:
    """The login as it is kept: small letters, without blanks around; Refused `operator_invalid`."""
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Refused("operator_invalid", "A login has 2 to 64 letters, digits and the signs . _ @ + -")
    return login


def _operator(row: Row) -> Operator:
    return Operator(row["id"], row["login"], row["name"])
