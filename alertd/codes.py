"""Codes: numbers of 64 bits as eleven letters and digits, which show nothing of the number nor of its neighbours.

A keyed permutation, so that no two numbers have one code and none has to be kept: a balanced Feistel network of eight
rounds (Luby and Rackoff, 1988) over AES as a pseudo-random function, written in base 62.
"""

import struct
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

LENGTH: Final = 11
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS: Final = np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)
_ROUNDS: Final = 8
_HALF: Final = 0xFFFF_FFFF

Numbers: TypeAlias = "NDArray[np.uint64]"


class Codes:
    """The codes of one key, of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        # A pseudo-random function of one block: no message is enciphered with it, so it needs no mode.
        self._mixer = Cipher(AES256(key), ECB()).encryptor()  # noqa: S305  # nosec B305

    def of(self, number: int) -> str:
        """The code of a number. :raises ValueError: it is negative, or not below 2^64."""
        if not 0 <= number < 1 << 64:
            raise ValueError(f"{number} is not a number of 64 bits")
        return _base62(_permute(self._mixer, number))

    def of_all(self, numbers: Sequence[int]) -> list[str]:
        """The same for many at once, at a tenth of the price. :raises ValueError: one is negative or too large."""
        try:
            whole = np.array(numbers, dtype=np.uint64)
        except OverflowError as error:
            raise ValueError("one of these is not a number of 64 bits") from error
        return _base62_all(_permute_all(self._mixer, whole))

    def number(self, code: str) -> int | None:
        """The number of which this is the code; None when it is no code at all."""
        permuted = _from_base62(code)
        return None if permuted is None else _restore(self._mixer, permuted)


def _round(mixer: CipherContext, turn: int, half: int) -> int:
    return int.from_bytes(mixer.update(struct.pack(">II8x", half, turn))[:4], "big")


def _permute(mixer: CipherContext, number: int) -> int:
    left, right = number >> 32, number & _HALF
    for turn in range(_ROUNDS):
        left, right = right, left ^ _round(mixer, turn, right)
    return left << 32 | right


def _permute_all(mixer: CipherContext, numbers: Numbers) -> Numbers:
    """`_permute` of each, all blocks of a round in one call."""
    left, right = (numbers >> np.uint64(32)).astype(">u4"), (numbers & np.uint64(_HALF)).astype(">u4")
    blocks = np.zeros((len(numbers), 4), dtype=">u4")
    for turn in range(_ROUNDS):
        blocks[:, 0], blocks[:, 1] = right, turn
        mixed = np.frombuffer(mixer.update(blocks.tobytes()), dtype=">u4").reshape(-1, 4)[:, 0]
        left, right = right, left ^ mixed
    return left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)


def _restore(mixer: CipherContext, permuted: int) -> int:
    left, right = permuted >> 32, permuted & _HALF
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _round(mixer, turn, left), left
    return left << 32 | right


def _base62(number: int) -> str:
    digits = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits


def _base62_all(numbers: Numbers) -> list[str]:
    letters = np.empty((len(numbers), LENGTH), dtype=np.uint8)
    base = np.uint64(62)
    for place in reversed(range(LENGTH)):
        letters[:, place] = _LETTERS[numbers % base]
        numbers = numbers // base
    text = letters.tobytes().decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, len(text), LENGTH)]


def _from_base62(code: str) -> int | None:
    if len(code) != LENGTH or not set(code) <= set(_ALPHABET):
        return None
    number = 0
    for letter in code:
        number = number * 62 + _ALPHABET.index(letter)
    return number if number < 1 << 64 else None
