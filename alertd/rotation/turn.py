"""The stages of a rotation, in which no reader is ever behind a writer.

made      a new secret stands in the file beside the old one, staged: whoever starts from now on reads it, nobody seals with it
sealing   every living node reads it: it seals from now on, and all that there is is sealed anew
over      every living node seals with it, no row bears another, and on no node's disk waits what bears one: the old one is forgotten

Each is reached by the same command, run again after the nodes were started again; it says what it waits for.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from alertd import keyfile
from alertd.clock import Clock
from alertd.errors import Conflict
from alertd.keyfile import Held
from alertd.keys import Keyring
from alertd.rotation import heirlooms, nodes
from alertd.rotation.sweep import FIRST_SLICE, Progress, Swept, sweep
from alertd.stations import audit
from alertd.store import ids
from alertd.store.database import Database

ACTOR: Final = "cli"
PASSES: Final = 20


class Stage(StrEnum):
    """How far it is."""

    MADE = "made"
    SEALING = "sealing"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Turned:
    """`recovery`: the new secret's paper, where one was made now. `waits`: nodes that must be started again before the next stage.
    `left`: rows that bear an older secret, by table.
    """

    stage: Stage
    key_id: int
    recovery: str
    waits: list[str]
    swept: Swept
    left: dict[str, int]


@dataclass(frozen=True, slots=True)
class Rotation:
    """Of the secret in that file, of that store; slices begin with `size` rows. `spools`: files beside the database in which callbacks
    may wait, sealed, of the node of that name; other nodes say whether they hold any, but those that are `gone` for good. `made` is given a new secret's number and paper as soon as it is in the file: what follows may be cut short.
    """

    db: Database
    clock: Clock
    path: Path
    progress: Progress = lambda *_: None
    size: int = FIRST_SLICE
    spools: Sequence[Path] = ()
    made: Callable[[int, str], None] = lambda *_: None
    node: str = ""
    gone: Collection[str] = ()

    async def turn(self) -> Turned:
        """Make a new secret, unless there is one; let it seal as soon as every node reads it; seal anew what there is."""
        with keyfile.changing(self.path) as file:
            held, recovery = Held.read(self.path), ""
            if not held.staged and len(held.secrets) == 1:
                held = held.with_next()
                recovery = held.on_paper(held.staged)
                file.keep(held)
                self.made(held.staged, recovery)
                await self._note("secret.make", held.staged)
            if held.staged:
                if waits := await self._behind(held) or await self._let_seal(held):
                    return Turned(Stage.MADE, held.staged, recovery, waits, Swept(), {})
                held = held.promoted()
                file.keep(held)
            return await self._sealed(await self._keyring(held), recovery)

    async def finish(self) -> Turned:
        """Forget every secret but the one that seals.

        :raises Conflict: `rotation_none`, `rotation_staged`, `rotation_nodes`, `rotation_spool`, `rotation_rows`.
        """
        with keyfile.changing(self.path) as file:
            held = Held.read(self.path)
            if held.staged:
                raise Conflict("rotation_staged", "The new secret does not seal yet: alertd keys rotate")
            if len(held.secrets) == 1:
                raise Conflict("rotation_none", "There is one secret, and no other to be forgotten.")
            keyring = await self._keyring(held)
            await self._all_seal(keyring)
            await self._none_holds(held.seals)
            await self._alone(held.seals)
            turned = await self._sealed(keyring, "")
            _refuse_left(turned, self.spools)
            await self._bequeath(keyring)
            file.keep(held.alone())
        await self._note("secret.forget", held.seals)
        return Turned(Stage.OVER, held.seals, "", [], turned.swept, {})

    async def _sealed(self, keyring: Keyring, recovery: str) -> Turned:
        to, swept = keyring.key_id, Swept()
        for _ in range(PASSES):
            through = await sweep(self.db, self.clock, keyring, to, self.progress, self.size)
            swept.moved, swept.unreadable = swept.moved + through.moved, through.unreadable
            if not through.moved:
                break
        waits = nodes.elsewhere(await nodes.all_known(self.db), to)
        return Turned(Stage.SEALING, to, recovery, waits, swept, await self._left(to))

    async def _left(self, to: int) -> dict[str, int]:
        rows = await self.db.fetch("rotation.left", to)
        return {row["what"]: row["n"] for row in rows if row["n"] and row["what"] != "heirloom"}

    async def _all_seal(self, keyring: Keyring) -> None:
        waits = nodes.elsewhere(await nodes.all_known(self.db), keyring.key_id)
        if waits:
            raise Conflict(
                "rotation_nodes",
                f"Still sealing with an older secret: {', '.join(waits)}. Start these nodes again (with the present file), "
                "then run this again; one that was killed is forgotten after a minute.",
            )

    async def _none_holds(self, key_id: int) -> None:
        if waits := nodes.holding(await nodes.all_known(self.db), key_id, self.node, self.gone):
            raise Conflict(
                "rotation_spool",
                f"Callbacks may wait on the disks of these nodes, sealed with an older secret: {', '.join(waits)}. Start those that do not "
                "run, and run this again in a minute; of one that is gone for good, with its disk, say so: "
                "alertd keys rotate --finish --gone NAME",
            )

    async def _bequeath(self, keyring: Keyring) -> None:
        """What outlives the older secrets, before they go."""
        async with self.db.transaction() as tx:
            await heirlooms.bequeath(tx, keyring, keyring.bequest())

    async def _alone(self, key_id: int) -> None:
        """Before the last look: a command that began long ago enrols nobody under the old secret after it."""
        async with self.db.transaction() as tx:
            await ids.take(tx, "enrolment")  # whoever enrols now is done first
            await tx.execute("instance.write_setting", "secret.alone", str(key_id))

    async def _behind(self, held: Held) -> list[str]:
        return nodes.behind(await nodes.all_known(self.db), Keyring.of(held), held.staged)

    async def _let_seal(self, held: Held) -> list[str]:
        """Noted before the first row bears it: who cannot read it stops here. A node tells what it reads before it looks whether that is
        enough: one that was just starting has seen this note, or is seen now.
        """
        async with self.db.transaction() as tx:
            await tx.execute("rotation.begin", held.staged)
            await audit.append(tx, self.clock, None, ACTOR, "secret.seal", f"secret:{held.staged}")
        return await self._behind(held)

    async def _keyring(self, held: Held) -> Keyring:
        return await heirlooms.inherited(self.db, Keyring.of(held))

    async def _note(self, action: str, key_id: int) -> None:
        async with self.db.transaction() as tx:
            await audit.append(tx, self.clock, None, ACTOR, action, f"secret:{key_id}")


def _refuse_left(turned: Turned, spools: Sequence[Path]) -> None:
    if waiting := [str(path) for path in spools if path.exists()]:
        raise Conflict(
            "rotation_spool",
            f"Callbacks wait in {', '.join(waiting)}, sealed with an older secret perhaps: start that node, and run this again.",
        )
    if not turned.left:
        return
    rows = ", ".join(f"{what} {n}" for what, n in sorted(turned.left.items()))
    raise Conflict(
        "rotation_rows",
        f"Rows still bear an older secret: {rows}. Log-ins under way (ceremony) pass within the hour: run this again then. "
        "Rows that no secret here opens are named in the log: write their secret back (alertd secret recover --older).",
    )
