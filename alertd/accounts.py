"""Accounts: gateways made from their tables, for a node, or one of them for a command. Nobody else makes any."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from alertd.clock import Clock
from alertd.deliver import raws, rehearsal, routes
from alertd.deliver.raws import Raw
from alertd.errors import ConfigurationError
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.store import Database
from alertd.web import callbacks
from gateways.contract import Gateway, Inbound, Message, OptionError, Receipt, Report, Surroundings
from gateways.loader import load


def surroundings(
    settings: Settings, clock: Clock, db: Database, keyring: Keyring, report: Report
) -> Surroundings:
    """What drivers are lent; `report` keeps what they hear on connections of their own."""

    async def keep(name: str, messages: Sequence[Message]) -> None:
        await rehearsal.keep(db, name, messages)

    return Surroundings(
        record=keep,
        now_ms=clock.now_ms,
        lasting_key=keyring.lasting,
        report=report,
        public_url=settings.http.public_url,
        callbacks=callbacks.PREFIX,
    )


async def opened(stack: AsyncExitStack, settings: Settings, name: str, lent: Surroundings) -> Gateway:
    """The gateway of that name, open until the stack closes.

    :raises ConfigurationError: `gateway_options`.
    """
    table = routes.gateways_of(settings)[name]
    try:
        gateway = load(name, table.driver, table.options, lent, table.channels)
    except OptionError as error:
        raise ConfigurationError("gateway_options", str(error)) from error
    stack.push_async_callback(gateway.close)
    await gateway.open()
    return gateway


@asynccontextmanager
async def alone(
    settings: Settings, clock: Clock, db: Database, keyring: Keyring, name: str
) -> AsyncIterator[Gateway]:
    """One gateway, beside a node that may be using the same account: what it hears of others' messages is kept for them."""

    async def report(gateway: str, said: Sequence[Receipt | Inbound]) -> None:
        async with db.transaction() as tx:
            await raws.append(tx, keyring, [Raw.reported(gateway, clock.now_ms(), said)])

    async with AsyncExitStack() as stack:
        lent = replace(surroundings(settings, clock, db, keyring, report), alone=True)
        yield await opened(stack, settings, name, lent)
