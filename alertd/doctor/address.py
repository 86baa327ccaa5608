"""Where residents come: its name in DNS, its certificate, and whether alertd answers there."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from alertd.clock import Clock, from_ms
from alertd.doctor.finding import Findings, advice, fine, wrong
from alertd.settings import Http

DAYS: Final = 14
"""Certificates of Let's Encrypt are renewed thirty days before their end: with fewer left, renewal has failed."""
ANSWER_S: Final = 5.0


async def look(http: Http, clock: Clock) -> Findings:
    """Of public_url, and of short_url where there is one."""
    for url in filter(None, (http.public_url, http.short_url)):
        async for each in _look(urlsplit(url), clock):
            yield each
    if http.public_url.startswith("https:") and not http.trusted_proxies:
        yield advice(
            "proxy",
            "[http] trusted_proxies names nobody: behind a proxy all visitors count as one, and are throttled together. "
            'If it is on this machine: trusted_proxies = ["127.0.0.1/32"].',
        )


async def _look(url: SplitResult, clock: Clock) -> Findings:
    host = url.hostname or ""
    try:
        known = await asyncio.get_running_loop().getaddrinfo(host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        yield wrong(
            "name",
            f"{host} is not in DNS: have an A (and AAAA) record point to this machine, then wait an hour.",
        )
        return
    yield fine("name", f"{host} leads to {', '.join(sorted({str(each[4][0]) for each in known}))}.")
    if url.scheme == "http":
        yield advice("certificate", f"{host} is in clear: well on this machine, and nowhere else.")
    else:
        async for each in _certificate(host, url.port or 443, clock):
            yield each
    async for each in _answer(url):
        yield each


async def _certificate(host: str, port: int, clock: Clock) -> Findings:
    try:
        _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLError as error:
        said = getattr(error, "verify_message", "") or error.reason or "TLS"
        yield wrong(
            "certificate", f"The certificate of {host} is not accepted ({said}): see to Caddy, or certbot."
        )
        return
    except OSError as error:
        yield wrong(
            "certificate",
            f"Nobody answers at {host}:{port} ({error.strerror or error}): start the proxy, and open the port.",
        )
        return
    ends = _end(writer.get_extra_info("peercert"))
    writer.close()
    left = (ends - from_ms(clock.now_ms())).days
    if left < DAYS:
        yield wrong(
            "certificate",
            f"The certificate of {host} ends in {left} days: it is not renewed. See to Caddy, or certbot.",
        )
    else:
        yield fine("certificate", f"The certificate of {host} holds for {left} days.")


def _end(certificate: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


async def _answer(url: SplitResult) -> Findings:
    """Without following anybody elsewhere."""
    where = f"{url.scheme}://{url.netloc}/healthz"
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as session,
            session.get(where, allow_redirects=False, ssl=ssl.create_default_context()) as answer,
        ):
            ours = answer.status == 200 and (await answer.content.read(10)) == b"ok\n"
    except (ClientError, TimeoutError):
        yield wrong("answer", f"alertd does not answer at {where}: is it running? systemctl status alertd")
        return
    if ours:
        yield fine("answer", f"alertd answers at {url.scheme}://{url.netloc}.")
    else:
        yield wrong(
            "answer",
            f"Somebody else answers at {where} ({answer.status}): see what the proxy hands on to alertd.",
        )
