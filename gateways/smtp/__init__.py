"""E-mail through a relay, by SMTP (RFC 5321), STARTTLS (RFC 3207) and AUTH (RFC 4954).

A few connections are kept and reused. `accepted` means that the relay has the message; it reports later, by
e-mail, what became of it: that comes by a listener or a poll (`bounce_address`), and is read by `gateways.smtp.bounce`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    Outcome,
    Receipt,
    Surroundings,
    Trouble,
)
from gateways.options import read_options
from gateways.parallel import Desk
from gateways.smtp.compose import Letterhead, compose, mailbox
from gateways.smtp.dkim import Signer
from gateways.smtp.inbox import Inbox
from gateways.smtp.line import Line, LineError, Server, Torn
from gateways.smtp.options import Arrival, SmtpOptions, arrivals, server, signer
from gateways.smtp.pool import Pool
from gateways.smtp.returns import Returns
from gateways.smtp.verdict import judge


class SmtpGateway:
    """One account at one mail relay."""

    def __init__(
        self,
        name: str,
        server: Server,
        letterhead: Letterhead,
        *,
        pool: int,
        now_ms: Callable[[], int],
        arrivals: Sequence[Arrival] = (),
        signer: Signer | None = None,
        alone: bool = False,
    ) -> None:
        """`alone`: what comes back is for whoever listens already."""
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"email"}), batch=25 * pool, parallel=pool, receipts=bool(arrivals)
        )
        self.arrivals = () if alone else arrivals
        self._desk = Desk(self.capabilities.parallel)
        self._letterhead = letterhead
        self._signer = signer
        self._now_ms = now_ms
        self._pool = Pool(server, pool)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connections are made when there is something to say; what comes back is waited for from now on."""
        self._pool.open()
        self._tasks += [asyncio.create_task(each.run()) for each in self.arrivals]

    async def close(self) -> None:
        """Close the idle connections; those in use follow when their message is done."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pool.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Hand the batch over on all connections at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask the server for a sign of life (NOOP), on a connection that is secured and logged in."""

        async def ask(line: Line) -> Receipt:
            await line.ready()
            return Receipt("", Outcome.ACCEPTED, code="250")

        self._pool.forget_outage()
        return await self._on_a_line("", ask)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """A mail server does not call back."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """A mail server cannot be asked."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock: a process that froze must not go on with what is too late."""
        now = asyncio.get_running_loop().time
        try:
            to = mailbox(message.address)
            sender = self._letterhead.envelope(message.reference)
            mail = compose(message, to, self._letterhead, self._now_ms())
            if self._signer is not None:
                mail = self._signer.sign(mail)
        except ValueError as error:
            return Receipt(message.reference, Outcome.FAILED, code="not written", detail=str(error)[:300])

        async def hand_over(line: Line) -> Receipt:
            if now() > until:
                return Receipt(message.reference, Outcome.RETRY, code="too late")
            answer = await line.announce(sender, to)
            if answer is None and now() > until:
                raise LineError(Trouble.CONNECTION, "too late")  # all that ends an envelope is to hang up
            return judge(message.reference, answer or await line.transmit(mail))

        return await self._on_a_line(message.reference, hand_over)

    async def _on_a_line(self, reference: str, action: Callable[[Line], Awaitable[Receipt]]) -> Receipt:
        """Act on a kept line; where the server had closed it meanwhile, once more and at once on a new one."""
        try:
            try:
                return await self._try(action, fresh=False)
            except LineError as error:
                if not error.hung_up:
                    raise
            return await self._try(action, fresh=True)
        except LineError as error:
            return _unsent(reference, error)
        except Torn as error:
            return Receipt(reference, Outcome.UNKNOWN, "torn", str(error)[:300], trouble=Trouble.CONNECTION)

    async def _try(self, action: Callable[[Line], Awaitable[Receipt]], *, fresh: bool) -> Receipt:
        async with self._pool.line(fresh=fresh) as line:
            return await action(line)


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> SmtpGateway:
    """Make the gateway; `surroundings.now_ms` dates its letters, `lasting_key` signs where they come back to.

    Nothing that comes back is read where there is no `report` to keep it. Raises `OptionError`.
    """
    if surroundings.now_ms is None:
        raise TypeError("a letter bears a date: pass Surroundings(now_ms=...)")
    read = read_options(name, SmtpOptions, options)
    returns = _returns(name, read, surroundings)
    letterhead = Letterhead(read.from_address, read.from_name, read.list_id, returns)
    inbox = Inbox(name, returns, surroundings.report) if returns and surroundings.report else None
    return SmtpGateway(
        name,
        server(name, read),
        letterhead,
        pool=read.pool,
        now_ms=surroundings.now_ms,
        arrivals=arrivals(name, read, inbox) if inbox else (),
        signer=signer(name, read),
        alone=surroundings.alone,
    )


def _returns(name: str, read: SmtpOptions, surroundings: Surroundings) -> Returns | None:
    if not read.bounce_address:
        return None
    if surroundings.lasting_key is None:
        raise TypeError("an address to return to is signed: pass Surroundings(lasting_key=...)")
    return Returns(read.bounce_address, name, surroundings.lasting_key("returned mail"))


def _unsent(reference: str, error: LineError) -> Receipt:
    if error.answer is not None:
        return judge(reference, error.answer)
    return Receipt(reference, Outcome.RETRY, code=error.trouble, detail=error.detail, trouble=error.trouble)
