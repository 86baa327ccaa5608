"""Which secret rows may bear: a process that has not the latest would not find people by their addresses, and enrol them twice; one that
seals with a secret that is being forgotten would seal them for nobody.
"""

from alertd.errors import Unavailable
from alertd.keys import Keyring
from alertd.store.database import Database, Row, Transaction


async def check(store: Database | Transaction, keyring: Keyring) -> None:
    """Asked at a start, and before anybody is looked up to be enrolled.

    :raises Unavailable: `secret_behind`.
    """
    for row in await store.fetch("rotation.latest"):
        if _behind(row, keyring):
            raise Unavailable(
                "secret_behind",
                f"Addresses are sealed with secret {row['key_id']}, and this process has not read it, or seals with an older one: a "
                "rotation went past it. Start it again; if its file lacks that secret, copy the file from another node, or "
                "write it back from paper: alertd secret recover.",
            )


def _behind(row: Row, keyring: Keyring) -> bool:
    return row["key_id"] not in keyring.held.secrets or keyring.key_id < row["alone"]
