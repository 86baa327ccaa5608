"""Whatever a stranger, a provider or a spreadsheet brings, a parser answers or refuses in its own words: nothing else is ever raised.

What has laws of its own is tried in its own file, too: zones, rules, keys, SMS, receipts.
"""

import json
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd import catalogue
from alertd.backup import parcel
from alertd.backup.lines import Pen
from alertd.catalogue.replies import Meaning
from alertd.cli import contour
from alertd.errors import AlertdError
from alertd.keys import canonical_email
from alertd.model import Mode, Station
from alertd.schedule import agenda, holidays, recurrence, stamps, texts
from alertd.stations import opening
from alertd.stations.streets import table as streets
from alertd.subscribe import addresses, class_list, table
from alertd.web.api import documents
from alertd.web.residents import quiet_form
from alertd.web.writing import local
from gateways import subscription, telephone
from gateways.fcm import verdict as fcm
from gateways.ovh import verdict as ovh
from gateways.smtp import bounce
from gateways.twilio import verdict as twilio
from gateways.vonage import verdict as vonage

PARIS = ZoneInfo("Europe/Paris")
BRAS = Station(1, "bras", "Bras", "commune", Mode.TRAINING, "Europe/Paris", "FR", "fr", 49.2, 5.3)
REPLIES = catalogue.load().replies
WORDS = (
    "\n", "\r\n", ";", ",", "\t", '"', "'", "\0", "\x1a", "\ufeff", "\u2028", "é", "̂", "🛑", "{", "}", "[", "]", ":", "=", "-", "+", "/", "\\", "?", "<", ">",
    "0", "1", "9" * 30, "-1", "1e999", "NaN", "null", "true", "2026-03-29T02:30", "29/03/2026", "31/02/2026", "24:00", "Europe/Paris",
    "enfant", "classe", "slug;name;lat;lon", "numero", "voie", "phone", "STOP", "arrêt", "0692123456", "+33612345678", "@",
    "FREQ=DAILY", "RRULE:", "UNTIL=", "COUNT=", "BYDAY=MO", "public:57", "school:B", "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:",
    "Content-Type: multipart/report; boundary=x", "--x", "Final-Recipient: rfc822;", "Status: 5.1.1", "Action: failed",
    "Content-Type: text/html", "<style ", "=?utf-8?b?", "geometry", "coordinates", "type", "Polygon", '{"id":1,"what":"erased","at":2}',
)  # fmt: skip
"""What parsers look for, and what trips them."""

typed = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=60).map("".join)
raw = typed.map(partial(str.encode, errors="surrogatepass")) | st.binary(max_size=400)


def all_of(read):
    """Of a parser that gives one thing after the other, the first thousand."""
    return lambda text: list(islice(read(text), 1_000))


def quiet(text):
    return quiet_form.read({"quiet": text, "from": text, "to": text, "until": text}, "Europe/Paris", 0)


TEXTS = {
    "replies": (REPLIES.meant, ()),
    "class list": (class_list.read, AlertdError),
    "table of stations": (opening.read, AlertdError),
    "table of streets": (all_of(lambda text: streets.rows(text, BRAS)), AlertdError),
    "list of subscribers": (all_of(table.rows), AlertdError),
    "menus": (lambda text: texts.read_texts(text, 400), AlertdError),
    "telephone number": (lambda text: addresses.read_phone(text, "FR"), ()),
    "mail address": (canonical_email, (AlertdError, ValueError)),
    "calendar": (lambda text: agenda.read_event(text, BRAS), AlertdError),
    "rule": (
        lambda text: recurrence.read_recurrence(text, datetime(2026, 1, 1, 7), PARIS),  # noqa: DTZ001
        AlertdError,
    ),
    "days left out": (holidays.read_skips, AlertdError),
    "stamp": (lambda text: stamps.read_stamp(text, "from"), AlertdError),
    "date": (lambda text: stamps.read_date(text, "from"), AlertdError),
    "local stamp": (lambda text: stamps.read_local(text, "from"), AlertdError),
    "time zone": (stamps.read_zone, AlertdError),
    "local time of a form": (lambda text: local.read_local(text, BRAS), (ValueError, OverflowError)),
    "quiet hours": (quiet, AlertdError),
    "browser's subscription": (subscription.Subscription.read, ValueError),
    "base64url": (subscription.decoded, ValueError),
    "call-back address": (telephone.asked, ()),
    "Twilio's answer": (twilio.read, ()),
}
BYTES = {
    "bounce": (bounce.read, ()),
    "API document": (documents.parse, AlertdError),
    "file of streets": (streets.decode, AlertdError),
    "file of subscribers": (table.decode, AlertdError),
    "Google's answer": (fcm.read, ()),
    "OVHcloud's answer": (lambda body: ovh.read(200, body, "soon"), ()),
    "Vonage's answer": (vonage.read, ()),
}
FILES = {
    "contour": (contour.read, AlertdError),
    "backup": (lambda file: parcel.unpack(file, file.parent / "into"), AlertdError),
}


def answers(read, refusals, given_):
    """A refusal is one of these, and has its sentence."""
    refused = ""
    try:
        read(given_)
    except refusals as error:
        refused = str(error) or "nothing"
    assert refused != "nothing"


@pytest.mark.parametrize("parser", TEXTS)
@settings(max_examples=60, deadline=None)
@given(text=typed)
def test_a_parser_of_text_answers_or_refuses(parser, text):
    """Typed, pasted, or sent by a program: no text breaks what reads it."""
    answers(*TEXTS[parser], text)


@pytest.mark.parametrize("parser", BYTES)
@settings(max_examples=60, deadline=None)
@given(content=raw)
def test_a_parser_of_bytes_answers_or_refuses(parser, content):
    """Uploaded, or answered by a provider: no bytes break what reads them."""
    answers(*BYTES[parser], content)


@pytest.mark.parametrize("parser", FILES)
@settings(max_examples=60, deadline=None)
@given(content=raw)
def test_a_parser_of_files_answers_or_refuses(parser, content, tmp_path_factory):
    """Whatever is in the file."""
    file = tmp_path_factory.mktemp("given") / "file"
    (file.parent / "into").mkdir()
    file.write_bytes(content)
    answers(*FILES[parser], file)


@settings(max_examples=60, deadline=None)
@given(content=raw)
def test_a_journal_of_departures_keeps_what_can_be_read(content, tmp_path_factory):
    """Lines that are none are passed over, and a good one after them is read."""
    folder = tmp_path_factory.mktemp("journal")
    good = json.dumps({"what": "erased", "id": 7, "at": 2, "subscriber_id": 3})
    (file := folder / "departures-a.jsonl").write_bytes(content + b"\n" + good.encode() + b"\n")
    assert 7 in {each.departure.id for each in Pen({"": b"key"}).read(file)}


@given(text=typed)
def test_a_reply_means_what_a_reply_can_mean(text):
    """What only helps to tell is never told."""
    assert REPLIES.meant(text) not in {Meaning.STOP_ALONE, Meaning.MESSAGES}


def test_a_field_without_an_end_is_told():
    """Longer than the csv module takes: a sentence about the table, not a traceback."""
    with pytest.raises(AlertdError, match="cannot be read as CSV"):
        opening.read("slug;name;lat;lon\n" + "x" * 140_000)


@pytest.mark.parametrize(
    "hostile", ["<style ", "<style>", "<", "&", "Final-Recipient: ", "\n ", '"', "=?utf-8?q?"]
)
def test_a_letter_made_to_go_round_in_circles_is_read_to_its_end(hostile):
    """What begins forty thousand times and never ends is no report, and holds nobody up."""
    mail = b"Content-Type: text/html\n\n" + hostile.encode() * 40_000
    assert bounce.read(mail) is None
