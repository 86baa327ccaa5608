"""From a message to the bytes of an e-mail (RFC 5322, MIME).

What is alike for everybody (subject, sender, body but for personal words: `gateways.smtp.body`) is built once and
kept: a mass mailing is many messages of one text, and building one takes longer than handing it over.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from gateways.contract import Message
from gateways.smtp.body import body
from gateways.smtp.returns import Returns

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # a line end here would begin a header
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_OURS: Final = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "subject", "date", "return-path"),
        *("message-id", "references", "in-reply-to", "auto-submitted", "x-auto-response-suppress"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }
)
_LINE: Final = 990  # octets; RFC 5322 allows 998
_LIST: Final = "List-Id"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every letter of a gateway bears: `name` where the message has no `sender_name`, `list_id` may be empty.

    Without `returns`, letters come back to `address` itself.
    """

    address: str
    name: str = ""
    list_id: str = ""
    returns: Returns | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def envelope(self, reference: str) -> str:
        """The envelope's sender for a delivery."""
        return self.address if self.returns is None else self.returns.envelope(reference)

    def identifier(self, reference: str) -> str:
        """The Message-ID of a delivery's letter: signed, for reports that quote nothing else."""
        key = reference if self.returns is None else self.returns.key(reference) or reference
        return _identifier(key, self.domain)


def mailbox(address: str) -> str:
    """Bring an address to what an SMTP envelope takes: no blanks, the domain in ASCII.

    Raises `ValueError` where that cannot be: an address with accents before the @ needs SMTPUTF8 (RFC 6531) on
    the whole way, which nobody can promise.
    """
    local, _, domain = address.strip().rpartition("@")
    plain = f"{local}@{_ascii(domain)}"
    if not _ADDRESS.fullmatch(plain):
        raise ValueError("this is no e-mail address that can be written to")
    return plain


@lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    return domain.encode("idna").decode("ascii")


def compose(message: Message, to: str, letterhead: Letterhead, now_ms: int) -> bytes:
    """Build the e-mail to the mailbox `to`; every line ends with CRLF.

    Raises `ValueError` where the message cannot be written down: a header of its own that is ours to set, or
    half a surrogate pair in its text.
    """
    subject = message.subject or message.text.partition("\n")[0][:78]
    shared = _shared(letterhead, message.sender_name, subject, message.thread, message.first)
    identifier = letterhead.identifier(message.reference)
    own = f"To: {to}\r\nDate: {_date(now_ms // 1000)}\r\nMessage-ID: {identifier}\r\n".encode("ascii")
    lines = [_line(name, value) for name, value in message.headers.items() if _may_set(name)]
    if letterhead.list_id and _LIST not in message.headers:
        lines.append(_line(_LIST, f"<{letterhead.list_id}>"))
    return b"".join([shared, own, *lines, body(message.text, message.html, message.personal)])


@lru_cache(maxsize=64)
def _may_set(name: str) -> bool:
    """Always true. Raises `ValueError` for what is ours to set, or is no header's name."""
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise ValueError(f"a message cannot set the header {name!r}")
    return True


@lru_cache(maxsize=64)
def _shared(letterhead: Letterhead, name: str, subject: str, thread: str, first: bool) -> bytes:
    """The headers that all letters of one text have."""
    listed = {"From": _sender(name or letterhead.name, letterhead.address), "Subject": subject}
    if thread:  # nothing bears the thread's own identifier: that all refer to it is what groups them
        listed["References"] = _identifier(thread, letterhead.domain)
    if thread and not first:
        listed["In-Reply-To"] = listed["References"]
    listed["Auto-Submitted"] = "auto-generated"  # RFC 3834: an absence notice must not answer
    listed["X-Auto-Response-Suppress"] = "All"  # the same, as Exchange spells it
    return b"".join(_line(*header) for header in listed.items())


@lru_cache(maxsize=4)
def _date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def _identifier(key: str, domain: str) -> str:
    if not (key.isascii() and key.isalnum()):
        key = re.sub(r"[^A-Za-z0-9._-]", "-", key)
    return f"<{key}@{domain}>"


@lru_cache(maxsize=64)
def _sender(name: str, address: str) -> str:
    return str(Address(display_name=_CONTROLS.sub(" ", name).strip(), addr_spec=address))


def _line(name: str, value: str) -> bytes:
    """Write one header. ASCII stays as it is: the library would encode a long link, and readers would not follow it."""
    if not value.isprintable():
        value = _CONTROLS.sub(" ", value)
    value = value.strip()
    if value.isascii() and len(name) + len(value) < _LINE:
        return f"{name}: {value}\r\n".encode("ascii")
    return _folded(name, value)


@lru_cache(maxsize=64)
def _folded(name: str, value: str) -> bytes:
    folded: str = SMTP.header_factory(name, value).fold(policy=SMTP)
    return folded.encode("ascii")
