"""Probes: asking a provider whether it would take a message, in bounded time."""

import asyncio
from typing import Final

import structlog

from alertd.deliver.hosts import Hosted
from alertd.deliver.legible import legible
from gateways.contract import Gateway, Outcome, Receipt, Trouble

PROBE_S: Final = 10.0
"""How long a probe may take; a slower one is no answer."""
MOST_HOSTS_DOWN: Final = Receipt("", Outcome.RETRY, code="hosts_down", trouble=Trouble.PROVIDER)

log = structlog.get_logger(__name__)


async def probe(gateway: Gateway) -> Receipt:
    """A probe's answer; one that takes too long, or a bug, is none."""
    try:
        async with asyncio.timeout(PROBE_S):
            receipt = legible(await gateway.check())
    except TimeoutError:
        return Receipt("", Outcome.UNKNOWN, code="probe_slow")
    except Exception:
        log.exception("gateway_failed", action="probe", gateway=gateway.name)
        return Receipt("", Outcome.UNKNOWN, code="probe_failed")
    return MOST_HOSTS_DOWN if isinstance(gateway, Hosted) and gateway.mostly_down() else receipt
