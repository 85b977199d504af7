"""Answers offline whether a password is among those that attackers try first."""

import hashlib
import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Self

FILE = Path(__file__).with_name("common_passwords.bloom")
MAGIC = b"FNBLOOM1"
_HEADER = struct.Struct("<8sIII")  # magic, bits, hashes per word, words

MIN_DISTINCT = 5
SHORT_TAIL = 4
MAX_LENGTH = 128

_LEET = str.maketrans("013457@$!", "oieastasi")
_TAIL = re.compile(r"[\W\d_]*$")
_SYMBOLS = re.compile(r"[\W_]+")
_DIGITS = "01234567890" * 2
_DATE = re.compile(
    r"([0-3]\d[01]\d|[01]\d[0-3]\d)(19|20)\d\d|(19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d{3}"
)


class CommonPasswords:
    """A Bloom filter (Bloom 1970) of common passwords, names and walks over the keyboard.

    About one in ten thousand other passwords is refused by mistake; none of the listed ones passes.
    """

    def __init__(self, bits: bytes, *, size: int, hashes: int) -> None:
        self._bits = bits
        self._size = size
        self._hashes = hashes

    @classmethod
    def shipped(cls) -> Self:
        """Read the filter that comes with the package (tools/build_common_passwords.py)."""
        return cls.parse(FILE.read_bytes())

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a filter. Raises ValueError when the bytes are not one."""
        magic, size, hashes, _ = _HEADER.unpack_from(data)
        if magic != MAGIC or len(data) != _HEADER.size + (size + 7) // 8:
            raise ValueError("not a common-password filter")
        return cls(data[_HEADER.size :], size=size, hashes=hashes)

    def __contains__(self, word: str) -> bool:
        """Tell whether a word, as it stands, is in the list."""
        return all(
            self._bits[bit >> 3] & (1 << (bit & 7))
            for bit in positions(word, size=self._size, hashes=self._hashes)
        )

    def matches(self, password: str) -> bool:
        """Tell whether a password is common, or a common one in an ordinary disguise.

        Disguises: capitals, letters as digits (p4ssw0rd), a repeated unit (abcabcabc), few
        different characters, runs (123456…, abcdef…), and a common word with a common or
        short tail (Password2024!).
        """
        lowered = password[:MAX_LENGTH].casefold()
        if len(set(lowered)) < MIN_DISTINCT or _is_run(lowered):
            return True
        for text in {lowered, _SYMBOLS.sub("", lowered)}:
            unit = _unit(text)
            repeated = len(unit) < len(text)
            if repeated and (len(unit) <= 2 * SHORT_TAIL or unit in self):
                return True
            if any(self._is_common(form) for form in _forms(unit)):
                return True
        return False

    def _is_common(self, form: str) -> bool:
        if form in self:
            return True
        tail = _TAIL.search(form)
        head = form[: tail.start()] if tail else form
        if len(head) == len(form):
            return False
        common_head = not head or head in self or head.translate(_LEET) in self
        return common_head and self._is_common_number(_SYMBOLS.sub("", form[len(head) :]))

    def _is_common_number(self, digits: str) -> bool:
        unit = _unit(digits) if digits else ""
        return (
            len(unit) <= SHORT_TAIL
            or unit in self
            or unit in _DIGITS
            or _DATE.fullmatch(unit) is not None
        )


def positions(word: str, *, size: int, hashes: int) -> Iterator[int]:
    """Yield a word's bit positions: double hashing (Kirsch & Mitzenmacher 2006) over SHA-256."""
    digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
    first = int.from_bytes(digest[:8], "little")
    step = int.from_bytes(digest[8:16], "little") | 1
    for index in range(hashes):
        yield (first + index * step) % size


def header(*, size: int, hashes: int, words: int) -> bytes:
    """Return the head of a filter file."""
    return _HEADER.pack(MAGIC, size, hashes, words)


def _forms(unit: str) -> set[str]:
    plain = unit.strip()
    return {plain, plain.translate(_LEET), _SYMBOLS.sub("", plain)}


def _unit(text: str) -> str:
    """Return the shortest piece that the text repeats: "abcabc" -> "abc"."""
    start = (text + text).find(text, 1)
    return text[:start]


def _is_run(text: str) -> bool:
    """Tell whether each character is the next, or the previous, of the one before it."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    # 9 -> 0 and z -> a close the circle of a run that is longer than its alphabet.
    return steps <= {1, -9, -25} or steps <= {-1, 9, 25}
