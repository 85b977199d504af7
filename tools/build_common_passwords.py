"""Builds app/core/common_passwords.bloom from word lists and from the patterns people fall into.

The shipped filter was made with the frequency lists of the PyPI package zxcvbn 4.5.0 (MIT):

    python tools/build_common_passwords.py --zxcvbn path/to/zxcvbn/frequency_lists.py

Only the filter is shipped, never the words. The same input gives the same bytes.
"""

import argparse
import runpy
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.core.common_passwords import FILE, header, positions

BITS_PER_WORD = 24
HASHES = 16
MAX_WORDS = 98_000
MIN_CHARS = 4

ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qwertzuiop",
    "йцукенгшщзхъ",
)
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p")
# Per list: how many of its most frequent words are worth a place.
TAKE = {
    "passwords": 30_000,
    "female_names": 4_000,
    "male_names": 1_200,
    "surnames": 10_000,
    "english_wikipedia": 24_000,
    "us_tv_and_film": 14_000,
}
OWN = (
    "finnami", "invest", "investing", "investment", "investor", "portfolio", "savings", "mymoney",
    "moneymoney", "bitcoin", "dividend", "stockmarket", "bankaccount", "iloveyou", "letmeinplease",
    "thisismypassword", "correcthorsebatterystaple", "mypassword", "newpassword", "changemenow",
    "passwordpassword", "trustno1", "administrator", "temporarypassword", "defaultpassword",
)  # fmt: skip


def walks() -> Iterator[str]:
    """Yield walks along the rows and columns of a keyboard, there and back, one or more."""
    for row in ROWS:
        for start in range(len(row)):
            for end in range(start + MIN_CHARS, len(row) + 1):
                yield row[start:end]
                yield row[start:end][::-1]
    for first in range(len(ROWS) - 1):
        for second in range(first + 1, len(ROWS)):
            yield ROWS[first] + ROWS[second]
            yield ROWS[first][:6] + ROWS[second][:6]
    yield "qwertyuiopasdfghjklzxcvbnm"
    yield "qwertyuiopasdfghjkl"
    yield "1234567890qwertyuiop"
    for start in range(len(COLUMNS)):
        for count in range(1, len(COLUMNS) - start + 1):
            walk = "".join(COLUMNS[start : start + count])
            yield walk
            yield walk[::-1]


def numbers() -> Iterator[str]:
    """Yield years, day-month-year dates of living people and repeated or running digits."""
    for year in range(1930, 2041):
        yield str(year)
        for month in range(1, 13):
            yield f"{month:02d}{year}"
    for year in range(1960, 2011):
        for month in range(1, 13):
            for day in (1, 10, 11, 12, 15, 20, 25):
                yield f"{day:02d}{month:02d}{year}"
    for digit in "0123456789":
        for length in range(MIN_CHARS, 17):
            yield digit * length
    circle = "1234567890" * 3
    for start in range(10):
        for length in range(MIN_CHARS, 21):
            yield circle[start : start + length]


def phrases(words: Iterable[str]) -> Iterator[str]:
    """Yield pairs of the most frequent passwords, which is how short ones become long enough."""
    top = list(words)
    for first in top:
        for second in top:
            yield first + second


def collect(zxcvbn: Path | None, extra: list[Path]) -> list[str]:
    """Return distinct lower-case words, the most valuable first, at most MAX_WORDS."""
    words: dict[str, None] = {}

    def add(source: Iterable[str]) -> None:
        for word in source:
            folded = word.strip().casefold()
            if len(folded) >= MIN_CHARS:
                words.setdefault(folded)

    add(OWN)
    add(walks())
    add(numbers())
    for path in extra:
        add(path.read_text(encoding="utf-8").splitlines())
    if zxcvbn is not None:
        lists = runpy.run_path(str(zxcvbn))["FREQUENCY_LISTS"]
        add(lists["passwords"][: TAKE["passwords"]])
        add(phrases(lists["passwords"][:60]))
        for name, count in TAKE.items():
            add(lists[name][:count])
    return list(words)[:MAX_WORDS]


def build(words: list[str]) -> bytes:
    """Return the filter file of these words."""
    size = len(words) * BITS_PER_WORD
    bits = bytearray((size + 7) // 8)
    for word in words:
        for bit in positions(word, size=size, hashes=HASHES):
            bits[bit >> 3] |= 1 << (bit & 7)
    return header(size=size, hashes=HASHES, words=len(words)) + bytes(bits)


def main() -> int:
    """Write the filter and print what went into it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--zxcvbn", type=Path, help="frequency_lists.py of the package zxcvbn (MIT)"
    )
    parser.add_argument("--words", type=Path, action="append", default=[], help="one word a line")
    parser.add_argument("--out", type=Path, default=FILE)
    arguments = parser.parse_args()
    words = collect(arguments.zxcvbn, arguments.words)
    data = build(words)
    arguments.out.write_bytes(data)
    print(f"{len(words)} words, {len(data)} bytes -> {arguments.out.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
