"""Which secret rows may bear: a process that has not the latest would not find people by their addresses, and enrol them twice; one that
seals with a secret that is being forgotten would seal them for nobody.
"""

from collections.abc import Sequence
from typing import Final

from alertd.errors import ConfigurationError, Unavailable
from alertd.keys import Keyring, Unreadable, endpoint_context
from alertd.store.database import Database, Row, Transaction

BEHIND: Final = "secret_behind"
SAMPLE: Final = 20
"""Addresses, the newest, by which a secret is known as this instance's."""


async def check(store: Database | Transaction, keyring: Keyring) -> None:
    """Asked at a start, and before anybody is looked up to be enrolled.

    :raises Unavailable: `secret_behind`.
    """
    for row in await store.fetch("rotation.latest"):
        if _behind(row, keyring):
            raise Unavailable(
                BEHIND,
                f"Addresses are sealed with secret {row['key_id']}, and this process has not read it, or seals with an older one: a "
                "rotation went past it. Start it again; if its file lacks that secret, copy the file from another node, or "
                "write it back from paper: alertd secret recover.",
            )


def refuse_foreign(keyring: Keyring, sealed: Sequence[Row]) -> None:
    """By a sample of addresses (`books.sealed`): nobody could be written to, and everybody would be enrolled a second time.

    :raises ConfigurationError: `secret_foreign`: none of them opens.
    """
    if sealed and not any(opens(keyring, row) for row in sealed):
        raise foreign()


def opens(keyring: Keyring, row: Row) -> bool:
    """Whether an address of `books.sealed` can be read."""
    try:
        keyring.open(bytes(row["address"]), row["key_id"], endpoint_context(row["id"], row["channel"]))
    except Unreadable:
        return False
    return True


def foreign() -> ConfigurationError:
    """What was sealed in this database does not open."""
    return ConfigurationError(
        "secret_foreign",
        "This database was sealed with another secret than that of [keys] secret_file: nobody could be written to. Copy the file from "
        "another node, or put this one aside and write it back from paper: alertd secret recover (that of before a rotation: --older).",
    )


def _behind(row: Row, keyring: Keyring) -> bool:
    return row["key_id"] not in keyring.held.secrets or keyring.key_id < row["alone"]
