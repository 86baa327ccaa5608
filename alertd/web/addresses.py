"""From where a request comes: the peer, or whom a trusted proxy says it speaks for."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

from alertd.web.rooms import ROOMS


def client_address(request: web.Request) -> str:
    """The nearest address that is not a trusted proxy's; what others write into X-Forwarded-For is not believed."""
    peer = _peer(request)
    # A proxy may write a line of its own below the visitor's: several are one list (RFC 9110, 5.3).
    said = ",".join(request.headers.getall("X-Forwarded-For", ()))
    hops = [_plain(hop.strip()) for hop in said.split(",") if hop.strip()]
    proxies = request.app[ROOMS].settings.http.trusted_proxies
    while hops and _within(peer, proxies):
        peer = hops.pop()
    return peer if _is_address(peer) else "unknown"


def from_this_machine(request: web.Request) -> bool:
    """Whether peer and Host are both this machine's: no proxy in between, and no name bent to 127.0.0.1."""
    host = _host(request.host)
    local = _is_loopback(host) or host == "localhost"
    return not _is_forwarded(request) and _is_loopback(_peer(request)) and local


def from_networks(request: web.Request, networks: Sequence[str]) -> bool:
    """Whether a request comes from one of these networks: through a proxy, only where that proxy is trusted to say so."""
    address = client_address(request)
    if _is_loopback(address):
        return from_this_machine(request) and _within(address, networks)
    return (from_trusted_proxy(request) or not _is_forwarded(request)) and _within(address, networks)


def from_trusted_proxy(request: web.Request) -> bool:
    """Whether whoever speaks to us directly is a proxy of ours."""
    return _within(_peer(request), request.app[ROOMS].settings.http.trusted_proxies)


def _peer(request: web.Request) -> str:
    return _plain(request.remote or "")


def _plain(address: str) -> str:
    """An IPv4 address as itself, where a socket for both kinds wrote it as one of IPv6 (RFC 4291, 2.5.5.2): all of them would be one
    network, and none of them this machine.
    """
    mapped = IPv6Address(address).ipv4_mapped if ":" in address and _is_address(address) else None
    return str(mapped or address)


def _is_forwarded(request: web.Request) -> bool:
    return any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))


def _host(authority: str) -> str:
    """The name or address without its port; empty for what is none, such as an open bracket."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _within(address: str, networks: Sequence[str]) -> bool:
    return _is_address(address) and any(ip_address(address) in ip_network(network) for network in networks)


def _is_loopback(address: str) -> bool:
    return _is_address(address) and ip_address(address).is_loopback


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
