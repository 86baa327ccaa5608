"""What mail servers write beside their codes: a living address is never dead by a word of theirs, and a dead one is not kept."""

import pytest
from smtp_reports import report

from gateways.smtp.bounce import read
from gateways.smtp.bounce_words import Fate

VERIFIED = "550-Verification failed for <retours@foret.example> 550-Response: 550 5.1.1 No such user 550 Sender verify failed"


def fate(status: str, said: str) -> Fate | None:
    got = read(report(status, said))
    return got and got.fate


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "550 5.1.1 Boite du destinataire archivee. Archived recipient. OFR_420 [420]"),
        ("5.1.1", "550 5.1.1 Le compte du destinataire est bloque. The recipient account isblocked. LPN007_426"),
        ("5.1.1", "550 5.1.1 Boîte aux lettres pleine"),
        ("5.1.1", "550 5.1.1 quota dépassé"),
        ("5.1.1", "550 5.1.1 Compte désactivé"),
        ("5.1.1", "550 5.1.1 Postfach voll"),
        ("5.1.1", "550 5.1.1 Buzón lleno"),
        ("5.1.1", "550 5.1.1 casella piena"),
        ("5.1.1", "550 5.1.1 The recipient's inbox is out of storage space."),
        ("5.1.1", "550 5.1.1 The users mailfolder is over the allowed quota (size)."),
        ("5.1.1", "550 5.1.1 Account expired"),
        ("5.1.1", "550 5.1.1 This user is not accepting mail at this time"),
        ("5.1.1", "550-5.1.1 the group you tried to contact may not exist, or you may not have permission to post"),
        ("5.1.1", "550 5.1.1 undeliverable address: mail for peer.example loops back to myself"),
        ("5.1.1", "550 5.1.1 Mail rejected, message looks like advertising"),
        ("5.1.0", "5.1.0 - Unknown address error 550-'Mail content denied' (delivery attempts: 0)"),
        ("5.0.0", "550 authentication failed: user unknown"),
        ("5.0.0", "554 Rejected by mailbox: invalid header"),
        ("5.1.1", "550 5.1.1 invalid/inactive user"),
        ("5.1.1", "550 5.1.1 mailfolder is full"),
        ("5.1.1", "550 5.1.1 is unavailable: user is terminated"),
        ("5.1.1", "550 5.1.1 user refuses to receive this mail"),
        ("5.1.1", "550 5.1.1 sorry, that domain isn't in my list of allowed rcpthosts"),
        ("5.1.1", "550 5.1.1 BATV validation failure, invalid recipient"),
    ],
)  # fmt: skip
def test_full_blocked_or_refused_is_alive(status: str, said: str) -> None:
    """Whatever code stands before it: who is full, archived or blocked, and whose server refuses a letter, is still there."""
    assert fate(status, said) is Fate.ALIVE


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.0.0", VERIFIED),
        ("5.0.0", "550-Callback setup failed while verifying <retours@foret.example> 550-Response: 550 Unknown user"),
        ("5.1.1", "550 5.1.1 sender callout verification failure: user unknown"),
        ("5.1.7", "550 5.1.7 Invalid address"),
        ("5.1.8", "553 5.1.8 Sender address does not exist"),
        ("5.1.0", "550 5.1.0 Adresse expediteur invalide. OFR004_405"),
        ("5.1.1", "550 5.1.1 Adresse de l'expéditeur invalide"),
        ("5.0.0", "Connected to 192.0.2.1 but sender was rejected. Remote host said: 550 no such user"),
        ("5.1.1", "550 5.1.1 Return-Path address does not exist"),
        ("5.1.1", "550 5.1.1 Message rejected: envelope sender domain not found"),
        ("5.1.1", "550 5.1.1 MAIL FROM domain does not exist"),
        ("5.0.0", "550 MAIL FROM:<retours@foret.example> unknown"),
        ("5.0.0", "550 Domain of sender address retours@foret.example does not exist"),
        ("5.0.0", "550 Sender's domain does not exist"),
        ("5.0.0", "550 rejected: reverse DNS: host unknown"),
        ("5.0.0", "550 unknown host: your IP has no PTR"),
        ("5.0.0", "550 HELO: domain does not exist"),
    ],
)  # fmt: skip
def test_a_fault_of_the_sender_is_ours(status: str, said: str) -> None:
    """A server that does not know our own address, domain or host says nothing of the person's."""
    assert fate(status, said) is Fate.ALIVE


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.4.1", "550 5.4.1 [m@peer.example]: Recipient address rejected: Access denied [DB.eop-EUR05.example]"),
        ("5.0.0", "550 The email address you entered couldn't be found"),
        ("5.0.0", "550 Boîte aux lettres inexistante"),
        ("5.0.0", "550 Aucun utilisateur de ce nom"),
        ("5.0.0", "550 <m@peer.example> not found"),
        ("5.0.0", "550 Mailbox m@peer.example does not exist"),
        ("5.0.0", "550 user (m@peer.example) unknown"),
        ("5.0.0", "550 account m@peer.example does not exist at the organization"),
        ("5.0.0", "550 this recipient is not in my validrcptto list"),
        ("5.0.0", "550 address not present in directory"),
        ("5.0.0", "an MX or SRV record indicated no SMTP service"),
        ("5.1.1", "host spam-filter.example[192.0.2.1] said: 550 5.1.1 <spam.policy@peer.example>: User unknown"),
        ("5.1.0", "5.1.0 - Unknown address error 550-'5.1.1 <m@peer.example>: User unknown' (delivery attempts: 0)"),
    ],
)  # fmt: skip
def test_who_is_not_known_is_dead(status: str, said: str) -> None:
    """In the words of Microsoft, Gmail, France and Exim; what a host or a person is called changes nothing."""
    assert fate(status, said) is Fate.DEAD


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.4.310", "550 5.4.310 DNS domain peer.example does not exist [Message=InfoDomainNonexistent]"),
        ("5.4.4", "550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain"),
        ("5.0.0", "all relevant MX records point to non-existent hosts"),
    ],
)
def test_a_domain_that_is_gone_is_vanished(status: str, said: str) -> None:
    """In the words of Exchange Online and Exim."""
    assert fate(status, said) is Fate.VANISHED
