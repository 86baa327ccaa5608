"""Heirlooms: keys that must outlive their secret, for nobody can tell anew whoever is bound to them. None of them opens an address.

They lie in the database, sealed with the present secret: a backup and one paper are enough to have them back.
"""

from collections.abc import Iterable, Mapping

from alertd.keys import Keyring, Unreadable
from alertd.stations.secrets_in_use import foreign
from alertd.store.database import Database, Row, Transaction


async def inherited(db: Database, keyring: Keyring) -> Keyring:
    """The keyring, with what older secrets left in this store."""
    return inheriting(keyring, await db.fetch("rotation.heirlooms"))


def inheriting(keyring: Keyring, rows: Iterable[Row]) -> Keyring:
    """The same, from rows that were read already. :raises ConfigurationError: `secret_foreign`: their secret is not in the ring."""
    try:
        kept = {
            row["name"]: keyring.open(bytes(row["content"]), row["key_id"], sealed_for(row["name"]))
            for row in rows
        }
    except Unreadable as error:
        raise foreign() from error
    return keyring.inheriting(kept) if kept else keyring


async def bequeath(tx: Transaction, keyring: Keyring, kept: Mapping[str, bytes]) -> None:
    """Keep them, under the present secret's seal."""
    for name, content in kept.items():
        await tx.execute("rotation.bequeath", name, *keyring.seal(content, sealed_for(name)))


def sealed_for(name: str) -> bytes:
    """To which name a sealed key belongs."""
    return f"heirloom:{name}".encode()
