"""A certificate that ran out stops a gateway: operators are told by another way, and nothing is lost."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from alarmed_house import (
    MAILBOX,
    MOBILE,
    PEOPLE,
    alarms,
    chosen,
    come,
    read,
    released,
    some_time,
    states,
    until,
)
from certificates import self_signed
from ovh_peer import OvhPeer

from alertd.daemon import running
from alertd.model import Channel, State


class Mailboxes:
    """What aiosmtpd hands over: the mails that came."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(bytes(envelope.content or b""))
        return "250 2.0.0 taken"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[tuple[dict[str, Any], Mailboxes, Callable[[], None]]]:
    """A relay whose certificate ran out: the gateway's options, what came, and how to give it a new one."""
    old, new = (
        self_signed(tmp_path / "old.pem", "old", expired=True),
        self_signed(tmp_path / "new.pem", "new"),
    )
    (tmp_path / "both.pem").write_bytes(old.read_bytes() + new.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(old)
    boxes, loop = Mailboxes(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(boxes, hostname="localhost", tls_context=context, require_starttls=True, loop=loop),
        "localhost",
        0,
    )
    port = server.sockets[0].getsockname()[1]
    options = {
        "host": "localhost",
        "port": port,
        "from_address": "alertes@foret.example",
        "ca_file": str(tmp_path / "both.pem"),
        "timeout_s": 5.0,
    }
    yield options, boxes, lambda: context.load_cert_chain(new)
    server.close()


async def test_a_certificate_that_ran_out_is_told_by_sms(tmp_path: Path, clock: Any, relay: Any) -> None:
    """Mail waits for the relay's new certificate; the operator's telephone knows why, once, and when it is over."""
    options, boxes, renew = relay
    async with (
        OvhPeer() as peer,
        running(chosen(tmp_path, peer.options(5.0), options), clock) as daemon,
    ):
        addresses = [f"habitant-{n}@peer.example" for n in range(PEOPLE)]
        alert = await released(daemon, Channel.EMAIL, addresses)
        await until(daemon, clock, lambda: come(peer.jobs, 1))
        await some_time(daemon, clock, 30)
        assert [job["receivers"] for job in peer.jobs] == [[MOBILE]]
        assert "certificat" in peer.jobs[0]["message"]
        assert boxes.mails == []
        renew()
        await until(daemon, clock, lambda: come(peer.jobs, 2))

        async def reached() -> bool:
            return await states(daemon, alert) == {State.ACCEPTED} and len(boxes.mails) == PEOPLE + 1

        await until(daemon, clock, reached)
        assert sorted(to for to, _ in read(boxes.mails)) == sorted([*addresses, MAILBOX])
        assert await alarms(daemon) == ["gateway.alarm tls", "gateway.mended"]
