"""Secrets, seals, hashes and codes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.keys import (
    Keyring,
    Unreadable,
    canonical_email,
    delivery_key,
    delivery_number,
    endpoint_context,
    token,
    token_hash,
)

OLD, NEW = b"o" * 32, b"n" * 32
RING = Keyring({1: OLD})
ROTATED = Keyring({1: OLD, 2: NEW})
CONTEXT = endpoint_context(1 << 8 | 2, 0)


@given(st.binary(max_size=400), st.binary(max_size=40))
def test_what_was_sealed_opens_in_its_context(plain, context):
    """What was sealed is read again, byte for byte, in the context it was sealed in."""
    sealed, key_id = RING.seal(plain, context)
    assert RING.open(sealed, key_id, context) == plain


@given(st.integers(0, 27), st.integers(1, 255))
def test_a_changed_byte_does_not_open(position, change):
    """A sealed value of which any byte was changed does not open."""
    sealed, key_id = RING.seal("", CONTEXT)
    changed = bytearray(sealed)
    changed[position] ^= change
    with pytest.raises(Unreadable):
        RING.open(bytes(changed), key_id, CONTEXT)


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_what_is_too_short_does_not_open(sealed):
    """What cannot be sealed data is refused like what was changed."""
    with pytest.raises(Unreadable):
        RING.open(sealed, 1, CONTEXT)


def test_a_sealed_address_moved_to_another_endpoint_does_not_open():
    """An address copied to another endpoint, or another channel, does not open there."""
    sealed, key_id = RING.seal("+33612345678", CONTEXT)
    for other in (endpoint_context(1 << 8 | 3, 0), endpoint_context(1 << 8 | 2, 3)):
        with pytest.raises(Unreadable):
            RING.open(sealed, key_id, other)


def test_the_same_text_is_never_sealed_twice_alike():
    """Two seals of the same text differ, so that equal addresses do not show."""
    assert RING.seal("same", CONTEXT) != RING.seal("same", CONTEXT)


def test_a_rotation_seals_with_the_new_secret_and_reads_the_old():
    """After a rotation the newest secret seals, and what older ones sealed still opens."""
    sealed, key_id = RING.seal("before", CONTEXT)
    assert ROTATED.open(sealed, key_id, CONTEXT) == b"before"
    assert ROTATED.seal("after", CONTEXT)[1] == 2


def test_a_missing_secret_is_named():
    """Data sealed with a secret that is not here says which one is missing."""
    sealed, key_id = ROTATED.seal("after", CONTEXT)
    with pytest.raises(Unreadable, match="secret 2"):
        RING.open(sealed, key_id, CONTEXT)


def test_what_others_are_bound_to_outlives_a_rotation():
    """A lasting key is the oldest secret's, for one purpose, and long enough for a key of P-256 without bias."""
    key = RING.lasting("webpush vapid")
    assert key == ROTATED.lasting("webpush vapid")
    assert key != RING.lasting("webpush topics")
    assert key != Keyring({2: NEW}).lasting("webpush vapid")
    assert len(key) == 48


def test_an_address_is_found_by_hash_across_a_rotation():
    """During a rotation an address is looked for by the new hash first, then by the old."""
    old = RING.address_hash("sms", "+33612345678")
    assert ROTATED.address_hashes("sms", "+33612345678")[1] == old
    assert ROTATED.address_hash("sms", "+33612345678") != old


def test_an_address_hash_depends_on_channel_and_address():
    """One number has different hashes as SMS and as voice, and no hash can be made without the secret."""
    hashes = {
        RING.address_hash("sms", "+33612345678"),
        RING.address_hash("voice", "+33612345678"),
        RING.address_hash("sms", "+33612345679"),
        Keyring({1: NEW}).address_hash("sms", "+33612345678"),
    }
    assert len(hashes) == 4
    assert {len(found) for found in hashes} == {32}


@given(st.integers(0, 2**64 - 1))
def test_a_code_gives_its_number_back(number):
    """Every number of 64 bits has a code of eleven letters and digits, which gives that number back."""
    code = RING.code(number)
    assert len(code) == 11
    assert code.isascii()
    assert code.isalnum()
    assert RING.number(code) == number


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300))
def test_many_codes_at_once_are_the_codes_one_by_one(numbers):
    """A slice's codes are made together: each is the one that its number has alone."""
    assert RING.codes(numbers) == [RING.code(number) for number in numbers]


@pytest.mark.parametrize("number", [-1, 2**64])
def test_many_codes_at_once_refuse_what_is_no_number_of_64_bits(number):
    """One that does not fit spoils the slice: nothing is silently folded into another's code."""
    with pytest.raises(ValueError, match="64 bits"):
        RING.codes([1, number])


@given(st.integers(0, 62**11 - 1))
def test_a_code_belongs_to_one_number(value):
    """Whatever code is typed, it is either none or the very code of the number it stands for."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    code = "".join(letters[value // 62**place % 62] for place in reversed(range(11)))
    number = RING.number(code)
    assert (number is None) == (value >= 2**64)
    assert number is None or RING.code(number) == code


def test_neighbouring_numbers_have_unlike_codes():
    """Codes of successive deliveries share no beginning: none can be guessed from another."""
    codes = [RING.code(number) for number in range(2000)]
    assert len({code[1:5] for code in codes}) > 1990


@pytest.mark.parametrize(
    "code", ["", "0123456789", "012345678901", "0123456789!", "0123456789é", "zzzzzzzzzzz"]
)
def test_what_is_no_code_has_no_number(code):
    """Wrong lengths, other letters, and values beyond 64 bits are no codes."""
    assert RING.number(code) is None
    assert RING.numbers(code) == []


def test_a_code_from_before_a_rotation_still_answers():
    """After a rotation the numbers a code may stand for include the one it was made of."""
    assert ROTATED.numbers(RING.code(123_456))[1] == 123_456


@pytest.mark.parametrize("number", [-1, 1 << 64])
def test_a_number_beyond_64_bits_has_no_code(number):
    """A number that does not fit is refused, not cut."""
    with pytest.raises(ValueError, match="64 bits"):
        RING.code(number)


@given(st.integers(0, 2**28 - 1), st.integers(0, 2**36 - 1))
def test_a_delivery_key_is_one_number(message, endpoint):
    """A delivery's message and endpoint make one number of 64 bits, and come back from it."""
    number = delivery_number(message, endpoint)
    assert number < 1 << 64
    assert delivery_key(number) == (message, endpoint)


@pytest.mark.parametrize(("message", "endpoint"), [(1 << 28, 0), (0, 1 << 36), (-1, 0), (0, -1)])
def test_a_delivery_key_beyond_its_bits_is_refused(message, endpoint):
    """Ids too large for a code are refused: one delivery's link must never answer for another."""
    with pytest.raises(ValueError, match="does not fit"):
        delivery_number(message, endpoint)


def test_tokens_are_random_and_kept_as_hashes():
    """A token has 32 random bytes, and its hash alone is what a store keeps."""
    first, second = token(), token()
    assert first != second
    assert len(base64.urlsafe_b64decode(first + "=")) == 32
    assert token_hash(first) == token_hash(first) != token_hash(second)
    assert len(token_hash(first)) == 32


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" Marie.Dupont@Exemple.FR ", "marie.dupont@exemple.fr"),
        ("marie+alerte@mairie.exemple.fr", "marie+alerte@mairie.exemple.fr"),
        ("accueil@élysée.exemple.fr", "accueil@xn--lyse-9oad.exemple.fr"),
        ("accueil@e\u0301lyse\u0301e.exemple.fr", "accueil@xn--lyse-9oad.exemple.fr"),
    ],
)
def test_an_email_address_has_one_form(typed, canonical):
    """However an address is typed, accents composed or not, it has one form and so one hash."""
    assert canonical_email(typed) == canonical
    assert canonical_email(canonical) == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "marie",
        "marie@",
        "@exemple.fr",
        "marie@exemple",
        "a b@exemple.fr",
        "a@b@exemple.fr",
        ".a@exemple.fr",
        "a..b@exemple.fr",
        "a@-exemple.fr",
        "a@exemple..fr",
        "a@192.168.1.1",
        "a\r\nBcc: b@exemple.fr",
        "a@exemple.fr\nX: y",
        "a\x00@exemple.fr",
        "hélène@exemple.fr",
        "a" * 65 + "@exemple.fr",
        "a@" + ".".join(["e" * 60] * 5) + ".fr",
        "a@" + "e" * 64 + ".fr",
    ],
)
def test_what_is_no_email_address_is_refused(typed):
    """What a mail server would refuse, or could read as a header, is no address."""
    with pytest.raises(ValueError, match="not an e-mail address"):
        canonical_email(typed)


@given(st.text(max_size=60))
def test_no_text_slips_through_as_an_address(text):
    """Whatever is typed is refused, or becomes an address without spaces or controls that is its own form."""
    try:
        address = canonical_email(text)
    except ValueError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert canonical_email(address) == address
