"""SMPP crosses encrypted, to an SMSC whose certificate is vouched for, or not at all."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from smpp_line import letters, line, send
from smpp_peer import SmppPeer
from test_smtp_tls import certificate as certificate  # noqa: PLC0414 - a fixture

from gateways.contract import Outcome, Trouble


@pytest.fixture
async def peer(certificate: Path) -> AsyncIterator[SmppPeer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with SmppPeer(context) as played:
        yield played


async def test_the_bind_is_encrypted(peer: SmppPeer, certificate: Path) -> None:
    """With a certificate that is vouched for, password and messages cross encrypted, long ones too."""
    async with line(peer, host="localhost", tls=True, ca_file=str(certificate)) as gateway:
        got = await send(gateway, *letters(50, text="Crue. " * 60))
    assert {receipt.outcome for receipt in got.values()} == {Outcome.ACCEPTED}
    assert peer.encrypted == {True}


async def test_an_unknown_certificate_is_trouble(peer: SmppPeer) -> None:
    """A certificate that nobody vouches for is not talked to: the password is not said, the message waits."""
    async with line(peer, host="localhost", tls=True) as gateway:
        got = await send(gateway, *letters(1))
    (receipt,) = got.values()
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.TLS)
    assert peer.logins == []


async def test_another_s_certificate_is_trouble(peer: SmppPeer, certificate: Path) -> None:
    """A certificate of another name is not talked to, whoever vouches for it."""
    async with line(peer, host="127.0.0.1", tls=True, ca_file=str(certificate)) as gateway:
        (receipt,) = (await send(gateway, *letters(1))).values()
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.TLS)
    assert peer.logins == []


async def test_an_smsc_that_speaks_in_clear_is_not_told_the_password() -> None:
    """TLS was asked for: a server without it gets nothing that it could read."""
    async with SmppPeer() as clear, line(clear, host="localhost", tls=True, timeout_s=1.0) as gateway:
        (receipt,) = (await send(gateway, *letters(1))).values()
    assert receipt.outcome is Outcome.RETRY
    assert clear.logins == []
