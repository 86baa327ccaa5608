"""E-mail: what a letter looks like, what a relay's answers mean, and how its connections are kept."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from peers import NOW_MS, Case, letter
from smtp_peer import SmtpPeer

from gateways.contract import Gateway, Message, OptionError, Outcome, Receipt, Surroundings, Trouble
from gateways.loader import load
from gateways.smtp.compose import Letterhead, compose, mailbox
from gateways.smtp.verdict import Answer, Stage, judge

HEAD = Letterhead("alertes@foret.example", name="Alertes", list_id="alertes.foret.example")


@pytest.fixture
async def peer() -> AsyncIterator[SmtpPeer]:
    async with SmtpPeer() as played:
        yield played


@asynccontextmanager
async def mailer(options: dict[str, Any]) -> AsyncIterator[Gateway]:
    gateway = load("courriel", "smtp", options, Surroundings(now_ms=lambda: NOW_MS))
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def send_one(gateway: Gateway, address: str, **changes: Any) -> Receipt:
    [receipt] = [receipt async for receipt in gateway.send([letter(address, **changes)])]
    return receipt


def read(message: Message, letterhead: Letterhead = HEAD) -> EmailMessage:
    mail = compose(message, "marie@peer.example", letterhead, NOW_MS)
    assert mail.endswith(b"\r\n")
    assert mail.count(b"\n") == mail.count(b"\r\n")
    assert mail.isascii()
    return message_from_bytes(mail, policy=default)  # type: ignore[return-value]


# --- the letter -----------------------------------------------------------------------------------------------


def test_a_letter_bears_what_clients_need() -> None:
    """Station, subject, date, identifiers, and that a machine wrote it."""
    mail = read(letter("marie@peer.example", reference="abcDEF12345"))
    assert mail["From"] == "Mairie de Forêt-sur-Eau <alertes@foret.example>"
    assert mail["To"] == "marie@peer.example"
    assert mail["Subject"] == "Crue de la Rivière"
    assert mail["Date"].datetime == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert mail["Message-ID"] == "<abcDEF12345@foret.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "<alertes.foret.example>"
    assert "Precedence" not in mail


def test_a_thread_is_grouped() -> None:
    """All messages of an alert refer to one identifier; those after the first answer it."""
    first, later = read(letter("m@peer.example")), read(letter("m@peer.example", first=False))
    assert first["References"] == later["References"] == "<alert-7@foret.example>"
    assert (first["In-Reply-To"], later["In-Reply-To"]) == (None, "<alert-7@foret.example>")
    assert "References" not in read(letter("m@peer.example", thread=""))


def test_text_and_html_are_alternatives() -> None:
    """The plain text is kept beside the HTML, each as it was written, and alone where there is none."""
    both = read(letter("m@peer.example", html="<p>Crue</p>\n"))
    assert both.get_content_type() == "multipart/alternative"
    plain, html = both.iter_parts()
    assert plain.get_content().splitlines() == ["Crue : montez à l’étage.", "Évitez le quai."]
    assert html.get_content().splitlines() == ["<p>Crue</p>"]
    assert read(letter("m@peer.example")).get_content_type() == "text/plain"


@pytest.mark.parametrize("field", ["subject", "sender_name", "reference", "thread"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x00"])
def test_no_header_can_be_slipped_in(field: str, end: str) -> None:
    """A line end in a subject, a name or a key begins no header and no body."""
    evil = f"Crue{end}Bcc: autre@peer.example{end}{end}é"
    mail = read(letter("m@peer.example", **{field: evil}))
    assert "Bcc" not in mail
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().startswith("Crue : montez")


def test_no_header_can_be_slipped_in_by_a_header() -> None:
    """A line end in an extra header's value begins no other header."""
    mail = read(
        letter("m@peer.example", headers={"List-Unsubscribe": "<https://a.example>\r\nBcc: x@y.example"})
    )
    assert "Bcc" not in mail


@pytest.mark.parametrize("name", ["Bcc", "FROM", "X: y\r\nBcc", "", "Subject", "Content-Type"])
def test_a_message_cannot_set_our_headers(name: str) -> None:
    """What identifies and addresses a letter is the gateway's to write."""
    with pytest.raises(ValueError, match="cannot set the header"):
        compose(letter("m@peer.example", headers={name: "x"}), "m@peer.example", HEAD, NOW_MS)


def test_a_long_link_stays_whole() -> None:
    """A link to unsubscribe is neither encoded nor broken: mail programs follow it as it stands."""
    link = "<https://mairie.example/d/" + "x" * 200 + ">"
    mail = compose(
        letter("m@peer.example", headers={"List-Unsubscribe": link}), "m@peer.example", HEAD, NOW_MS
    )
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in mail


@pytest.mark.parametrize(
    "address", ["", "marie", "@peer.example", "a b@peer.example", "a@b@c", "a@x>\r\nDATA", "é@peer.example"]
)
def test_no_address_breaks_the_envelope(address: str) -> None:
    """What is no plain e-mail address is refused before anything is written."""
    with pytest.raises(ValueError, match=r".+"):
        mailbox(address)


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    """An internationalised domain is looked up by its ASCII form."""
    assert mailbox("marie@forêt.example") == "marie@xn--fort-ipa.example"


async def test_an_unwritable_message_fails_alone(peer: SmtpPeer) -> None:
    """A message that cannot be written down fails without a connection."""
    async with mailer(peer.options(5)) as gateway:
        receipt = await send_one(gateway, "personne")
    assert (receipt.outcome, peer.connections) == (Outcome.FAILED, 0)


async def test_dots_arrive_as_written(peer: SmtpPeer) -> None:
    """A line that is a dot ends no message, and lines that begin with dots keep them."""
    text = ".\n..\n.fin\nsuite"
    async with mailer(peer.options(5)) as gateway:
        assert (await send_one(gateway, await peer.play(Case.ACCEPT), text=text)).outcome is Outcome.ACCEPTED
    received = message_from_bytes(peer.mails[0].replace(b"\r\n..", b"\r\n."), policy=default)
    assert received.get_content().rstrip("\n").splitlines() == text.splitlines()  # type: ignore[attr-defined]


# --- what answers mean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "code", "text", "outcome", "trouble"),
    [
        (Stage.PAYLOAD, 250, "2.0.0 Ok: queued as 4WX", Outcome.ACCEPTED, None),
        (Stage.RECIPIENT, 550, "5.1.1 User unknown", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "5.1.10 Null MX", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 553, "5.1.3 Bad address syntax", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 551, "5.1.6 Moved", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "No such user here", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "Mailbox does not exist", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "Requested action not taken", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.1.2 Domain not found", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.1.11 Another word", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.7.1 Unknown user or relaying denied", Outcome.FAILED, None),
        (Stage.RECIPIENT, 552, "5.2.2 Mailbox full", Outcome.FAILED, None),
        (Stage.RECIPIENT, 554, "No such user", Outcome.FAILED, None),
        (Stage.PAYLOAD, 550, "5.1.1 User unknown", Outcome.FAILED, None),
        (Stage.PAYLOAD, 554, "5.6.0 Content rejected", Outcome.FAILED, None),
        (Stage.RECIPIENT, 450, "4.2.1 Greylisted", Outcome.RETRY, None),
        (Stage.RECIPIENT, 452, "4.2.2 Mailbox quota: limit exceeded", Outcome.RETRY, None),
        (Stage.RECIPIENT, 450, "4.7.1 Too many messages", Outcome.THROTTLED, Trouble.QUOTA),
        (Stage.GREETING, 421, "Too many connections", Outcome.THROTTLED, Trouble.QUOTA),
        (Stage.GREETING, 554, "No SMTP service here", Outcome.RETRY, Trouble.PROVIDER),
        (Stage.SENDER, 530, "5.7.0 Authentication required", Outcome.RETRY, Trouble.CREDENTIALS),
        (Stage.SENDER, 553, "5.1.8 Sender domain unknown", Outcome.RETRY, Trouble.SENDER),
        (Stage.SENDER, 552, "5.3.4 Message too large", Outcome.FAILED, None),
        (Stage.START, 250, "What?", Outcome.RETRY, Trouble.PROVIDER),
    ],
)  # fmt: skip
def test_only_a_word_of_the_table_marks_an_address_dead(
    stage: Stage, code: int, text: str, outcome: Outcome, trouble: Trouble | None
) -> None:
    """An answer is judged by where it came, its code and its enhanced code; policy and doubt kill no address."""
    receipt = judge("ref", Answer(stage, code, text))
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert receipt.code.startswith(str(code))
    assert (receipt.retry_after_s is not None) is (outcome is Outcome.THROTTLED)


async def test_the_queue_identifier_is_kept(peer: SmtpPeer) -> None:
    """The relay's own word for the message is kept, bounded, so that its administrator can find it."""
    long = await peer.play(Case.ACCEPT)
    peer.verdicts[long] = b"250 2.0.0 queued as " + b"x" * 1000
    async with mailer(peer.options(5)) as gateway:
        short = await send_one(gateway, await peer.play(Case.ACCEPT))
        assert short.provider_ref == "2.0.0 Ok: queued as 4WXYZ"
        assert len((await send_one(gateway, long)).provider_ref) == 200


# --- the connections ------------------------------------------------------------------------------------------


async def test_connections_are_kept(peer: SmtpPeer) -> None:
    """Messages of one batch and the next share the few connections of the pool."""
    async with mailer(peer.options(5) | {"pool": 3}) as gateway:
        for _ in range(3):
            batch = [letter(await peer.play(Case.ACCEPT)) for _ in range(9)]
            assert {receipt.outcome async for receipt in gateway.send(batch)} == {Outcome.ACCEPTED}
    assert peer.connections == 3
    assert peer.commands.count(b"QUIT") == 3


async def test_an_envelope_that_led_nowhere_is_forgotten(peer: SmtpPeer) -> None:
    """After a refused recipient the same connection takes the next message."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.REFUSE))
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 1
    assert b"RSET" in peer.commands


async def test_a_connection_closed_while_idle_is_replaced(peer: SmtpPeer) -> None:
    """A server that hung up on an idle connection costs no message and no retry."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        peer.hang_up()
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 2


async def test_a_connection_used_up_is_replaced_at_once(peer: SmtpPeer) -> None:
    """421 on a connection that served before is said of the connection; the message goes by a new one, once."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        spent = await peer.play(Case.ACCEPT)
        peer.answers[spent] = b"421 4.7.0 Enough for this connection"
        receipt = await send_one(gateway, spent)
    assert (receipt.outcome, peer.connections) == (Outcome.RETRY, 2)  # the new one says it too: no third


async def test_a_tear_before_the_message_is_tried_again_at_once(peer: SmtpPeer) -> None:
    """A kept connection that breaks during the envelope is replaced once: nothing of the message was written."""
    async with mailer(peer.options(5) | {"pool": 1}) as gateway:
        await send_one(gateway, await peer.play(Case.ACCEPT))
        receipt = await send_one(gateway, await peer.play(Case.TEAR_BEFORE))
    assert (receipt.outcome, receipt.trouble, peer.connections) == (Outcome.RETRY, Trouble.CONNECTION, 2)


async def test_a_tear_after_the_message_is_never_tried_again(peer: SmtpPeer) -> None:
    """What may have been taken is not written a second time."""
    async with mailer(peer.options(5)) as gateway:
        torn = await peer.play(Case.TEAR_AFTER)
        assert (await send_one(gateway, torn)).outcome is Outcome.UNKNOWN
    assert peer.taken == [torn]


async def test_a_batch_meets_an_absent_server_once(peer: SmtpPeer) -> None:
    """After one refused log-in the rest of a batch is not tried one by one: accounts are locked for less."""
    await peer.play(Case.CREDENTIALS)
    async with mailer(peer.options(5) | {"pool": 2}) as gateway:
        batch = [letter("marie@peer.example") for _ in range(50)]
        got = [receipt async for receipt in gateway.send(batch)]
    assert {receipt.trouble for receipt in got} == {Trouble.CREDENTIALS}
    assert peer.connections == 2


async def test_stopping_early_closes_what_was_underway(peer: SmtpPeer) -> None:
    """A conversation that is broken off is closed, not handed to the next message."""
    async with mailer(peer.options(30) | {"pool": 1}) as gateway:
        asking = asyncio.ensure_future(send_one(gateway, await peer.play(Case.HANG_AFTER)))
        await peer.got_data.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await send_one(gateway, await peer.play(Case.ACCEPT))).outcome is Outcome.ACCEPTED
    assert peer.connections == 2


async def test_a_server_that_greets_with_a_refusal_is_in_trouble(peer: SmtpPeer) -> None:
    """A refusal on connecting is the account's matter, and fails no message."""
    peer.greeting = b"554 5.7.1 You are on a list"
    async with mailer(peer.options(5)) as gateway:
        receipt = await send_one(gateway, await peer.play(Case.ACCEPT))
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.PROVIDER)


# --- TLS ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(signed.public_bytes(pem) + secret)
    return path


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


async def test_mail_is_never_sent_in_clear_instead(peer: SmtpPeer) -> None:
    """A server that offers no STARTTLS gets neither the password nor a message."""
    async with mailer(peer.options(5) | {"tls": "starttls"}) as gateway:
        receipt = await send_one(gateway, await peer.play(Case.ACCEPT))
    assert (receipt.outcome, receipt.trouble) == (Outcome.RETRY, Trouble.TLS)
    assert not [command for command in peer.commands if command.startswith((b"AUTH", b"MAIL"))]


# --- options --------------------------------------------------------------------------------------------------

GOOD = {"host": "relais.example", "from_address": "a@foret.example"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"tls": "none", "username": "m", "password": "p4ssw0rd"},
            "tls: a password must not cross a network in clear",
        ),
        ({"username": "m"}, "password: is missing beside username"),
        (
            {"username": "m", "password": "p4ssw0rd", "password_file": "/nowhere"},
            "keep either password or password_file",
        ),
        ({"password_file": "/nowhere/at/all"}, "password_file: /nowhere/at/all cannot be read"),
        ({"from_address": "Mairie <a@foret.example>"}, "from_address: write one e-mail address"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem holds no certificates"),
        ({"pool": 0}, "pool: "),
        ({"timeout_s": 0}, "timeout_s: "),
        ({"hots": "x"}, "hots: is not an option of this driver"),
    ],
)
def test_a_bad_option_is_named(changes: dict[str, Any], said: str) -> None:
    """An option that cannot be used is named with its table, and the password is not repeated."""
    with pytest.raises(OptionError) as caught:
        load("courriel", "smtp", GOOD | changes, Surroundings(now_ms=lambda: NOW_MS))
    assert str(caught.value).startswith("[gateways.courriel] ")
    assert said in str(caught.value)
    assert "p4ssw0rd" not in str(caught.value)


async def test_a_password_may_live_in_a_file(peer: SmtpPeer, tmp_path: Path) -> None:
    """The first line of password_file is the password."""
    (tmp_path / "secret").write_text("correct-horse\n", encoding="utf-8")
    options = {key: value for key, value in peer.options(5).items() if key != "password"}
    async with mailer(options | {"password_file": tmp_path / "secret"}) as gateway:
        assert (await gateway.check()).outcome is Outcome.ACCEPTED
    assert b"AUTH PLAIN AG1haXJpZQBjb3JyZWN0LWhvcnNl" in peer.commands
