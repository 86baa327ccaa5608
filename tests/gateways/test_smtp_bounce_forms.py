"""The forms in which reports come: in Exim's order, encoded, damaged, cut off, passed on, of several recipients."""

import base64
import quopri

import pytest
from smtp_reports import report

from gateways.contract import Outcome
from gateways.smtp.bounce import read

SAID = ("5.1.1", "550 5.1.1 User unknown")
DEAD = report(*SAID)
FIELDS = (
    "Reporting-MTA: dns; mx.peer.example\n\nFinal-Recipient: utf-8; hélène@peer.example\nAction: failed\n"
    "Status: 5.0.0\nDiagnostic-Code: smtp; 550 boîte aux lettres inconnue\n"
)
SECOND = "Final-Recipient: rfc822; b@peer.example\r\nAction: {}\r\nStatus: {}\r\n\r\nFinal-Recipient:"
PERSON = (
    "From: Marie <marie@peer.example>\nSubject: {}\nAuto-Submitted: {}\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=Z\n\n--Z\nContent-Type: text/plain\n\nVoir ci-joint.\n"
    "--Z\nContent-Type: message/rfc822\n\n{}\n--Z--\n"
)


def outcome(mail: bytes) -> Outcome | None:
    got = read(mail)
    return got and got.outcome


def told(fields: str, kind: str, encoding: str) -> bytes:
    """A report whose fields are as they are given."""
    return (
        "From: MAILER-DAEMON@mx.peer.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="R"\n\n'
        f"--R\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{fields}\n--R--\n"
    ).encode()


def test_the_action_may_stand_first() -> None:
    """As Exim writes it, before the recipient whom it is about."""
    fields = (
        "Reporting-MTA: dns; mx\n\nAction: failed\nFinal-Recipient: rfc822;m@peer.example\nStatus: 5.0.0\n"
        "Remote-MTA: dns; mx\nDiagnostic-Code: smtp; 550 5.1.1 <m@peer.example>: User unknown\n"
    )
    assert outcome(told(fields, "message/delivery-status", "7bit")) is Outcome.REFUSED


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_a_report_may_be_encoded_and_speak_utf_8(kind: str, encoding: str) -> None:
    """RFC 6533 lets a report for machines be both, and servers do it to the old kind as well."""
    written = {
        "8bit": FIELDS,
        "base64": base64.encodebytes(FIELDS.encode()).decode(),
        "quoted-printable": quopri.encodestring(FIELDS.encode()).decode(),
    }
    assert outcome(told(written[encoding], kind, encoding)) is Outcome.REFUSED


@pytest.mark.parametrize(
    "mail",
    [
        DEAD.replace(b'boundary="REPORT"', b'boundary="OTHER"'),
        DEAD[: DEAD.index(b"User unknown") + 12],
        DEAD.replace(b"Action: failed\r\n", b""),
        DEAD.replace(b"\r\n", b"\r\r\n"),
        DEAD.replace(b"message/delivery-status", b"text/plain"),
    ],
    ids=["boundary", "truncated", "no-action", "doubled-lines", "as-text"],
)
def test_a_damaged_report_is_read_as_far_as_it_goes(mail: bytes) -> None:
    """What announces another boundary, ends early, lacks its action or was rewritten by a gateway still names the dead."""
    assert outcome(mail) is Outcome.REFUSED


def test_a_report_cut_before_its_verdict_kills_nobody() -> None:
    """It failed, and nothing is known of the address."""
    assert outcome(DEAD[: DEAD.index(b"Status:")]) is Outcome.FAILED


def test_a_text_that_is_not_in_its_charset_is_read() -> None:
    """UTF-8 is announced and latin-1 is written."""
    head = "From: MAILER-DAEMON@mx.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n"
    text = "Échec de la remise : boîte aux lettres inconnue."
    assert outcome((head + text).encode("latin-1")) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
        ("delayed", "4.4.1", Outcome.FAILED),
        ("failed", "5.1.1", Outcome.REFUSED),
    ],
)
def test_an_alias_lives_as_long_as_one_behind_it(action: str, status: str, expected: Outcome | None) -> None:
    """Who is reached, or still tried, beside one who is dead keeps their common address; once reached, it did not fail."""
    both = DEAD.replace(b"Final-Recipient:", SECOND.format(action, status).encode())
    assert outcome(both) is expected


def test_an_absence_that_encloses_a_report_says_nothing() -> None:
    """The report is about another letter; one that a person passes on is read."""
    away = PERSON.format("Absente", "auto-replied", DEAD.decode())
    passed_on = PERSON.format("Fwd: Undelivered", "no", DEAD.decode())
    assert [outcome(away.encode()), outcome(passed_on.encode())] == [None, Outcome.REFUSED]


def test_a_delay_of_a_report_says_nothing() -> None:
    """A bounce of a bounce: what the returned one says is not what became of this letter."""
    delay = report("4.4.1", "timed out", action="delayed", quoted=DEAD.decode())
    assert outcome(delay) is None


def test_a_complaint_that_is_enclosed_is_another_s() -> None:
    """Who passes a complaint on has not left; who complains, in base64 too, has."""
    inner = "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
    encoded = base64.encodebytes(b"Feedback-Type: abuse\nVersion: 1\n").decode()
    assert outcome(PERSON.format("Fwd", "no", inner).encode()) is None
    assert outcome(told(encoded, "message/feedback-report", "base64")) is Outcome.STOPPED
