"""What comes back to a letter: reports kill an address only by a word of the table; people and robots do nothing."""

import json
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from smtp_reports import complaint, report, returned

from gateways.contract import Outcome
from gateways.smtp.bounce import MOST_BYTES, read
from gateways.smtp.bounce_words import Fate

SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "email"


def cases() -> list[Any]:
    listed = SHARED / "bounces-expected.json"
    if not listed.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="../shared/vectors/email is not here"))]
    return [pytest.param(case, id=Path(case["file"]).name) for case in json.loads(listed.read_text())]


@pytest.mark.parametrize("case", cases())
def test_the_vectors_have_their_verdicts(case: dict[str, Any]) -> None:
    """Mails of the world: what is a hard bounce there kills the address here, and nothing else does."""
    got = read((SHARED / "bounces" / Path(case["file"]).name).read_bytes())
    hard = all(expected["hard"] for expected in case["expected"])
    assert (got is not None and got.outcome is Outcome.REFUSED) is hard
    reasons = {expected["reason"] for expected in case["expected"]}
    if "vacation" in reasons:
        assert got is None
    if "feedback" in reasons:
        assert got is not None
        assert got.outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        ("5.1.1", "550 5.1.1 <m@peer.example>: Recipient address rejected: User unknown", Outcome.REFUSED),
        ("5.1.1", "", Outcome.REFUSED),
        ("5.1.6", "551 5.1.6 Recipient no longer here", Outcome.REFUSED),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", Outcome.REFUSED),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(1)", Outcome.REFUSED),
        ("5.5.0", "550 5.5.0 Adresse inconnue / Invalid Recipient LPN007_510", Outcome.REFUSED),
        ("5.1.1", "550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]", Outcome.REFUSED),
        ("5.0.0", "550 No such user here", Outcome.REFUSED),
        ("5.0.0", "554 delivery error: dd This user doesn't have a yahoo.example account", Outcome.REFUSED),
        ("5.2.2", "552 5.2.2 The mailbox is full", Outcome.FAILED),
        ("5.1.1", "550 5.1.1 User's mailbox is over quota", Outcome.FAILED),
        ("5.2.1", "550 5.2.1 The account is disabled", Outcome.FAILED),
        ("5.7.1", "550 5.7.1 Unknown user or relaying denied", Outcome.FAILED),
        ("5.1.1", "550 5.1.1 Sender address rejected: policy", Outcome.FAILED),
        ("5.7.26", "550 5.7.26 This mail is unauthenticated (SPF, DKIM)", Outcome.FAILED),
        ("4.7.1", "451 4.7.1 Greylisted, try again later", Outcome.FAILED),
        ("4.4.1", "connect to mx.peer.example[192.0.2.1]:25: Connection timed out", Outcome.FAILED),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", Outcome.FAILED),
        ("5.6.0", "554 5.6.0 Content rejected", Outcome.FAILED),
        ("", "something went wrong", Outcome.FAILED),
    ],
)  # fmt: skip
def test_only_a_word_of_the_table_kills(status: str, said: str, outcome: Outcome) -> None:
    """A failure is failed; dead is only whom the server says it does not know, and not the full, blocked or slow."""
    got = read(report(status, said))
    assert got is not None
    assert got.outcome is outcome


@pytest.mark.parametrize(
    "said", ["Host or domain name not found. Host not found", "No such domain", "NXDOMAIN"]
)
def test_a_vanished_domain_is_told_apart(said: str) -> None:
    """A domain that is gone is a failure of its own kind: whoever reads decides how many to believe."""
    got = read(report("5.4.4", said))
    assert got is not None
    assert (got.outcome, got.fate) == (Outcome.FAILED, Fate.VANISHED)


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_is_not_final_says_nothing(action: str) -> None:
    """A delay, a success or a mailing list's opening is no failure."""
    assert read(report("4.4.1" if action == "delayed" else "2.0.0", "", action=action)) is None


def test_an_alias_is_dead_where_all_behind_it_are() -> None:
    """A report of two recipients, one of whom is only full, kills nobody."""
    second = b"Final-Recipient: rfc822; b@peer.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
    both = report("5.1.1", "550 5.1.1 User unknown").replace(
        b"Final-Recipient:", second + b"Final-Recipient:"
    )
    got = read(both)
    assert got is not None
    assert got.outcome is Outcome.FAILED


def test_a_report_for_people_is_read_too() -> None:
    """Servers without machine-readable reports are read by their words, up to the letter that they return."""
    dead = returned(
        "Undelivered Mail", "<m@peer.example>: 550 5.1.1 User unknown\n\n------ original message\n\nfull"
    )
    full = returned(
        "failure notice", "<m@peer.example>: mailbox is full\n\n--- copy of the message\n\nUser unknown"
    )
    late = returned("Delayed mail", "User unknown; it will be retried, this is a warning only")
    assert [got and got.outcome for got in map(read, (dead, full, late))] == [
        Outcome.REFUSED, Outcome.FAILED, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("marie@peer.example", "Absente", "Je suis absente. User unknown 550 5.1.1, undeliverable."),
        ("marie@peer.example", "Re: Crue", "> 550 5.1.1 no such user\nQue veut dire ce message ?"),
        ("robot@peer.example", "Votre message a été lu", "Merci"),
        ("postmaster@peer.example", "Bienvenue", "Votre nouvelle boîte est prête"),
        ("dmarc@peer.example", "Report domain: foret.example", "policy"),
    ],
)
def test_people_and_robots_say_nothing(sender: str, subject: str, text: str) -> None:
    """Absence notices, replies, read receipts and news are no reports, whatever words they use."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Auto-Submitted"] = sender, subject, "auto-replied"
    mail.set_content(text)
    assert read(mail.as_bytes()) is None


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("abuse", Outcome.STOPPED), ("opt-out", Outcome.STOPPED), ("not-spam", None), ("virus", None), ("fraud", None)],
)  # fmt: skip
def test_a_complaint_is_a_leaving(kind: str, outcome: Outcome | None) -> None:
    """Who tells the provider that our letters are a nuisance has left (RFC 5965); who says the contrary has not."""
    got = read(complaint(kind))
    assert (got and got.outcome) == outcome


@pytest.mark.parametrize(
    ("mail", "outcome"),
    [
        (
            b'From: sns@x\n\n{"notificationType":"Complaint","complaint":{"complaintFeedbackType":"abuse"}}\n--\n',
            Outcome.STOPPED,
        ),
        (
            b'From: sns@x\n\n{"notificationType":"Complaint","complaint":{"complaintFeedbackType":"not-spam"}}',
            None,
        ),
        (b'From: sns@x\n\n{"notificationType":"Delivery","delivery":{"recipients":["m@x"]}}', None),
        (
            b'From: sns@x\n\n{"bounce":{"bounceType":"Transient","bouncedRecipients":[{"status":"4.4.7","action":"delayed"}]}}',
            None,
        ),
        (
            (
                b"Subject: complaint about message\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
                b"Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: m@x\nSubject: Crue\n\nMontez\n--B--\n"
            ),
            Outcome.STOPPED,
        ),
    ],
    ids=["ses-complaint", "ses-not-spam", "ses-delivery", "ses-transient", "microsoft"],
)
def test_providers_have_their_own_ways(mail: bytes, outcome: Outcome | None) -> None:
    """Amazon's notifications and Microsoft's complaints are read as what they are."""
    got = read(mail)
    assert (got and got.outcome) == outcome


@pytest.mark.parametrize("sign", [b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\x1e"])
def test_a_sign_that_is_no_line_s_end_ends_none(sign: bytes) -> None:
    """A form feed within a header, which the standard library takes for the end of it, hides no report."""
    got = read(
        report("5.1.1", "550 5.1.1 User unknown").replace(b"dns; mx", b"dns; mx" + sign + b"X-Queue-ID: 1")
    )
    assert got is not None
    assert got.outcome is Outcome.REFUSED


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_way(end: bytes) -> None:
    """Mails cross systems that write their lines differently."""
    got = read(report("5.1.1", "550 5.1.1 User unknown").replace(b"\r\n", end))
    assert got is not None
    assert got.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    "evil",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(6000)),
        b"Content-Type: message/rfc822\n\n" * 9000,
        b"From: mailer-daemon@x\nContent-Type: text/html\nSubject: failure\n\n" + b"<style" * 40_000,
        b"From: mailer-daemon@x\nSubject: failure\n\n" + b"1." * 130_000,
        b"From: mailer-daemon@x\nSubject: failure\n\n" + b"-" * 260_000,
        b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: x\nAction: failed\n\n" * 8000,
        b'From: x\n\n{"bounce":' + b"[" * 200_000,
        b'From: x\n\n{"bounce":{"bouncedRecipients":[1]}}',
        b"\xff\xfe\x00" * 50_000,
        b"Content-Type: message/feedback-report\nContent-Transfer-Encoding: base64\n\n\xff=",
        report("4.2.1", "421 later").replace(
            b"mx.peer.example\r\n\r\nFinal", "mx\x85X-Queue: 1\r\n\r\nFinal".encode()
        ),
        b"",
    ],
    ids=[
        "nested",
        "enclosed",
        "styles",
        "dots",
        "dashes",
        "recipients",
        "brackets",
        "not-json",
        "bytes",
        "half",
        "header",
        "empty",
    ],
)
def test_a_hostile_mail_costs_little(evil: bytes) -> None:
    """Whatever is written to the address is read within bounds and kills nobody; nothing is raised."""
    began = time.process_time()
    got = read(evil[:MOST_BYTES])
    assert got is None or got.outcome is Outcome.FAILED
    assert time.process_time() - began < 20  # not a figure: what is quadratic takes hours
