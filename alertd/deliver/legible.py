"""Legible: what a provider says, as far as every store can keep it and every page can show it.

JSON may hold a zero, which PostgreSQL keeps in no text, and half of a surrogate pair, which nobody can write down
(https://www.rfc-editor.org/rfc/rfc8259#section-8.2). One such word would fail the transaction that records it, again and
again, and stand before all others.
"""

import re
from collections.abc import Iterable
from typing import Final

from gateways.contract import Receipt

_UNKEPT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")


def legible(receipt: Receipt) -> Receipt:
    """The same, its words without what cannot be kept; most are returned as they are."""
    if (receipt.code + receipt.detail + receipt.provider_ref).isprintable():
        return receipt
    return receipt._replace(
        code=plain(receipt.code), detail=plain(receipt.detail), provider_ref=plain(receipt.provider_ref)
    )


def all_legible(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Each of them."""
    return [legible(each) for each in receipts]


def plain(text: str) -> str:
    """A text without what cannot be kept; whatever stood there leaves a blank."""
    return text if text.isprintable() else _UNKEPT.sub(" ", text)
