"""Encryption for one browser: RFC 8291's own example, an independent implementation, and what a length tells."""

import json
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key
from peers import letter
from webpush_peer import AUTH, opened, point

from gateways.subscription import decoded
from gateways.webpush.payload import SIZES, payload, size_of
from gateways.webpush.seal import seal, seal_all, seal_with

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "webpush" / "rfc8291.json"
EXAMPLE = {  # RFC 8291, appendix A
    "plaintext": "When I grow up, I want to be a watermelon",
    "as_private": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    "ua_public": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "salt": "DGv6ra1nlYgDCS1FRnbzlw",
    "auth_secret": "BTBZMqHH6r4Tts7J_aSIgg",
    "body": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
    "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}


def sealed(example: dict[str, str]) -> bytes:
    plain = example["plaintext"].encode()
    work = (plain, decoded(example["ua_public"]), decoded(example["auth_secret"]), len(plain) + 1)
    private = derive_private_key(int.from_bytes(decoded(example["as_private"]), "big"), SECP256R1())
    return seal_with(work, private, decoded(example["salt"]))


def test_the_example_of_the_standard() -> None:
    """Octet by octet what RFC 8291, appendix A, prints."""
    assert sealed(EXAMPLE) == decoded(EXAMPLE["body"])


def test_the_shared_examples() -> None:
    """The same for every published example at hand."""
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS.name}: the shared vectors are not here")
    for example in json.loads(VECTORS.read_text()):
        assert sealed(example) == decoded(example["body"])


@pytest.mark.parametrize("size", SIZES)
def test_another_implementation_reads_it(size: int) -> None:
    """http_ece decrypts every size, and takes the padding off."""
    key, plain = generate_private_key(SECP256R1()), "Crue : évacuez.".encode()
    body = seal((plain, point(key), AUTH, size))
    assert http_ece.decrypt(body, private_key=key, auth_secret=AUTH, version="aes128gcm") == plain
    assert len(body) == size + 16 + 86 < 4_096


def test_nothing_is_used_twice() -> None:
    """The same message to the same browser shares neither key pair, nor salt, nor a block."""
    key = generate_private_key(SECP256R1())
    one, other = seal_all([(b"Crue", point(key), AUTH, 1024)] * 2)
    assert one is not None
    assert other is not None
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]
    assert one[86:102] != other[86:102]


def test_a_bad_key_is_one_s_own() -> None:
    """A key that is no point of the curve is told for its message, and the others are sealed."""
    good = point(generate_private_key(SECP256R1()))
    bad = b"\x04" + bytes(64)
    assert [each is None for each in seal_all([(b"a", good, AUTH, 64), (b"a", bad, AUTH, 64), (b"a" * 64, good, AUTH, 64)])] == [False, True, True]  # fmt: skip


def test_lengths_say_little() -> None:
    """Texts of one word and of five hundred letters are one length on the wire; there are four lengths in all."""
    lengths = {size_of(payload(letter("x", text="é" * n), "/a")) for n in range(1, 5_000, 97)}
    assert lengths == set(SIZES)
    assert size_of(payload(letter("x", text="Crue"), "/a")) == size_of(
        payload(letter("x", text="e" * 500), "/a")
    )


@pytest.mark.parametrize("letters", ["a", "é", "🌊", "\n", "\x01", '"'])
def test_a_long_text_is_cut_to_what_a_service_must_take(letters: str) -> None:
    """Whatever its letters cost, what is sent fits and says that it goes on; everything else is whole."""
    message = letter(
        "x", text=letters + "b" * 10 + letters * 4_000, url="https://foret.example/a/abcdefghijk"
    )
    key = generate_private_key(SECP256R1())
    plain = payload(message, "/rappels/p/x.y")
    told = opened(seal((plain, point(key), AUTH, size_of(plain))), key)
    assert len(plain) < SIZES[-1]
    assert told["body"].endswith("…")
    assert told["body"][:-1].strip()
    assert message.text.startswith(told["body"][:-1])
    assert told["url"] == message.url


def test_what_leaves_is_under_3900_bytes() -> None:
    """The longest text, encrypted and padded, with the link whole: nothing on the way has a reason to refuse it."""
    key = generate_private_key(SECP256R1())
    message = letter("x", text="Évacuez l'école 🚒. " * 400, url="https://foret.example/a/abcdefghijk")
    plain = payload(message, "/rappels/p/x.y")
    body = seal((plain, point(key), AUTH, size_of(plain)))
    assert len(body) < 3_900
    assert opened(body, key)["url"] == message.url


@pytest.mark.parametrize("shift", range(20))
def test_a_text_is_cut_between_two_words(shift: int) -> None:
    """Wherever the end of the room falls: no half word, no half character, and an ellipsis that says so."""
    words = "Crue à Bras-sur-Meuse, montez à l'étage 👩‍🚒"
    message = letter("x", text="x" * shift + " " + f"{words} " * 200)
    body = json.loads(payload(message, "/a"))["body"]
    assert body.endswith("…")
    assert set(body[:-1].split()[1:]) <= set(words.split())


@pytest.mark.parametrize("shift", range(8))
def test_what_is_seen_as_one_character_is_not_cut(shift: int) -> None:
    """A fire-fighter of three code points stays one, without a space to cut at."""
    fighter = "👩🏽‍🚒"
    body = json.loads(payload(letter("x", text="x" * shift + fighter * 2_000), "/a"))["body"]
    assert body.removesuffix("…").removeprefix("x" * shift).replace(fighter, "") == ""


def test_a_text_that_fits_is_whole() -> None:
    """The longest that fits is not cut, and one letter more is."""
    room = SIZES[-1] - 1 - len(payload(letter("x", text=""), "/a"))
    bodies = [json.loads(payload(letter("x", text="a" * n), "/a"))["body"] for n in (room, room + 1)]
    assert bodies == ["a" * room, "a" * (room - 3) + "…"]
