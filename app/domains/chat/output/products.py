"""Hears an engine outside name a product that nobody asked about: that would be an idea of its own.

Ideas to buy come from tools, behind the check of suitability. What she holds, named herself, or
a tool found in this turn may be named.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

SHORTEST: Final = 3
_HELD: Final = re.compile(r"ins_\d+")


@lru_cache(maxsize=8)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    rows = sorted((re.escape(name) for name in names), key=len, reverse=True)
    return re.compile(rf"(?<![\w.])(?:{'|'.join(rows)})(?![\w])") if rows else None


class ProductScreen:
    """The products of one turn: `instruments` are all that are listed, name → handle or symbol."""

    def __init__(self, instruments: Mapping[str, str], said: Iterable[str]) -> None:
        listed = tuple(sorted(name for name in instruments if len(name) >= SHORTEST))
        self._targets = instruments
        self._pattern = _pattern(listed)
        self._allowed = {target for target in instruments.values() if _HELD.fullmatch(target)}
        for text in said:
            self.allow(text)

    def allow(self, text: str) -> None:
        """Let be named what a text names: hers, or a tool's result."""
        if self._pattern is not None:
            self._allowed |= {self._targets[found] for found in self._pattern.findall(text)}
            folded = text.casefold()
            self._allowed |= {
                target for name, target in self._targets.items() if name.casefold() == folded
            }

    def hears(self, text: str) -> bool:
        """Tell whether a text names a product that may not be named."""
        if self._pattern is None:
            return False
        return any(
            self._targets[found] not in self._allowed for found in self._pattern.findall(text)
        )
