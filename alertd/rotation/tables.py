"""What is sealed, where, and for whom. A table more wants an entry here: `rotation.left` counts it, and nothing is forgotten before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from alertd.deliver import inbound, raws, service
from alertd.keys import Keyring, Unreadable, endpoint_context
from alertd.model import Channel
from alertd.stations import totp
from alertd.store.database import Row
from alertd.subscribe import importer, join, pupils

Values: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`page` answers with rows behind a key; `move` takes what `moved` makes of one. `paired`: the key has two parts;
    `turns`: whoever enrols, or stops, takes turns with it.
    """

    page: str
    move: str
    moved: Callable[[Keyring, Row, int], Values]
    paired: bool = False
    turns: bool = False


def _plain(context: Callable[[Row], bytes]) -> Callable[[Keyring, Row, int], Values]:
    """Rows of one sealed value, `content`."""

    def moved(keyring: Keyring, row: Row, to: int) -> Values:
        return row["id"], _again(keyring, row, row["content"], context(row), to), to, row["content"]

    return moved


def _staged(keyring: Keyring, row: Row, to: int) -> Values:
    sealed = _again(keyring, row, row["content"], importer.sealed_for(row["id"]), to)
    return row["id"], sealed, to, row["content"], row["part"]


def _parent(keyring: Keyring, row: Row, to: int) -> Values:
    """A number without a name does not occur; where there is neither, only the key_id is moved."""
    id_, part = row["id"], row["part"]
    name = _again(keyring, row, row["content"], pupils.sealed_for(id_, part, "name"), to)
    callback = _again(keyring, row, row["callback"], pupils.sealed_for(id_, part, "callback"), to)
    return id_, name, to, row["content"] or b"", part, callback, b""


def _endpoint(keyring: Keyring, row: Row, to: int) -> Values:
    """One whose address was taken back has neither address nor hash left."""
    was, id_ = bytes(row["address"]), row["id"]
    if not was:
        return id_, b"", b"", to, was
    context = endpoint_context(id_, row["channel"])
    plain = keyring.open(was, row["key_id"], context)
    hashed = _hashed(keyring, row, plain.decode(), to)
    return id_, keyring.seal_with(to, plain, context), hashed, to, was


def _hashed(keyring: Keyring, row: Row, address: str, to: int) -> bytes:
    """The hash is of a resident's address, of an operator's (for them alone), of somebody's who is still to prove it or of a
    canary's: whichever it is now tells what it shall be.

    :raises Unreadable: it is none of these.
    """
    word, was = Channel(row["channel"]).word, bytes(row["address_hash"])
    for kind, text in (
        (word, address),
        ("contact", f"{row['subscriber_id']}:{word}:{address}"),
        ("courier", f"{row['id']}:{word}:{address}"),
        ("canary", f"{word}:{address}"),
    ):
        if was in keyring.address_hashes(kind, text):
            return keyring.address_hash_with(to, kind, text)
    raise Unreadable("an address that its hash does not find")


def _again(keyring: Keyring, row: Row, sealed: Any, context: bytes, to: int) -> bytes | None:
    if sealed is None:
        return None
    return keyring.seal_with(to, keyring.open(bytes(sealed), row["key_id"], context), context)


TABLES: Final = (
    Table("rotation.endpoints", "rotation.move_endpoint", _endpoint, turns=True),
    Table("rotation.joinings", "rotation.move_joining", _plain(lambda row: join.sealed_for(row["id"]))),
    Table("rotation.apps", "rotation.move_app", _plain(lambda row: totp.sealed_for(row["id"]))),
    Table("rotation.pupils", "rotation.move_pupil", _plain(lambda row: pupils.sealed_for(row["id"]))),
    Table("rotation.parents", "rotation.move_parent", _parent, paired=True),
    Table("rotation.staged", "rotation.move_staged", _staged, paired=True),
    Table(
        "rotation.inbound", "rotation.move_inbound", _plain(lambda row: inbound.sealed_for(row["gateway"]))
    ),
    Table("rotation.messages", "rotation.move_message", _plain(lambda row: service.sealed_for(row["id"]))),
    Table("rotation.receipts", "rotation.move_receipt", _plain(lambda row: raws.context(row["gateway"]))),
)
"""People first: theirs is what a leaked secret would show."""
