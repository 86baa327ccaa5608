"""What a service worker reports: that it showed the message, that a person touched it.

It posts `delivered` or `seen` to a path that came inside the encrypted message: `CALLBACKS/GATEWAY/REFERENCE.MAC`. The
reference alone cannot be guessed, but neither can it be told from an invented one before the store is asked: with the
MAC a forged call is turned away before anything is kept of it.
"""

import hmac
from collections.abc import Sequence
from typing import Final

from gateways.contract import Callback, Outcome, Receipt
from gateways.subscription import encoded

_WORDS: Final = {b"delivered": Outcome.DELIVERED, b"seen": Outcome.SEEN}
_MAC: Final = 12  # bytes; 16 characters


class Acknowledgements:
    """Paths that only we can write. `callbacks` is where the instance is called back, such as `/rappels/`."""

    def __init__(self, gateway: str, key: bytes, callbacks: str) -> None:
        self._gateway = gateway
        self._key = key
        self._root = f"{callbacks}{gateway}/"

    def path(self, reference: str) -> str:
        """Where the service worker reports on this message; below our own origin, so that no CORS is asked."""
        return f"{self._root}{reference}.{self._mac(reference)}"

    def read(self, callback: Callback) -> Sequence[Receipt]:
        """None from a call whose path we did not write; of an unknown word, that it was one (see the contract)."""
        reference, _, mac = callback.url.partition("?")[0].rpartition("/")[2].partition(".")
        ascii_ = reference.isascii() and mac.isascii()
        if callback.method != "POST" or not ascii_ or not hmac.compare_digest(mac, self._mac(reference)):
            return ()
        outcome = _WORDS.get(callback.body.strip())
        if outcome is None:
            return (Receipt("", Outcome.UNKNOWN, code="no such word"),)
        return (Receipt(reference, outcome, code=outcome.value),)

    def _mac(self, reference: str) -> str:
        return encoded(hmac.digest(self._key, f"{self._gateway}/{reference}".encode(), "sha256")[:_MAC])
