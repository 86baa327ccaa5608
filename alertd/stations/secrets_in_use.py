"""Which secret rows may bear: a process that has not the latest would not find people by their addresses, and enrol them twice."""

from alertd.errors import Unavailable
from alertd.keys import Keyring
from alertd.store.database import Database, Transaction


async def check(store: Database | Transaction, keyring: Keyring) -> None:
    """Asked at a start, and before anybody is looked up to be enrolled.

    :raises Unavailable: `secret_behind`.
    """
    missing = {row["key_id"] for row in await store.fetch("rotation.latest")} - keyring.held.secrets.keys()
    if missing:
        raise Unavailable(
            "secret_behind",
            f"Addresses are sealed with secret {max(missing)}, which this process has not read: a rotation began since. "
            "Start it again; if its file lacks that secret, copy the file from another node, or from paper: "
            "alertd secret recover.",
        )
