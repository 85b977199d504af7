"""A text cut into the pieces the packaged encoder knows, as its engine cuts it.

The engine embeds a text whole and shows no pieces; training needs them. Tests hold the counts to
the engine's own.
"""

import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from app.ml.features.encoder import FILE_HEADER, EncoderFileError

QUERY: Final = "query: "
_SPACE: Final = "\u2581"
#: First integers of the header that are the tokenizer's: pieces, begin, end, padding, unknown.
_TOKENIZER: Final = slice(9, 15)
_NOWHERE: Final = -1e30
_UNKNOWN_COST: Final = 10.0


class Pieces:
    """The tokenizer of an encoder file: the likeliest pieces of a text, by a unigram model."""

    def __init__(self, image: Any) -> None:
        header = FILE_HEADER.unpack_from(image, 8)
        count, self._begin, self._end, _, self._unknown, size = header[_TOKENIZER]
        at = 8 + FILE_HEADER.size
        bounds = np.frombuffer(image, np.uint32, count + 1, at)
        at += bounds.nbytes
        scores = np.frombuffer(image, np.float32, count, at)
        at += scores.nbytes
        letters = bytes(image[at : at + size])
        at += size
        self._number: dict[bytes, int] = {}
        for number in range(count):
            piece = letters[bounds[number] : bounds[number + 1]]
            if piece and number != self._unknown:
                self._number.setdefault(piece, number)
        self._scores = scores.astype(float).tolist()
        self._longest = int(np.diff(bounds.astype(np.int64)).max())
        self._unknown_score = min(self._scores) - _UNKNOWN_COST
        self._spelling = _spelling(image, at)

    def of(self, text: str, *, most: int) -> list[int]:
        """Return the numbers of a query's pieces between begin and end, at most `most` in all."""
        written = "".join(self._spelling.get(char, char) for char in QUERY + text)
        while "  " in written:
            written = written.replace("  ", " ")
        if not written.startswith(" "):
            written = " " + written
        chars = [char.encode() for char in written.replace(" ", _SPACE)]
        best = [0.0] + [_NOWHERE] * len(chars)
        back = [(0, 0)] * (len(chars) + 1)
        for first in range(len(chars)):
            self._reach(chars, first, best, back)
        found: list[int] = []
        at = len(chars)
        while at > 0:
            number, at = back[at]
            found.append(number)
        return [self._begin, *found[::-1][: most - 2], self._end]

    def _reach(
        self,
        chars: list[bytes],
        first: int,
        best: list[float],
        back: list[tuple[int, int]],
    ) -> None:
        """Try every piece that begins at a character."""
        score = best[first]
        piece = b""
        for last in range(first, len(chars)):
            piece += chars[last]
            if len(piece) > self._longest:
                break
            number = self._number.get(piece)
            if number is not None and score + self._scores[number] > best[last + 1]:
                best[last + 1] = score + self._scores[number]
                back[last + 1] = (number, first)
        if score + self._unknown_score > best[first + 1]:
            best[first + 1] = score + self._unknown_score
            back[first + 1] = (self._unknown, first)


def _spelling(image: Any, at: int) -> Mapping[str, str]:
    """Return what the encoder writes for a character before it cuts. Raises EncoderFileError."""
    count, size = struct.unpack_from("<iI", image, at)
    table = bytes(image[at + 8 : at + 8 + size])
    found: dict[str, str] = {}
    place = 0
    try:
        for _ in range(count):
            char, length = struct.unpack_from("<IB", table, place)
            place += 5
            found[chr(char)] = "".join(map(chr, struct.unpack_from(f"<{length}I", table, place)))
            place += 4 * length
    except (struct.error, ValueError) as exc:
        raise EncoderFileError("the encoder file's spelling table is damaged") from exc
    return found
