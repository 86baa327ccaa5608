"""Which secrets each running node reads, and seals with: nothing is sealed with one before all read it, nothing forgotten before none
seals with it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from alertd.clock import MINUTE, Clock
from alertd.errors import ConfigurationError, Unavailable
from alertd.keys import Keyring
from alertd.stations import secrets_in_use
from alertd.store.database import Database, Transaction

ALIVE_MS: Final = MINUTE
LOOK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a node said. `reads`: fingerprints by key_id; nothing, for one of an older version."""

    name: str
    alive: bool
    seals: int
    reads: Mapping[int, str]

    @classmethod
    def of(cls, name: str, text: str | None, alive: int) -> Self:
        """As its row has it; what cannot be read says nothing."""
        try:
            said: Any = json.loads(text or "{}")
            reads = {int(key_id): str(mark) for key_id, mark in said["reads"].items()}
            return cls(name, bool(alive), int(said["seals"]), reads)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(name, bool(alive), 0, {})


@dataclass(slots=True)
class Guard:
    """One node's: whether a rotation went past it while it was frozen, or cut off, and so was not waited for."""

    db: Database
    clock: Clock
    keyring: Keyring
    _looked_at: float = float("-inf")

    async def step(self) -> bool:
        """Look now and then.

        :raises ConfigurationError: `secret_behind`: it could read nobody any more, and would fail every message that it claims; it ends.
        """
        if (now := self.clock.monotonic()) - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        try:
            await secrets_in_use.check(self.db, self.keyring)
        except Unavailable as error:
            if error.code != secrets_in_use.BEHIND:
                raise
            raise ConfigurationError(error.code, error.message) from error
        return False


async def tell(tx: Transaction, node_id: int, keyring: Keyring) -> None:
    """This life of a node has these."""
    said = {
        "seals": keyring.key_id,
        "reads": {key_id: keyring.fingerprint(key_id) for key_id in keyring.held.secrets},
    }
    await tx.execute("nodes.tell_secrets", node_id, json.dumps(said))


async def all_known(db: Database) -> list[Known]:
    """Every node's word."""
    rows = await db.fetch("nodes.secrets", ALIVE_MS)
    return [Known.of(row["name"], row["secrets"], row["alive"]) for row in rows]


def behind(known: list[Known], keyring: Keyring, key_id: int) -> list[str]:
    """Living nodes that cannot read that secret."""
    mark = keyring.fingerprint(key_id)
    return sorted(one.name for one in known if one.alive and one.reads.get(key_id) != mark)


def elsewhere(known: list[Known], key_id: int) -> list[str]:
    """Living nodes that seal with another one."""
    return sorted(one.name for one in known if one.alive and one.seals != key_id)
