"""Which of the user's own things a text names, and where."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domains.chat.grounding.mapping import fold
from app.domains.chat.grounding.tables import WORD
from app.domains.chat.grounding.tries import pattern_of

_IN_BRACKETS: Final = re.compile(r"\(([^()]*)\)")
_GENERIC: Final = frozenset(
    [
        "etf",
        "etfs",
        "ucits",
        "inc",
        "inc.",
        "corp",
        "corp.",
        "corporation",
        "ag",
        "se",
        "plc",
        "sa",
        "s.a.",
        "nv",
        "fund",
        "funds",
        "account",
        "goal",
        "acc",
        "dist",
        "(acc)",
        "(dist)",
        "index",
        "trust",
        "shares",
        "class",
        "ltd",
        "co",
        "company",
        "group",
        "the",
        "savings",
        "portfolio",
        "fonds",
        "konto",
        "compte",
        "cuenta",
        "conta",
        "fondo",
        "fundo",
        "ziel",
        "objetivo",
        "objectif",
    ]
)
_WRITTEN: Final = r"a-z0-9\u00c0-\u058f\u0600-\u06ff\u0900-\u097f"
_ALIAS_MIN: Final = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing named at `start` to `end`, and all the names evidence may know it by."""

    start: int
    end: int
    names: frozenset[str]


class Entities:
    """Finds the known things by their name, by what stands in its brackets, or its first word."""

    def __init__(
        self, names: Mapping[str, str] | Iterable[str], of_evidence: Iterable[str]
    ) -> None:
        known = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
        known |= {name: name for name in of_evidence if name not in known}
        self._of: dict[str, frozenset[str]] = {}
        self._exact: dict[str, str] = {}
        short: dict[str, set[str]] = {}
        for name, handle in known.items():
            meant = frozenset((name, handle))
            for alias in _aliases(name):
                self._of[alias] = self._of.get(alias, frozenset()) | meant
            if fold(name) in _GENERIC:
                # An account called "Savings" is meant only where it is written like a name.
                self._of[fold(name)] = meant
                self._exact[fold(name)] = name
            first = _first_word(name)
            if first:
                short.setdefault(first, set()).add(name)
        for word, owners in short.items():
            if len(owners) == 1 and fold(word) not in self._of:
                owner = next(iter(owners))
                self._of[fold(word)] = frozenset((owner, known[owner]))
                self._exact[fold(word)] = word
        # A Latin name may stand right between Chinese characters.
        latin = pattern_of([alias for alias in self._of if alias.isascii()], edge=False)
        self._pattern = re.compile(
            rf"(?<![{WORD}])(?:{pattern_of(self._of)})"
            rf"|(?<![{_WRITTEN}])(?:{latin})(?![{_WRITTEN}])"
            if self._of
            else r"(?!)"
        )
        self._loose = re.compile(pattern_of([a for a in self._of if not a.isascii()], edge=False))

    def find(self, text: str, folded: str) -> list[Mention]:
        """Return the things named, in order."""
        out: list[Mention] = []
        for match in sorted(
            (*self._pattern.finditer(folded), *self._loose.finditer(folded)),
            key=lambda found: (found.start(), -found.end()),
        ):
            key = re.sub(r"[\s\u00a0]+", " ", match.group())
            if out and match.start() < out[-1].end:
                continue
            exact = self._exact.get(key)
            if exact is not None and text[match.start() : match.end()] != exact:
                continue
            if key in self._of:
                out.append(Mention(match.start(), match.end(), self._of[key]))
        return out


def _aliases(name: str) -> set[str]:
    folded = fold(name).replace("*", " ")
    inside = [part.strip() for part in _IN_BRACKETS.findall(folded)]
    outside = " ".join(_IN_BRACKETS.sub(" ", folded).split())
    words = outside.split()
    while len(words) > 1 and words[-1] in _GENERIC:
        words.pop()
    found = {" ".join(folded.split()), outside, " ".join(words), *inside}
    return {alias for alias in found if len(alias) > 1 and alias not in _GENERIC}


def _first_word(name: str) -> str | None:
    parts = name.split()
    if len(parts) < 2 or fold(parts[0]) in _GENERIC:
        return None
    word = parts[0]
    return word if len(word) >= _ALIAS_MIN and word[0].isupper() and word.isalpha() else None
