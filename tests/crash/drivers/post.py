"""The driver of http_provider.py: a POST for each message, and signed callbacks. What it says of each answer is honest.

Nothing was taken where no connection was made, and where the provider says so (400, 429). Any other broken or missing
answer leaves it open whether the message was taken.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt, Surroundings, Trouble
from gateways.parallel import in_parallel

WIDTH = 8
NOTHING_TO_TELL = Receipt("", Outcome.UNKNOWN)


class Post:
    """POSTs to `url`/send; the provider signs its calls with `secret`."""

    def __init__(self, name: str, url: str, secret: str, timeout_s: float) -> None:
        self.name = name
        self.capabilities = Capabilities(frozenset({"email"}), batch=40, parallel=WIDTH, receipts=True)
        self._url = url
        self._secret = secret.encode()
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=2 * WIDTH)
        self._session = aiohttp.ClientSession(self._url, connector=connector, timeout=self._timeout)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        async for receipt in in_parallel(batch, WIDTH, self._post):
            yield receipt

    async def _post(self, message: Message) -> Receipt:
        assert self._session is not None
        said = {"reference": message.reference, "to": message.address, "text": message.text}
        try:
            async with self._session.post("/send", json=said) as response:
                await response.read()
                return _read(message.reference, response.status, response.headers)
        except aiohttp.ClientConnectorError:
            return Receipt(message.reference, Outcome.RETRY, "no_connection", trouble=Trouble.CONNECTION)
        except (aiohttp.ClientError, TimeoutError):
            return Receipt(message.reference, Outcome.UNKNOWN, "no_answer")

    async def check(self) -> Receipt:
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:
        signed = hmac.new(self._secret, callback.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, callback.headers.get("x-signature", "")):
            return ()
        told = json.loads(callback.body)
        return [Receipt(reference, Outcome(word), word) for reference, word in told] or [NOTHING_TO_TELL]

    async def look_up(self, _: Sequence[str]) -> Sequence[Receipt]:
        return ()


def _read(reference: str, status: int, headers: Mapping[str, str]) -> Receipt:
    if status == 200:
        return Receipt(reference, Outcome.ACCEPTED)
    if status == 400:
        return Receipt(reference, Outcome.REFUSED, "unknown_address")
    if status == 429:
        return Receipt(reference, Outcome.THROTTLED, "429", retry_after_s=float(headers["Retry-After"]))
    return Receipt(reference, Outcome.UNKNOWN, str(status))


def gateway(name: str, options: Mapping[str, object], _: Surroundings) -> Post:
    """Options: `url`, `secret`, `timeout_s`."""
    return Post(name, str(options["url"]), str(options["secret"]), float(str(options["timeout_s"])))
