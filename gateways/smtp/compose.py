"""From a message to the bytes of an e-mail (RFC 5322, MIME), built by the standard library.

What is alike for everybody (subject, sender, body) is built once and kept: a mass mailing is many messages
of one text, and building one takes longer than handing it over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.charset import QP, Charset
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import SMTP, compat32
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from gateways.contract import Message

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # a line end here would begin a header
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_OURS: Final = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "subject", "date", "return-path"),
        *("message-id", "references", "in-reply-to", "list-id", "auto-submitted", "x-auto-response-suppress"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }
)
_LINE: Final = 990  # octets; RFC 5322 allows 998
_CRLF: Final = compat32.clone(linesep="\r\n")
_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every letter of a gateway bears: `name` where the message has no `sender_name`, `list_id` may be empty."""

    address: str
    name: str = ""
    list_id: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def mailbox(address: str) -> str:
    """Bring an address to what an SMTP envelope takes: no blanks, the domain in ASCII.

    Raises `ValueError` where that cannot be: an address with accents before the @ needs SMTPUTF8 (RFC 6531) on
    the whole way, which nobody can promise.
    """
    local, _, domain = address.strip().rpartition("@")
    plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    if not _ADDRESS.fullmatch(plain):
        raise ValueError("this is no e-mail address that can be written to")
    return plain


def compose(message: Message, to: str, letterhead: Letterhead, now_ms: int) -> bytes:
    """Build the e-mail to the mailbox `to`; every line ends with CRLF.

    Raises `ValueError` where the message cannot be written down: a header of its own that is ours to set, or
    half a surrogate pair in its text.
    """
    lines = (_line(name, value) for name, value in _headers(message, to, letterhead, now_ms))
    return b"".join([*lines, _body(message.text, message.html)])


def _headers(message: Message, to: str, letterhead: Letterhead, now_ms: int) -> Iterator[tuple[str, str]]:
    yield "From", _sender(message.sender_name or letterhead.name, letterhead.address)
    yield "To", to
    yield "Subject", message.subject or message.text.partition("\n")[0][:78]
    yield "Date", format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    yield "Message-ID", _identifier(message.reference, letterhead.domain)
    if message.thread:  # nothing bears the thread's own identifier: that all refer to it is what groups them
        yield "References", _identifier(message.thread, letterhead.domain)
    if message.thread and not message.first:
        yield "In-Reply-To", _identifier(message.thread, letterhead.domain)
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: an absence notice must not answer
    yield "X-Auto-Response-Suppress", "All"  # the same, as Exchange spells it
    if letterhead.list_id:
        yield "List-Id", f"<{letterhead.list_id}>"
    yield from _own(message)


def _own(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in message.headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise ValueError(f"a message cannot set the header {name!r}")
        yield name, value


def _identifier(key: str, domain: str) -> str:
    return f"<{re.sub(r'[^A-Za-z0-9._-]', '-', key)}@{domain}>"


@lru_cache(maxsize=64)
def _sender(name: str, address: str) -> str:
    return str(Address(display_name=_CONTROLS.sub(" ", name).strip(), addr_spec=address))


def _line(name: str, value: str) -> bytes:
    """Write one header. ASCII stays as it is: the library would encode a long link, and readers would not follow it."""
    value = _CONTROLS.sub(" ", value).strip()
    if value.isascii() and len(name) + len(value) < _LINE:
        return f"{name}: {value}\r\n".encode("ascii")
    return _folded(name, value)


@lru_cache(maxsize=64)
def _folded(name: str, value: str) -> bytes:
    folded: str = SMTP.header_factory(name, value).fold(policy=SMTP)
    return folded.encode("ascii")


@lru_cache(maxsize=8)
def _body(text: str, html: str) -> bytes:
    """Build the MIME headers and parts, quoted-printable: 7 bits pass through every relay, and stay readable.

    By the library's older classes: the newer ones parse each header they write, which takes three times as long.
    """
    plain = _part(text, "plain")
    mail = MIMEMultipart("alternative", _subparts=[plain, _part(html, "html")]) if html else plain
    return mail.as_bytes(policy=_CRLF).removesuffix(b"\r\n") + b"\r\n"


def _part(text: str, kind: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", kind)
    part.set_payload(text, _UTF8)
    return part
