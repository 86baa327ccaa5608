"""How what comes back arrives by the machine's mail server (LMTP), and whose it is."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from imap_peer import ImapPeer
from peers import Case
from smtp_mailer import send_one
from smtp_peer import SmtpPeer
from smtp_reports import complaint, report
from smtp_returning import ADDRESS, DEAD, Kept, imap, mail_house

from gateways.contract import Inbound, Outcome, Receipt
from gateways.smtp.inbox import Inbox
from gateways.smtp.returns import Returns


@asynccontextmanager
async def listening(peer: SmtpPeer, kept: Kept, where: str = "127.0.0.1:0") -> AsyncIterator[tuple[Any, Any]]:
    """The same with a listener; the gateway, and where it listens."""
    async with mail_house(peer, kept, lmtp_listen=where) as gateway:
        [listener] = gateway.arrivals
        await asyncio.wait_for(listener.ready.wait(), 60)
        yield gateway, listener.address


async def hand_over(where: Any, to: str, mail: bytes) -> int:
    """As a mail server hands over, by the standard library's client; the server's code."""

    def give() -> int:
        host, port = (str(where), 0) if isinstance(where, Path) else where
        with smtplib.LMTP(host, port) as client:
            try:
                client.sendmail("", [to], mail)
            except smtplib.SMTPRecipientsRefused as refused:
                return next(iter(refused.recipients.values()))[0]
            except smtplib.SMTPDataError as error:
                return error.smtp_code
            return 250

    return await asyncio.to_thread(give)


def envelope(peer: SmtpPeer) -> str:
    """The sender of the last envelope that the relay was given."""
    [*_, last] = [command for command in peer.commands if command.startswith(b"MAIL FROM:")]
    return last.decode().partition("<")[2].partition(">")[0]


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with SmtpPeer() as played:
        yield played


async def test_a_bounce_finds_its_delivery(peer: SmtpPeer) -> None:
    """The report that comes to a letter's own address, in whichever case, is kept as that delivery's refusal."""
    kept = Kept()
    async with listening(peer, kept) as (gateway, where):
        await send_one(gateway, await peer.play(Case.ACCEPT), reference="abcDEF12345")
        assert await hand_over(where, envelope(peer).upper(), report(*DEAD)) == 250
    [receipt] = kept.receipts
    assert (receipt.reference, receipt.outcome, receipt.code) == (
        "abcDEF12345",
        Outcome.REFUSED,
        "550 5.1.1",
    )


async def test_each_letter_comes_back_to_an_address_of_its_own(peer: SmtpPeer) -> None:
    """Two deliveries have two addresses under ours, of which neither shows the code of its personal link."""
    kept = Kept()
    async with mail_house(peer, kept) as gateway:
        for reference in ("abcDEF12345", "abcDEF12346"):
            await send_one(gateway, await peer.play(Case.ACCEPT), reference=reference)
    senders = {command for command in peer.commands if command.startswith(b"MAIL FROM:<retours+")}
    assert len(senders) == 2
    assert not any(b"abcdef1234" in sender.lower() for sender in senders)


async def test_a_letter_s_identifier_is_enough(peer: SmtpPeer) -> None:
    """Where the address was rewritten on the way, the Message-ID of the letter that is returned tells whose it was."""
    kept = Kept()
    async with listening(peer, kept) as (gateway, where):
        await send_one(gateway, await peer.play(Case.ACCEPT), reference="abcDEF12345")
        quoted = peer.mails[0].decode().partition("\r\n\r\n")[0] + "\r\n\r\n..."
        assert await hand_over(where, ADDRESS, complaint("abuse", quoted)) == 250
    [receipt] = kept.receipts
    assert (receipt.reference, receipt.outcome) == ("abcDEF12345", Outcome.STOPPED)


@pytest.mark.parametrize(
    "key", ["", "abcDEF12345", "mfrggzdfmztwq2lknnwg23tpobyq", "a" * 28, "a" * 35, "7" * 28, "="]
)
async def test_a_forged_address_is_harmless(peer: SmtpPeer, key: str) -> None:
    """A key that we never wrote is taken and passed over: refused, it would be returned to an innocent's name."""
    kept = Kept()
    async with listening(peer, kept) as (_, where):
        assert await hand_over(where, f"retours+{key}@foret.example", report(*DEAD)) == 250
    assert kept.receipts == []


def test_a_key_of_another_gateway_or_another_instance_is_nobody_s() -> None:
    """Keys are signed for one gateway with the instance's own secret; one changed letter is enough to lose it."""
    ours = Returns(ADDRESS, "courriel", b"secret")
    key = ours.key("abcDEF12345")
    assert ours.find(f"<{key}@foret.example>".encode()) == "abcDEF12345"
    assert ours.find(f"{key}a x{key} {key[:-1]}".encode()) is None
    for other in (Returns(ADDRESS, "autre", b"secret"), Returns(ADDRESS, "courriel", b"other")):
        assert other.find(key.encode()) is None
    flipped = key[:3] + ("a" if key[3] != "a" else "b") + key[4:]
    assert ours.find(flipped.encode()) is None


async def test_mail_for_others_is_refused(peer: SmtpPeer) -> None:
    """Only what comes back to our address is taken: a mail server that sends everything here loses nothing."""
    kept = Kept()
    async with listening(peer, kept) as (_, where):
        assert await hand_over(where, "maire@foret.example", report(*DEAD)) == 550


async def test_what_cannot_be_kept_is_asked_for_again(peer: SmtpPeer) -> None:
    """While neither the store nor the spool takes it, the mail server keeps the report."""
    kept = Kept()
    kept.refusing = True
    async with listening(peer, kept) as (gateway, where):
        await send_one(gateway, await peer.play(Case.ACCEPT), reference="abcDEF12345")
        assert await hand_over(where, envelope(peer), report(*DEAD)) == 451
        kept.refusing = False
        assert await hand_over(where, envelope(peer), report(*DEAD)) == 250
    assert len(kept.receipts) == 1


async def test_it_listens_on_a_socket_in_the_file_system(peer: SmtpPeer, tmp_path: Path) -> None:
    """A path that only the mail server's group may write to, gone when the gateway closes."""
    kept, path = Kept(), tmp_path / "bounces.sock"
    async with listening(peer, kept, f"unix:{path}") as (_, where):
        assert where == path
        assert path.stat().st_mode & 0o007 == 0
        assert await hand_over(where, ADDRESS, b"Subject: rien\r\n\r\nrien\r\n") == 250
    assert not path.exists()


async def test_every_recipient_is_answered(peer: SmtpPeer) -> None:
    """LMTP: one answer after the message for each recipient, and long lines are no fault."""
    kept = Kept()
    async with listening(peer, kept) as (_, where):
        reader, writer = await asyncio.open_connection(*where)
        writer.write(b"LHLO mx\r\nMAIL FROM:<>\r\n" + f"RCPT TO:<{ADDRESS}>\r\n".encode() * 2 + b"DATA\r\n")
        writer.write(b"Subject: " + b"x" * 5000 + b"\r\n\r\nrien\r\n.\r\nQUIT\r\n")
        said = (await asyncio.wait_for(reader.read(), 5)).decode()
        writer.close()
    assert said.count("250 2.0.0 Read") == 2


async def test_a_place_that_is_taken_stops_no_letter(peer: SmtpPeer) -> None:
    """Where another process listens already, letters leave all the same."""
    kept = Kept()
    async with (
        listening(peer, kept) as (_, (host, port)),
        mail_house(peer, kept, lmtp_listen=f"{host}:{port}") as second,
    ):
        assert (await send_one(second, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED  # fmt: skip


async def test_a_trial_listens_for_nothing(peer: SmtpPeer) -> None:
    """A command beside a running node leaves the listener and the mailbox to the node, and still says that a word may come."""
    async with (
        ImapPeer() as box,
        mail_house(peer, Kept(), alone=True, lmtp_listen="127.0.0.1:0", **imap(box)) as trial,
    ):
        assert (await send_one(trial, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
        assert trial.arrivals == ()
        assert trial.capabilities.receipts
        assert box.commands == []


async def test_a_second_process_takes_no_socket_away(peer: SmtpPeer, tmp_path: Path) -> None:
    """A trial on the command line beside a running node leaves the node its socket; one left by a crash is replaced."""
    kept, path = Kept(), tmp_path / "bounces.sock"
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(path))
    async with listening(peer, kept, f"unix:{path}") as (gateway, where):
        async with mail_house(peer, Kept(), lmtp_listen=f"unix:{path}") as second:
            assert (await send_one(second, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
            assert not second.arrivals[0].ready.is_set()
        await send_one(gateway, await peer.play(Case.ACCEPT), reference="abcDEF12345")
        assert await hand_over(where, envelope(peer), report(*DEAD)) == 250
    assert len(kept.receipts) == 1


def test_few_domains_are_believed_to_have_ended() -> None:
    """A resolver that lies says of every domain that it is gone: twenty an hour are believed, the others have failed."""
    now = [0.0]

    async def nowhere(_: str, __: Sequence[Receipt | Inbound]) -> None:
        raise AssertionError

    returns = Returns(ADDRESS, "courriel", b"secret")
    inbox = Inbox("courriel", returns, nowhere, lambda: now[0])
    mail, to = report("5.1.2", "No such domain"), [returns.envelope("abcDEF12345")]

    def outcomes() -> list[Outcome]:
        return [receipt.outcome for _ in range(25) if (receipt := inbox.receipt(mail, to))]

    assert outcomes() == [Outcome.REFUSED] * 20 + [Outcome.FAILED] * 5
    now[0] = 3601.0
    assert outcomes()[0] is Outcome.REFUSED
