"""A letter's MIME headers and parts (RFC 2045, 2046), quoted-printable: 7 bits pass through every relay and stay readable.

A body is built once for all letters that differ in nothing but their personal words, the codes in their links, which
are then filled in. In quoted-printable a blank stands on a line of its own between soft line breaks, which are
nothing to a reader: so it is never broken, and what is filled in never makes a line too long.
"""

import re
import secrets
from collections.abc import Iterator
from email import quoprimime
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from functools import lru_cache
from typing import Final

_MARKS: Final = "\ue010\ue011\ue012\ue013"  # where a text has a personal word: private-use characters
_WORD: Final = re.compile(r"[A-Za-z0-9]{4,64}")
_SALT: Final = f"blank{secrets.token_hex(12)}"  # no text has it: it is this process's secret
_BLANK: Final = re.compile(rf"{_SALT}(\d)".encode())
_CRLF: Final = compat32.clone(linesep="\r\n")


def body(text: str, html: str, personal: tuple[str, ...]) -> bytes:
    """The MIME headers and parts of a letter; every line ends with CRLF.

    Raises `ValueError` where the text cannot be written down: half a surrogate pair.
    """
    words = _words(text + html, personal)
    for mark, word in zip(_MARKS, words, strict=False):
        text, html = text.replace(word, mark), html.replace(word, mark)
    pieces, blanks = _form(text, html, _MARKS[: len(words)])
    filled = list(pieces)
    filled[1::2] = [words[blank].encode() for blank in blanks]
    return b"".join(filled)


def _words(text: str, personal: tuple[str, ...]) -> tuple[str, ...]:
    """Those that can be filled in; none where the text has our marks already, which no one writes."""
    plain = all(map(_WORD.fullmatch, personal)) and len(personal) <= len(_MARKS)
    return personal if plain and not any(mark in text for mark in _MARKS) else ()


@lru_cache(maxsize=32)
def _form(text: str, html: str, marks: str) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """The pieces, each second of them to be filled in; and which word goes there."""
    plain = _part(text, "plain", marks)
    mail = MIMEMultipart("alternative", _subparts=[plain, _part(html, "html", marks)]) if html else plain
    written = mail.as_bytes(policy=_CRLF).removesuffix(b"\r\n") + b"\r\n"
    pieces = _BLANK.split(written)
    return tuple(pieces), tuple(int(blank) for blank in pieces[1::2])


def _part(text: str, kind: str, marks: str) -> MIMENonMultipart:
    """By the library's older classes: the newer ones parse each header they write, which takes three times as long."""
    part = MIMENonMultipart("text", kind, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload("".join(_encoded(text, marks)))
    return part


def _encoded(text: str, marks: str) -> Iterator[str]:
    """Quoted-printable, with a line of its own for each blank."""
    for piece in re.split(f"([{marks}])", text) if marks else (text,):
        if piece and piece in marks:
            yield f"=\n{_SALT}{marks.index(piece)}=\n"
        elif piece:
            yield quoprimime.body_encode(piece.encode().decode("latin-1"))
