"""`alertd serve`: a node, until it is asked to stop."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import click
import structlog

from alertd.cli.console import Console, command
from alertd.cli.log import configure
from alertd.daemon import Daemon, running
from alertd.errors import AlertdError, ConfigurationError
from alertd.node.supervisor import Supervisor
from alertd.settings import Http, Settings

Welcome = Callable[[Daemon], Awaitable[None]]


@click.command()
@command
def serve(console: Console) -> None:
    """Run a node: HTTP, fan-out and dispatch, until SIGTERM or Ctrl-C."""
    require_https(console.settings.http)
    start(run(console.settings, _say_ready))


def require_https(http: Http) -> None:
    """Personal links, passwords and sessions do not cross a network in clear.

    :raises ConfigurationError: `public_url_clear`.
    """
    for name, url in (("public_url", http.public_url), ("short_url", http.short_url)):
        if url.startswith("http:") and not _this_machine(urlsplit(url).hostname or ""):
            raise ConfigurationError(
                "public_url_clear",
                f"[http] {name} is {url}: passwords and personal links would cross the network in clear. "
                "Set it to an https:// address, and let Caddy or nginx answer there (docs/install.md).",
            )


def _this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def start(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it is installed (`pip install alertd[uvloop]`): the same, only faster."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


async def run(settings: Settings, welcome: Welcome) -> None:
    """Run until a signal; `welcome` is called once everything runs. A loop that died is an error."""
    configure(settings.log)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with running(settings, supervisor=Supervisor.of(os.environ)) as daemon:
            await welcome(daemon)
            await stop.wait()
            structlog.get_logger(__name__).info("stopping", action="stop", node=daemon.node_id)
    except BaseExceptionGroup as group:
        known = group.subgroup(AlertdError)
        if known is None or len(known.exceptions) != len(group.exceptions):
            raise
        raise known.exceptions[0] from group


async def _say_ready(daemon: Daemon) -> None:
    click.echo(f"alertd listens on {daemon.url}", err=True)
