"""Whom we speak to: a subscription's endpoint is what a stranger typed, and must lead to a known push service.

The name must be on the list, and when the connection is made the name must lead to the public Internet: whoever owns
a name can point it at our own network at any moment, also after it was looked at.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from gateways.subscription import Subscription

_TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address

_NAMED: Final = re.compile(r"(^|\.)[a-z][a-z0-9-]*$")
"""What ends with a number is an address (RFC 3986, section 7.4), for which no resolver would be asked."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """`names` are hosts, or `*.` and what they end with; `origins` are whole, with scheme and port."""

    names: tuple[str, ...]
    origins: tuple[str, ...] = ()

    def service(self, subscription: Subscription) -> str:
        """The entry of the list that lets it pass; empty where none does."""
        if subscription.origin in self.origins:
            return subscription.origin
        host = subscription.host
        if subscription.origin != f"https://{host}" or not _NAMED.search(host):
            return ""
        return next((name for name in self.names if _fits(name, host)), "")

    def service_of(self, address: str) -> str:
        """The same of an address as text; what cannot be read belongs to nobody.

        An entry stands for all the hosts it lets pass: they are judged together, or a stranger who invents names below
        it would fill the list of dead hosts.
        """
        try:
            return self.service(Subscription.read(address))
        except ValueError:
            return ""

    def first(self) -> str:
        """An origin to try before any was met; empty where the list has only patterns."""
        named = (f"https://{name}" for name in self.names if not name.startswith("*."))
        return next(iter((*self.origins, *named)), "")


def is_loopback(url: str) -> bool:
    """Whether this address stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether this IP address is on the public Internet, also when it is written inside another."""
    ip = ip_address(address.partition("%")[0])
    return ip.is_global and not ip.is_multicast and all(each.is_global for each in _within(ip))


def may_be_silent(address: str) -> bool:
    """Whether this browser's maker admits a push that shows next to nothing. Apple ends a subscription for it, and plays the sound
    of what is shown silently: https://webkit.org/blog/12945/meet-web-push/. Of the others see `alertd.watch.silent_probe`.
    """
    try:
        host = Subscription.read(address).host
    except ValueError:
        return False
    return not f".{host}".endswith(".push.apple.com")


class PublicOnly(AbstractResolver):
    """Names as `inner` resolves them, but never into a private network. `local` are those that may lead to loopback."""

    def __init__(self, inner: AbstractResolver, local: frozenset[str] = frozenset()) -> None:
        self._inner = inner
        self._local = local

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `OSError` where one of the addresses is private: no push service has such a one beside its own."""
        found = await self._inner.resolve(host, port, family)
        if host not in self._local and not all(is_public(each["host"]) for each in found):
            raise OSError(None, f"{host} leads into a private network")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _fits(name: str, host: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _within(ip: IPv4Address | IPv6Address) -> Sequence[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return ()
    translated = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _TRANSLATED else None
    inside = (ip.ipv4_mapped, ip.sixtofour, translated, *(ip.teredo or ()))
    return [each for each in inside if each is not None]
