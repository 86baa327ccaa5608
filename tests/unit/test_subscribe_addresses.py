"""Addresses: one canonical form for each."""

import json

import pytest

from alertd.errors import Refused
from alertd.model import ALL_TOPICS, AddressKind, Channel
from alertd.subscribe import topics
from alertd.subscribe.addresses import canonical, kind_of, phone_address, read_phone

VOICE, SMS, EMAIL, PUSH, DISPLAY = Channel.VOICE, Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.DISPLAY


@pytest.mark.parametrize(
    ("typed", "region", "e164"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("+32 470 12 34 56", "FR", "+32470123456"),
        ("0692 12 34 56", "RE", "+262692123456"),
        ("0690 30 12 34", "GP", "+590690301234"),
        ("0694 20 12 34", "GF", "+594694201234"),
        ("0696 20 12 34", "MQ", "+596696201234"),
        ("0639 01 23 45", "YT", "+262639012345"),
        ("0639 12 34 56", "YT", "+262639123456"),
        ("0691 12 34 56", "GP", "+590691123456"),
        ("+596 697 99 88 77", "FR", "+596697998877"),
        ("75 12 34", "NC", "+687751234"),
        ("87 12 34 56", "PF", "+68987123456"),
        ("55 12 34", "PM", "+508551234"),
        ("82 12 34", "WF", "+681821234"),
    ],
)
def test_a_mobile_number_has_one_form_however_it_is_typed(typed, region, e164):
    """In its own region, overseas ones included, and those of blocks that were given out lately."""
    assert canonical(SMS, typed, region) == e164


def test_an_overseas_number_typed_nationally_needs_its_own_region():
    """0692 is a mobile of La Réunion, and nothing in France."""
    assert read_phone("0692123456", "RE").valid
    abroad = read_phone("0692123456", "FR")
    assert (abroad.valid, abroad.possible) == (False, True)
    with pytest.raises(Refused):
        canonical(SMS, "0692123456", "FR")


@pytest.mark.parametrize("nobodys", ["06 39 98 00 00", "+33639989999", "0700000000"])
def test_nobodys_numbers_pass_only_where_they_are_let(nobodys):
    """ARCEP's numbers for fiction are possible, not valid."""
    phone = read_phone(nobodys, "FR")
    assert (phone.valid, phone.possible, phone.fiction) == (False, True, True)
    assert canonical(SMS, nobodys, "FR", fiction=True) == phone.e164
    with pytest.raises(Refused):
        canonical(SMS, nobodys, "FR")


def test_fiction_lets_no_other_number_pass():
    """A wrong number stays wrong on a training station."""
    with pytest.raises(Refused):
        canonical(SMS, "0692123456", "FR", fiction=True)


def test_a_fixed_line_is_called_not_texted():
    """Its channel is voice."""
    assert phone_address("03 29 12 34 56", "FR") == (VOICE, "+33329123456")
    assert canonical(VOICE, "0612345678", "FR") == "+33612345678"
    with pytest.raises(Refused) as refusal:
        canonical(SMS, "0329123456", "FR")
    assert refusal.value.code == "phone_not_mobile"


@pytest.mark.parametrize("costly", ["0899123456", "0800123456", "+33825123456"])
def test_a_number_that_costs_is_nobodys_home(costly):
    """A premium or toll-free number cannot subscribe: each alert would pay its owner."""
    with pytest.raises(Refused) as refusal:
        canonical(VOICE, costly, "FR")
    assert refusal.value.code == "phone_costly"


@pytest.mark.parametrize("wrong", ["", "abc", "12", "+", "0" * 3000, "061234567", "+33612345678901"])
def test_what_is_no_number_is_refused(wrong):
    """However long or short."""
    with pytest.raises(Refused):
        canonical(SMS, wrong, "FR")


def test_an_e_mail_address_is_in_small_letters():
    """And what servers would not take is refused."""
    assert canonical(EMAIL, " Marie.Dupont@Example.ORG ", "FR") == "marie.dupont@example.org"
    with pytest.raises(Refused) as refusal:
        canonical(EMAIL, "a@b\r\nBcc: c@d.fr", "FR")
    assert refusal.value.code == "email_invalid"


@pytest.mark.parametrize(
    ("channel", "wrong"),
    [
        (PUSH, "http://127.0.0.1/x"),
        (PUSH, "file:///etc/passwd"),
        (PUSH, ""),
        (PUSH, "a\nb"),
        (DISPLAY, "a b"),
    ],
)
def test_a_push_address_is_no_way_into_the_house(channel, wrong):
    """Only https, or a registration without an address."""
    with pytest.raises(Refused) as refusal:
        canonical(channel, wrong, "FR")
    assert refusal.value.code == "address_invalid"


def test_a_browser_has_one_address():
    """However its subscription is written down, it is one address; one that nothing can be encrypted for is refused."""
    key = (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"  # RFC 8291
    )
    keys = {"p256dh": key, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}
    typed = {"endpoint": "https://FCM.googleapis.com/fcm/x", "expirationTime": None, "keys": keys}
    address = canonical(PUSH, json.dumps(typed), "FR")
    assert address == canonical(PUSH, address, "FR")
    assert json.loads(address) == {"endpoint": "https://fcm.googleapis.com/fcm/x", "keys": keys}
    for spoilt in ({"p256dh": key[:-4] + "AAAA"}, {"auth": "AA"}):
        with pytest.raises(Refused):
            canonical(PUSH, json.dumps(typed | {"keys": keys | spoilt}), "FR")


def test_topics_are_bits_and_none_means_all():
    """Words come back in the order of their bits; a misspelt one is named."""
    bits = {"fire": 0, "bus": 1, "flood": 2}
    assert topics.mask(bits, ()) == ALL_TOPICS
    assert topics.mask(bits, ("flood", "fire", "fire")) == 0b101
    assert topics.words(bits, 0b101) == ("fire", "flood")
    assert topics.words(bits, ALL_TOPICS) == ()
    with pytest.raises(Refused, match="'dragons'"):
        topics.mask(bits, ("dragons",))


FID = "fXk3gPqzR0mVbN2wLd8aYc"
TOKEN = f"cRe2JqQ-TkO:APA91b{'A' * 130}"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (FID, f"fid:{FID}"),
        (f" fid:{FID}\n", f"fid:{FID}"),
        (TOKEN, f"token:{TOKEN}"),
        (f"token:{TOKEN}", f"token:{TOKEN}"),
    ],
)
def test_a_phones_registration_has_one_form_and_its_own_kind(written, kept):
    """As the app was given it, or with its word: one address, which another gateway speaks to than a browser's."""
    assert canonical(Channel.PUSH, written, "FR") == kept
    assert kind_of(Channel.PUSH, kept) is AddressKind.APP
    assert kind_of(Channel.PUSH, '{"endpoint":"https://fcm.googleapis.com/x"}') is AddressKind.USUAL
    assert kind_of(Channel.EMAIL, "fid:x@mairie.example") is AddressKind.USUAL


@pytest.mark.parametrize("written", ["fid:short", "fid:", "token:", "token:a b c", f"token:{'x' * 2000}"])
def test_a_registration_that_cannot_be_one_is_refused(written):
    """What begins with its word and is none is told so, and not kept."""
    with pytest.raises(Refused) as caught:
        canonical(Channel.PUSH, written, "FR")
    assert caught.value.code == "address_invalid"
