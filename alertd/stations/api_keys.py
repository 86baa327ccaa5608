"""API keys: of one station, with the gravest level they may release; only a hash is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from alertd.clock import Clock
from alertd.errors import Missing, Refused
from alertd.keys import token as new_token
from alertd.keys import token_hash
from alertd.model import Actor, Scope, Station
from alertd.store.database import Database, Transaction
from alertd.store.ids import take

PREFIX: Final = "alertd_"
"""By which secret scanners, and people, recognise a key."""

_TOKEN: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its token. `subscribers`: it may read and write people."""

    id: int
    station_id: int
    name: str
    scope: Scope
    subscribers: bool
    created_at: int
    revoked_at: int | None


async def create(
    tx: Transaction, clock: Clock, station: Station, name: str, scope: Scope, *, subscribers: bool = False
) -> tuple[int, str]:
    """A new key: its id, and its token, which is shown this once. Refused `key_invalid` for its name."""
    drawn, token = await draw(tx, name, scope, subscribers=subscribers)
    await keep(tx, clock, station, drawn)
    return drawn["key"], token


async def draw(
    tx: Transaction, name: str, scope: Scope, *, subscribers: bool = False
) -> tuple[dict[str, Any], str]:
    """A key that opens nothing yet, as `keep` wants it, and its token. Refused `key_invalid`."""
    name = name.strip()
    if not 1 <= len(name) <= 80 or "\0" in name:
        raise Refused("key_invalid", "A key's name has 1 to 80 characters: say what uses it.")
    token = PREFIX + new_token()
    known = {"hash": token_hash(token).hex(), "scope": int(scope), "subscribers": subscribers}
    return {"key": await take(tx, "api_key"), "name": name} | known, token


async def keep(tx: Transaction, clock: Clock, station: Station, drawn: Mapping[str, Any]) -> None:
    """From now on a drawn key opens what its scope says."""
    known, opens = bytes.fromhex(drawn["hash"]), (drawn["scope"], int(drawn["subscribers"]))
    await tx.execute("keys.add", drawn["key"], station.id, drawn["name"], known, *opens, clock.now_ms())


async def revoke(tx: Transaction, clock: Clock, key_id: int) -> int:
    """End a key at once; its station's id. Missing `key_unknown` when there is none, or it is revoked already."""
    rows = await tx.fetch("keys.revoke", key_id, clock.now_ms())
    if not rows:
        raise Missing("key_unknown", f"There is no key {key_id} that still works.")
    return int(rows[0]["station_id"])


async def authenticate(store: Database, token: str) -> Actor | None:
    """Who asks with this token; None when it is no key, revoked, or its station suspended."""
    if not _TOKEN.fullmatch(token):
        return None
    rows = await store.fetch("keys.find_by_hash", token_hash(token))
    if not rows:
        return None
    row = rows[0]
    scope, subscribers = Scope(row["scope"]), bool(row["subscribers"])
    return Actor(f"key:{row['id']}", row["station_id"], scope.releases, subscribers=subscribers)


async def of_station(store: Database | Transaction, station_id: int) -> tuple[ApiKey, ...]:
    """A station's keys in order of making, revoked ones too."""
    rows = await store.fetch("keys.list_of_station", station_id)
    return tuple(
        ApiKey(
            row["id"],
            row["station_id"],
            row["name"],
            Scope(row["scope"]),
            bool(row["subscribers"]),
            row["created_at"],
            row["revoked_at"],
        )
        for row in rows
    )
