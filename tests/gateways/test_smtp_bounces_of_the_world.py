"""Reports as the mail servers of the world write them: Postfix, Exim, qmail, Exchange, Gmail, and the mailboxes of France."""

from email.message import EmailMessage

import pytest
from smtp_reports import report

from gateways.smtp.bounce import read
from gateways.smtp.bounce_words import Fate

EXIM = "A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\n"
QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n"
)
COPY = "\n\n------ This is a copy of the message, including all the headers. ------\nSubject: spam, mailbox full\n"


@pytest.mark.parametrize(
    ("status", "said", "fate"),
    [
        ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1 NoSuchUser", Fate.DEAD),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [x.outlook.com]", Fate.DEAD),
        ("5.1.1", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", Fate.DEAD),
        ("5.1.1", "User marie (marie@peer.example) not listed in Domino Directory", Fate.DEAD),
        ("5.0.0", "550 <marie@free.example>: User unknown", Fate.DEAD),
        ("5.0.0", "550 Cet utilisateur n'existe pas", Fate.DEAD),
        ("5.0.0", "550 Email address could not be found, or was misspelled (G8)", Fate.DEAD),
        ("5.0.0", "550 Benutzer unbekannt", Fate.DEAD),
        ("5.0.0", "550 El usuario no existe", Fate.DEAD),
        ("5.0.0", "550 Utente sconosciuto", Fate.DEAD),
        ("5.0.0", "550 Onbekende gebruiker", Fate.DEAD),
        ("5.2.2", "552 5.2.2 Boite du destinataire pleine. Recipient mailbox full. OFR_417 [417]", Fate.ALIVE),
        ("5.2.1", "550 5.2.1 Boite du destinataire inactive. Recipient mailbox inactive. OFR_419", Fate.ALIVE),
        ("5.0.0", "550 permanent failure for one or more recipients (marie@peer.example:blocked)", Fate.ALIVE),
        ("5.0.0", "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550", Fate.DEAD),
        ("5.1.0", "Domain peer.example does not accept mail (nullMX)", Fate.DEAD),
        ("5.4.4", "Host or domain name not found. Name service error for name=peer.example: Host not found", Fate.VANISHED),
        ("5.1.2", "DNS Error: 'mx' lookup of peer.example responded with code NXDOMAIN", Fate.VANISHED),
        ("5.0.0", "550 unrouteable address", Fate.VANISHED),
        ("4.0.0", "DNS Error: 'mx' lookup of peer.example responded with code SERVFAIL", Fate.ALIVE),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is inactive. DisabledUser", Fate.ALIVE),
        ("5.7.1", "550 5.7.1 Service refuse. Veuillez essayer plus tard. OFR_506 [506]", Fate.ALIVE),
        ("5.7.1", "550 5.7.1 messages weren't sent: your network is on our block list (S3140)", Fate.ALIVE),
        ("5.7.1", "554 5.7.1 <marie@peer.example>: Relay access denied", Fate.ALIVE),
        ("5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop", Fate.ALIVE),
        ("5.0.0", "550 Verification failed for <retours@foret.example> 550 Sender verify failed", Fate.ALIVE),
        ("4.1.1", "450 4.1.1 Recipient address rejected: unverified address: verification in progress", Fate.ALIVE),
    ],
)  # fmt: skip
def test_a_report_for_machines(status: str, said: str, fate: Fate) -> None:
    """Dead is whom the server does not know; a domain that is gone is believed within bounds; all else is alive."""
    got = read(report(status, said))
    assert got is not None
    assert got.fate is fate


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        (
            EXIM + "  marie@peer.example\n    SMTP error after RCPT TO:\n    550 No such user here" + COPY,
            Fate.DEAD,
        ),
        (EXIM + "  marie@peer.example\n    Unrouteable address" + COPY, Fate.VANISHED),
        (
            EXIM + "  marie@peer.example\n    mailbox is full (quota exceeded while writing)" + COPY,
            Fate.ALIVE,
        ),
        (EXIM + "  marie@peer.example\n    retry timeout exceeded" + COPY, Fate.ALIVE),
        (QMAIL + "<marie@peer.example>:\nSorry, no mailbox here by that name. (#5.1.1)", Fate.DEAD),
        (QMAIL + "<marie@peer.example>:\nRemote host said: 550 5.1.1 User unknown\nGiving up.", Fate.DEAD),
        (
            QMAIL + "<marie@peer.example>:\nI couldn't find any host named peer.example. (#5.1.2)",
            Fate.VANISHED,
        ),
        ("Échec de remise.\n\nL'adresse de messagerie que vous avez entrée est introuvable.", Fate.DEAD),
    ],
)
def test_a_report_for_people(said: str, fate: Fate) -> None:
    """The same where there are only words, and what is returned below them says nothing."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed"
    mail["Auto-Submitted"] = "auto-replied"  # as Exim says of its reports
    mail.set_content(said)
    got = read(mail.as_bytes())
    assert got is not None
    assert got.fate is fate


def test_a_report_that_is_only_a_page() -> None:
    """Where there is HTML and nothing else, what a reader sees of it counts, and what is styled does not."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "MAILER-DAEMON@mx.example", "Undeliverable: Crue"
    page = "<style>.spam{color:red}</style><p>Your message couldn&rsquo;t be delivered. <b>550 5.1.1</b> User unknown</p>"
    mail.set_content(page, subtype="html")
    got = read(mail.as_bytes())
    assert got is not None
    assert (got.fate, got.code) == (Fate.DEAD, "550 5.1.1")


@pytest.mark.parametrize(
    "subject",
    ["Réponse automatique : Crue", "Automatic reply: Flood", "Automatische Antwort: Flut", "Automatisch antwoord: Vloed",
     "Respuesta automática: Crecida", "Risposta automatica: Piena", "Absent du bureau", "Warning: could not send message for 4 hours"],
)  # fmt: skip
@pytest.mark.parametrize("sender", ["postmaster@peer.example", "Mail Delivery <noreply@peer.example>"])
def test_an_absence_in_any_language_says_nothing(subject: str, sender: str) -> None:
    """Nor does a warning that is no giving up, whatever words stand below, and in whichever way the subject is written."""
    said = "550 5.1.1 user unknown was my old address: undeliverable. THIS IS A WARNING MESSAGE ONLY"
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, subject
    mail.set_content(said if subject.startswith("W") else said.partition(" THIS")[0])
    encoded = mail.as_bytes()
    plain = f"From: {sender}\nSubject: {subject}\n\n{mail.get_content()}".encode()
    assert [read(encoded), read(plain)] == [None, None]


@pytest.mark.parametrize(
    "said",
    [
        "Please confirm your message by a click, or it will be returned.",
        "Je suis absent jusqu'au 3. En cas d'erreur, écrivez à l'accueil.",
    ],
)
def test_a_postmasters_robot_that_answers_says_nothing(said: str) -> None:
    """Whoever asks back, or is away, has the letter."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "postmaster@peer.example", "Re: Crue"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(said)
    assert read(mail.as_bytes()) is None
