"""A town whose secret another takes the place of."""

from heart.town import build, settings
from heart.writing import OURS

from alertd.keyfile import Held
from alertd.rotation import nodes
from alertd.rotation.turn import Rotation


class Killed(Exception):
    """The command was, at this slice."""


async def resting(db, clock):
    """A town of which no node runs, but where a test says so."""
    town = await build(db, clock, settings({"name": OURS}))
    async with db.transaction() as tx:
        await tx.execute("nodes.part", town.node.id)
    return town


def secret_in(folder):
    """The town's secret, as a file."""
    path = folder / "secret.key"
    path.write_text(Held({1: b"k" * 32}).written())
    path.chmod(0o600)
    return path


def rotation(town, path, slices=10**9):
    """A command that is killed after so many slices."""
    left = iter(range(slices))

    def progress(*_):
        if next(left, None) is None:
            raise Killed

    return Rotation(town.db, town.clock, path, progress, size=1, node="one")


def guard_of(town, keyring, node_id=1, waiting=lambda: 0):
    """Of a node with these secrets."""
    return nodes.Guard(town.db, town.clock, keyring, node_id, waiting)
