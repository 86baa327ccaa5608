"""SMS by Twilio's Messages resource: https://www.twilio.com/docs/messaging/api/message-resource.

Each message is posted once. Its delivery's key stands in the address that Twilio calls back, so what becomes of it is
known without asking. `accepted` means that Twilio has it in its queue, which the message leaves by `ValidityPeriod` or never.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from gateways.contract import (
    Callback,
    Capabilities,
    Inbound,
    Message,
    Outcome,
    Receipt,
    Reply,
    Surroundings,
)
from gateways.options import read_options
from gateways.orders import Orders
from gateways.parallel import Desk
from gateways.twilio.callback import Signatures
from gateways.twilio.lost import Memory
from gateways.twilio.options import Account, TwilioOptions, account_of
from gateways.twilio.probe import probe
from gateways.twilio.verdict import judge
from gateways.twilio.wire import Wire

MOST_VALIDITY_S: Final = 36_000
"""Ten hours: Twilio refuses more (error 90007). Where a message may wait longer, Twilio's queue gives it up sooner."""
_NO_ANSWER: Final = Reply("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
"""TwiML that says nothing: an answer goes out as any message, once it is decided."""


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
            thanks=_NO_ANSWER,
        )
        self._desk = Desk(self.capabilities.parallel)
        self._account = account
        self._wire = wire
        self._callbacks = callbacks
        self._signatures = Signatures(account.sid, account.tokens, callbacks)
        self._lost = memory
        self._orders = Orders()

    async def open(self) -> None:
        """Connections are made when there is something to say."""
        await self._wire.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Post the batch, `parallel` messages at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask for the account's status. With an API key, which may not read it, for the newest message instead."""
        self._orders.forget_outage()
        return await probe(self._account, self._wire)

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Inbound]:
        """Verify Twilio's signature and read the status, or what somebody wrote; see `gateways.contract`."""
        return self._signatures.read(callback)

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Look for what this process itself lost among the newest messages to the same number; see `gateways.twilio.lost`."""
        return await self._lost.look_up(references, self._wire, self._account.messages)

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock: a process that froze must not go on with what is too late."""
        answer = await self._orders.place(
            message.reference,
            until,
            lambda: self._wire.post(self._account.messages, self._form(message, until), until),
        )
        receipt = answer if isinstance(answer, Receipt) else judge(message.reference, answer)
        if receipt.outcome is Outcome.UNKNOWN:
            self._lost.remember(message)
        return receipt

    def _form(self, message: Message, until: float) -> bytes:
        left_s = int(until - asyncio.get_running_loop().time())
        form = {
            "To": message.address,
            "Body": message.text,
            "ValidityPeriod": str(max(1, min(left_s, MOST_VALIDITY_S))),
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
    wire = Wire(
        account.credentials, timeout_s=read_.timeout_s, connections=read_.parallel, dates=surroundings.dates
    )
    callbacks = surroundings.home(name) if account.tokens else ""
    memory = Memory(surroundings.now_ms)
    return TwilioGateway(name, account, wire, memory, parallel=read_.parallel, callbacks=callbacks)
