"""What comes back by a mailbox (IMAP), and the options without which it would be lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from imap_peer import ImapPeer
from peers import LENT, Case
from smtp_mailer import send_one
from smtp_peer import SmtpPeer
from smtp_reports import report
from smtp_returning import ADDRESS, DEAD, Kept, imap, mail_house

from gateways.contract import OptionError, Outcome, Surroundings
from gateways.loader import load
from gateways.smtp.returns import Returns


async def test_a_mailbox_is_read(peer: SmtpPeer) -> None:
    """What is unseen is read at once, kept, and marked seen; an absence notice is marked and says nothing."""
    kept = Kept()
    key = Returns(ADDRESS, "courriel", LENT["lasting_key"]("returned mail")).envelope("abcDEF12345")  # type: ignore[operator]
    bounced = f"Delivered-To: {key}\r\n".encode() + report(*DEAD)
    notice = f"To: {key}\r\nFrom: marie@peer.example\r\nAuto-Submitted: auto-replied\r\n\r\nAbsente".encode()
    async with ImapPeer(notice, bounced) as box, mail_house(peer, kept, **imap(box)):
        await asyncio.wait_for(box.settled.wait(), 60)
    assert [(each.reference, each.outcome) for each in kept.receipts] == [("abcDEF12345", Outcome.REFUSED)]
    assert b"DELETE" not in b" ".join(box.commands).upper()


async def test_a_mail_that_cannot_be_kept_stays_unseen(peer: SmtpPeer) -> None:
    """It is met again at the next look."""
    kept = Kept()
    kept.refusing = True
    key = Returns(ADDRESS, "courriel", LENT["lasting_key"]("returned mail")).envelope("abcDEF12345")  # type: ignore[operator]
    async with ImapPeer(f"To: {key}\r\n".encode() + report(*DEAD)) as box:
        async with mail_house(peer, kept, **imap(box)):
            await asyncio.wait_for(box.looked.wait(), 60)
        assert box.seen == set()
        kept.refusing = False
        async with mail_house(peer, kept, **imap(box)):
            await asyncio.wait_for(box.settled.wait(), 60)
    assert len(kept.receipts) == 1


async def test_a_mailbox_that_does_not_open_stops_no_letter(peer: SmtpPeer) -> None:
    """A wrong password at the mailbox leaves the relay, which is another account, alone."""
    kept = Kept()
    async with ImapPeer(known=False) as box, mail_house(peer, kept, **imap(box)) as gateway:
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
        assert (await gateway.check()).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lmtp_listen": "127.0.0.1:2424"}, "bounce_address: is missing"),
        ({"lmtp_listen": "0.0.0.0:2424", "bounce_address": ADDRESS}, "lmtp_listen: listens on this machine alone"),
        ({"lmtp_listen": "localhost:2424", "bounce_address": ADDRESS}, "lmtp_listen: listens on this machine"),
        ({"lmtp_listen": "127.0.0.1:99999", "bounce_address": ADDRESS}, "lmtp_listen: listens on this machine"),
        ({"bounce_address": "retours"}, "bounce_address: write one e-mail address"),
        ({"bounce_address": "a+b@foret.example"}, "at most 35 characters, none of them +"),
        ({"imap_host": "imap.example", "bounce_address": ADDRESS}, "imap_username: is missing"),
        ({"imap_host": "imap.example", "bounce_address": ADDRESS, "imap_username": "m"}, "imap_password: is missing"),
        (
            {"imap_host": "imap.example", "bounce_address": ADDRESS, "imap_username": "m", "imap_password": "p4ssw0rd",
             "imap_tls": "none"},
            "imap_tls: a password must not cross a network in clear",
        ),
        ({"imap_folder": 'IN"BOX'}, "imap_folder: "),
        ({"imap_every_s": 1}, "imap_every_s: "),
    ],
)  # fmt: skip
def test_an_option_that_loses_what_comes_back_is_named(changes: dict[str, Any], said: str) -> None:
    """What would listen to strangers, or could not be read, stops the start with a sentence."""
    good = {"host": "relais.example", "from_address": "a@foret.example"}
    with pytest.raises(OptionError) as caught:
        load("courriel", "smtp", good | changes, Surroundings(**LENT))
    assert said in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with SmtpPeer() as played:
        yield played
