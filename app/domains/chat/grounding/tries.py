"""Turns a list of words into one regular expression whose cost does not grow with the list."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from app.domains.chat.grounding.tables import WORD

EDGE: Final = rf"(?![{WORD}])"
START: Final = rf"(?<![{WORD}])"
_SPACE: Final = r"[\s\u00a0\u202f]+"

Node = dict[str, "Node"]
_END: Final = ""


def pattern_of(words: Iterable[str], *, edge: bool = True) -> str:
    """Return a pattern of the words, longest first.

    A word with a trailing `*` may go on; with `edge` the others must end where they end. Words
    that end in no letter need no edge.
    """
    root: Node = {}
    for word in words:
        node = root
        for char in word.removesuffix("*") if len(word) > 1 else word:
            node = node.setdefault(char, {})
        node.setdefault(_END, {})["*" if word.endswith("*") and len(word) > 1 else "."] = {}
    return _pattern(root, edge=edge, last="") if root else r"(?!)"


def _pattern(node: Node, *, edge: bool, last: str) -> str:
    options = [
        (_SPACE if char == " " else re.escape(char)) + _pattern(child, edge=edge, last=char)
        for char, child in node.items()
        if char != _END
    ]
    if _END in node:
        open_end = "*" in node[_END] or not edge or not re.match(f"[{WORD}]", last)
        options.append("" if open_end else EDGE)
    if len(options) == 1:
        return options[0]
    return "(?:" + "|".join(options) + ")"


class Finder:
    """Finds words and says what each is tagged with. `*stem*` may stand within a word."""

    def __init__(
        self, tags: Mapping[str, frozenset[str]], *, edge: bool = True, clitics: str = ""
    ) -> None:
        outer = [word for word in tags if not word.startswith("*")]
        inner = [word.removeprefix("*") for word in tags if word.startswith("*") and len(word) > 1]
        left = f"{START}{clitics}" if edge else ""
        # "Plus-value" is no plus: a hyphen makes a word of its own.
        right = r"(?!-[^\W\d_])" if edge else ""
        parts = [f"{left}(?P<outer>{pattern_of(outer, edge=edge)}){right}"] if outer else []
        if inner:
            parts.append(f"(?P<inner>{pattern_of(inner, edge=edge)})")
        self._pattern = re.compile("|".join(parts) or r"(?!)")
        self._tags: dict[str, frozenset[str]] = {}
        for word, given in tags.items():
            key = word.strip("*") if len(word) > 1 else word
            self._tags[key] = self._tags.get(key, frozenset()) | given
        # The longest word wins a place in the text, so it must know what the shorter ones say.
        for word, given in tags.items():
            stem = word.strip("*")
            if (word.endswith("*") and len(stem) > 1) or word.startswith("*"):
                for key in self._tags:
                    if word.startswith("*"):
                        inside = stem in key if word.endswith("*") else key.endswith(stem)
                    else:
                        inside = key.startswith(stem)
                    if inside:
                        self._tags[key] |= given

    def find(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """Return start, end and tags of each word found, in order, without overlaps."""
        out = []
        for match in self._pattern.finditer(text):
            word = match.group(match.lastgroup or 0)
            key = re.sub(_SPACE, " ", word)
            out.append((match.start(), match.end(), self._tags.get(key, frozenset())))
        return out
