"""Mail crosses encrypted, to a server whose certificate is vouched for, or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from certificates import self_signed
from peers import Case
from smtp_mailer import mailer, send_one
from smtp_peer import SmtpPeer

from gateways.contract import Outcome, Trouble


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with SmtpPeer() as played:
        yield played


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, and its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls") / "localhost.pem")


class Mailbox:
    """What aiosmtpd hands over: the mails that came, and whether they came encrypted."""

    def __init__(self) -> None:
        self.encrypted: list[bool] = []

    async def handle_DATA(self, _: SMTP, session: Session, __: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.encrypted.append(session.ssl is not None)
        return "250 2.0.0 taken"


@pytest.fixture
async def tls_relay(certificate: Path) -> AsyncIterator[tuple[int, Mailbox]]:
    """A relay that insists on STARTTLS, played by aiosmtpd; (port, mailbox)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="localhost", tls_context=context, require_starttls=True, loop=loop),
        "localhost",
        0,
    )
    yield server.sockets[0].getsockname()[1], box
    server.close()


def secured(port: int, **changes: Any) -> dict[str, Any]:
    return {"host": "localhost", "port": port, "from_address": "a@foret.example", "timeout_s": 5} | changes


async def test_mail_is_encrypted(tls_relay: Any, certificate: Path) -> None:
    """With STARTTLS and a certificate that is vouched for, the message crosses encrypted."""
    port, box = tls_relay
    async with mailer(secured(port, ca_file=certificate)) as gateway:
        assert (await send_one(gateway, "marie@peer.example")).outcome is Outcome.ACCEPTED
    assert box.encrypted == [True]


async def test_an_unknown_certificate_is_trouble(tls_relay: Any) -> None:
    """A certificate that nobody vouches for is not talked to: TLS is the trouble, the message waits."""
    port, box = tls_relay
    async with mailer(secured(port)) as gateway:
        receipt = await send_one(gateway, "marie@peer.example")
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.TLS)
    assert box.encrypted == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("host", "expired"), [("localhost", True), ("127.0.0.1", False)], ids=["expired", "other-name"]
)
async def test_a_certificate_that_is_over_or_another_s_is_trouble(
    tmp_path: Path, tls: str, host: str, expired: bool
) -> None:  # fmt: skip
    """One that its authority vouches for, but that has run out or is of another name, is not talked to either."""
    certificate = self_signed(tmp_path / "relay.pem", expired=expired)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            box, hostname="localhost", tls_context=context if tls == "starttls" else None, loop=loop
        ),
        "localhost",
        0,
        ssl=context if tls == "tls" else None,
    )
    options = secured(server.sockets[0].getsockname()[1], ca_file=certificate, tls=tls, host=host)
    async with server, mailer(options) as gateway:
        sent, probed = await send_one(gateway, "marie@peer.example"), await gateway.check()
    assert {(each.outcome, each.trouble) for each in (sent, probed)} == {(Outcome.RETRY, Trouble.TLS)}
    assert box.encrypted == []


async def test_mail_is_never_sent_in_clear_instead(peer: SmtpPeer) -> None:
    """A server that offers no STARTTLS gets neither the password nor a message."""
    async with mailer(peer.options(5) | {"tls": "starttls"}) as gateway:
        receipt = await send_one(gateway, await peer.play(Case.ACCEPT))
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.TLS)
    assert not [command for command in peer.commands if command.startswith((b"AUTH", b"MAIL"))]
