"""SMS by Twilio's Messages resource: https://www.twilio.com/docs/messaging/api/message-resource.

Each message is posted once. Its delivery's key stands in the address that Twilio calls back, so what becomes of it is
known without asking. `accepted` means that Twilio has it in its queue, which the message leaves by `ValidityPeriod` or never.
"""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from twilio.http.response import Response

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt, Surroundings, Trouble
from gateways.options import read_options
from gateways.parallel import in_parallel
from gateways.twilio.callback import Signatures
from gateways.twilio.lost import Memory
from gateways.twilio.options import Account, TwilioOptions, account_of
from gateways.twilio.verdict import judge, read
from gateways.twilio.wire import Lost, Unsent, Wire

MOST_VALIDITY_S: Final = 36_000
"""Ten hours: Twilio refuses more (error 90007). Where a message may wait longer, Twilio's queue gives it up sooner."""
_OUTAGE_S: Final = 1.0  # a batch meets an unreachable Twilio once, not message by message


class TwilioGateway:
    """One account at Twilio, speaking as one sender."""

    def __init__(
        self, name: str, account: Account, wire: Wire, memory: Memory, *, parallel: int, callbacks: str
    ) -> None:
        """`callbacks` is the address, with a slash at its end, behind which Twilio puts a delivery's key; or nothing."""
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"sms"}),
            batch=10 * parallel,
            parallel=parallel,
            validity=True,
            receipts=bool(callbacks),
        )
        self._account = account
        self._wire = wire
        self._callbacks = callbacks
        self._signatures = Signatures(account.sid, account.tokens, callbacks)
        self._lost = memory
        self._outage: tuple[float, Unsent] | None = None

    async def open(self) -> None:
        """Connections are made when there is something to say."""
        await self._wire.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Post the batch, `parallel` messages at once; see `gateways.contract`."""
        now = asyncio.get_running_loop().time()
        return in_parallel(
            batch,
            self.capabilities.parallel,
            lambda message: self._send_one(message, now + message.expires_in_s),
        )

    async def check(self) -> Receipt:
        """Ask for the account's status. With an API key, which may not read it, for the newest message instead."""
        self._outage = None
        try:
            if self._account.by_key:
                return _sign_of_life(await self._wire.get(f"{self._account.messages}?PageSize=1"))
            return _standing(await self._wire.get(self._account.status))
        except Unsent as error:
            return _unsent("", error)
        except Lost as error:
            return Receipt("", Outcome.RETRY, "torn", str(error)[:300], trouble=Trouble.CONNECTION)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:
        """Verify Twilio's signature and read the status; see `gateways.contract`."""
        return self._signatures.read(callback)

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Look for what this process itself lost among the newest messages to the same number; see `gateways.twilio.lost`."""
        return await self._lost.look_up(references, self._wire, self._account.messages)

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock: a process that froze must not go on with what is too late."""
        loop = asyncio.get_running_loop()
        left = int(until - loop.time())
        if left < 1:
            return Receipt(message.reference, Outcome.RETRY, code="too late")
        if self._outage and loop.time() < self._outage[0]:
            return _unsent(message.reference, self._outage[1])
        try:
            answer = await self._wire.post(self._account.messages, self._form(message, left), until)
        except Unsent as error:
            if error.trouble is not None:
                self._outage = (loop.time() + _OUTAGE_S, error.with_traceback(None))
            return _unsent(message.reference, error)
        except Lost as error:
            self._lost.remember(message)
            return Receipt(
                message.reference, Outcome.UNKNOWN, "torn", str(error)[:300], trouble=Trouble.CONNECTION
            )
        receipt = judge(message.reference, answer)
        if receipt.outcome is Outcome.UNKNOWN:
            self._lost.remember(message)
        return receipt

    def _form(self, message: Message, left_s: int) -> bytes:
        form = {
            "To": message.address,
            "Body": message.text,
            "ValidityPeriod": str(min(left_s, MOST_VALIDITY_S)),
            self._account.sender_key: self._account.sender,
        }
        if self._callbacks:
            form["StatusCallback"] = self._callbacks + quote(message.reference, safe="")
        return urlencode(form).encode()


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> TwilioGateway:
    """Make the gateway; `surroundings` lends the clock and says where it is called back. Raises `OptionError`."""
    if surroundings.now_ms is None:
        raise TypeError("a lost message is looked for by its date: pass Surroundings(now_ms=...)")
    read_ = read_options(name, TwilioOptions, options)
    account = account_of(name, read_)
    wire = Wire(account.credentials, timeout_s=read_.timeout_s, connections=read_.parallel)
    callbacks = _callbacks(name, surroundings) if account.tokens else ""
    memory = Memory(surroundings.now_ms)
    return TwilioGateway(name, account, wire, memory, parallel=read_.parallel, callbacks=callbacks)


def _callbacks(name: str, surroundings: Surroundings) -> str:
    """Nothing where Twilio cannot come: it refuses a message whose callback is this machine's own (error 21609)."""
    host = urlsplit(surroundings.public_url).hostname or "localhost"
    if host == "localhost" or not surroundings.callbacks:
        return ""
    try:
        if not ipaddress.ip_address(host).is_global:
            return ""
    except ValueError:
        pass  # a name
    return f"{surroundings.public_url}{surroundings.callbacks}{name}/"


def _unsent(reference: str, error: Unsent) -> Receipt:
    return Receipt(reference, Outcome.RETRY, code=error.code, detail=error.detail, trouble=error.trouble)


def _sign_of_life(response: Response) -> Receipt:
    if response.status_code == 200 and "messages" in read(response.text):
        return Receipt("", Outcome.ACCEPTED, code="200")
    return _unwell(response)


def _standing(response: Response) -> Receipt:
    """The balance is not asked: an invoiced account lives below zero, and Twilio suspends a prepaid one that is empty."""
    status = str(read(response.text).get("status", "")) if response.status_code == 200 else ""
    if status == "active":
        return Receipt("", Outcome.ACCEPTED, code=status)
    if status in {"suspended", "closed"}:
        return Receipt("", Outcome.RETRY, code=status, trouble=Trouble.CREDIT)
    return _unwell(response)


def _unwell(response: Response) -> Receipt:
    """What `judge` says of a refusal, as a probe: never unknown, since nothing was ordered."""
    if response.status_code == 200:
        return Receipt("", Outcome.RETRY, code="unreadable", trouble=Trouble.PROVIDER)
    receipt = judge("", response)
    return Receipt(
        "",
        Outcome.RETRY,
        code=receipt.code,
        detail=receipt.detail,
        trouble=receipt.trouble or Trouble.PROVIDER,
    )
