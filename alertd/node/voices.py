"""Gateways, and the senders that speak through them."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

from alertd import accounts
from alertd.deliver import routes
from alertd.deliver.hosts import by_host
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.issue.desk import Desk
from alertd.watch.dates import Dates
from gateways.contract import Gateway, Report


async def gateways_of(stack: AsyncExitStack, desk: Desk, report: Report, dates: Dates) -> dict[str, Gateway]:
    """Every gateway of the settings, open until the stack closes; `report` keeps what they hear, `dates` when it was there."""
    common = accounts.surroundings(desk.settings, desk.clock, desk.db, desk.keyring, report)
    lent = replace(common, dates=dates.hear)
    return {
        name: by_host(await accounts.opened(stack, desk.settings, name, lent), desk.clock)
        for name in routes.gateways_of(desk.settings)
    }


def lines_of(desk: Desk, gateways: Mapping[str, Gateway]) -> list[Line]:
    """Every sender that a route uses, with its gateway."""
    return [
        Line(sender, gateways[sender.gateway], Bucket(desk.clock, sender.rate, burst_of(sender)))
        for sender in desk.routes.senders
    ]


def burst_of(sender: routes.Sender) -> float:
    """At least a tenth of a second of the sender's rate, or a fast one would be claimed message by message."""
    return max(sender.burst, (sender.rate or 0.0) / 10)
