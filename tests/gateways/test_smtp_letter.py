"""What a letter looks like, and that nothing in it can pass for a header."""

import datetime as dt
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from peers import NOW_MS, letter

from gateways.contract import Message
from gateways.smtp.compose import Letterhead, compose, mailbox

HEAD = Letterhead("alertes@foret.example", name="Alertes", list_id="alertes.foret.example")


def read(message: Message, letterhead: Letterhead = HEAD) -> EmailMessage:
    mail = compose(message, "marie@peer.example", letterhead, NOW_MS)
    assert mail.endswith(b"\r\n")
    assert mail.count(b"\n") == mail.count(b"\r\n")
    assert mail.isascii()
    return message_from_bytes(mail, policy=default)  # type: ignore[return-value]


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


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"), max_size=400)


@given(before=TEXTS, between=TEXTS, after=TEXTS)
@example(before=" \n.", between="=\n", after=".\n..")
@example(before="\ue010 ", between="é" * 80, after="a" * 90)
def test_personal_words_change_nothing_else(before: str, between: str, after: str) -> None:
    """What is read is what was written, for the first reader and for the next, whose codes stand in the same text."""
    for code, leaving in (("abcDEF12345", "ghiJKL67890"), ("zyxWVU54321", "tsrQPO09876")):
        text = f"{before}{code}{between}{leaving}/{code}{after}"
        mail = read(letter("m@peer.example", text=text, html=f"<p>{text}", personal=(code, leaving)))
        for part, written in zip(mail.iter_parts(), (text, f"<p>{text}"), strict=True):
            assert part.get_content().replace("\r\n", "\n").rstrip("\n") == written.rstrip("\n")


def test_a_station_s_list_is_named_before_the_gateway_s() -> None:
    """A letter that names its own list bears that name alone; another bears the gateway's."""
    own = read(letter("m@peer.example", headers={"List-Id": "Forêt <foret.alerte.example>"}))
    assert own.get_all("List-Id") == ["Forêt <foret.alerte.example>"]
    assert read(letter("m@peer.example"))["List-Id"] == "<alertes.foret.example>"


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
