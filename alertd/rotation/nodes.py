"""Which secrets each node reads, and seals with, and whether anything waits on its disk: nothing is sealed with a secret before all
read it, nothing forgotten before none seals with it, nor holds what it sealed.
"""

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
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
    """What a node said. `reads`: fingerprints by key_id; nothing, for one of an older version. `parted`: it ended its work, and was not
    killed. `waits`: something waits on its disk, or it never said that nothing does.
    """

    name: str
    alive: bool
    seals: int
    reads: Mapping[int, str]
    parted: bool = False
    waits: bool = True

    @classmethod
    def of(cls, name: str, text: str | None, alive: int, parted: int = 0) -> Self:
        """As its row has it; what cannot be read says nothing."""
        try:
            said: Any = json.loads(text or "{}")
            reads = {int(key_id): str(mark) for key_id, mark in said["reads"].items()}
            waits = said.get("waits") is not False
            return cls(name, bool(alive), int(said["seals"]), reads, bool(parted), waits)
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(name, bool(alive), 0, {})

    def holds_other(self, key_id: int) -> bool:
        """Whether what another secret than that one sealed may wait on its disk: one that was killed, or is cut off, and sealed with
        another may have kept something since its last word.
        """
        return self.waits or not (self.alive or self.parted or self.seals == key_id)


@dataclass(slots=True)
class Guard:
    """One node's: whether a rotation went past it while it was frozen, or cut off, and so was not waited for. `waiting` is how many
    bytes wait on its disk, which a rotation waits for.
    """

    db: Database
    clock: Clock
    keyring: Keyring
    node_id: int
    waiting: Callable[[], int]
    _looked_at: float = float("-inf")
    _told: bool | None = None

    async def step(self) -> bool:
        """Look now and then, and say whether something waits.

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
        await self._tell()
        return False

    async def part(self) -> None:
        """The last word; a store that is away does not hear it, and a rotation waits for this node's next life."""
        with suppress(Unavailable):
            await self._tell()

    async def _tell(self) -> None:
        waits = self.waiting() > 0
        if waits != self._told:
            async with self.db.transaction() as tx:
                await tell(tx, self.node_id, self.keyring, waits=waits)
            self._told = waits


async def tell(tx: Transaction, node_id: int, keyring: Keyring, *, waits: bool = True) -> None:
    """This life of a node has these; something waits on its disk, or nobody has looked yet."""
    said = {
        "seals": keyring.key_id,
        "reads": {key_id: keyring.fingerprint(key_id) for key_id in keyring.held.secrets},
        "waits": waits,
    }
    await tx.execute("nodes.tell_secrets", node_id, json.dumps(said))


async def all_known(db: Database) -> list[Known]:
    """Every node's word."""
    rows = await db.fetch("nodes.secrets", ALIVE_MS)
    return [Known.of(row["name"], row["secrets"], row["alive"], row["parted"]) for row in rows]


def behind(known: list[Known], keyring: Keyring, key_id: int) -> list[str]:
    """Living nodes that cannot read that secret."""
    mark = keyring.fingerprint(key_id)
    return sorted(one.name for one in known if one.alive and one.reads.get(key_id) != mark)


def elsewhere(known: list[Known], key_id: int) -> list[str]:
    """Living nodes that seal with another one."""
    return sorted(one.name for one in known if one.alive and one.seals != key_id)


def holding(known: list[Known], key_id: int, here: str, gone: Collection[str]) -> list[str]:
    """Nodes on whose disks something may wait that another secret sealed: not the one `here`, whose disk is looked at, nor those that a
    person says are `gone` for good, of which none is alive.
    """
    others = [one for one in known if one.name != here and (one.alive or one.name not in gone)]
    return sorted(one.name for one in others if one.holds_other(key_id))
