"""Takes out of a text what has digits and is no figure: names, addresses, markers, phrases."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind
from app.domains.chat.grounding.entities import Mention
from app.domains.chat.grounding.mapping import MASKED, Mapped, fold
from app.domains.chat.grounding.tables import table, words
from app.domains.chat.grounding.tries import pattern_of

TOKEN: Final = re.compile(r"\[\[([A-Za-z][A-Za-z0-9_]{0,31})(?:\|([0-9]))?\]\]")
_LINK: Final = re.compile(r"\]\([^()\s]{1,500}\)|https?://[^\s)\]]{1,500}")
_CODE: Final = re.compile(r"`([^`\n]{1,80})`")
_LISTED: Final = re.compile(
    r"(?m)^[ \t]*(?:[-*•][ \t]+)?(?:\(?([0-9]{1,2})[.)]|([①-⑳]))(?=\s|[^\s0-9.,%])"
)
_ALONE: Final = re.compile(r"(?<![A-Za-z0-9_])[0-9][0-9.,]*(?![A-Za-z0-9_])")
#: In small letters it is a verb, unless it stands as a month does: "in may", "may 2026".
_VERB_MAY: Final = re.compile(
    r"(?<![A-Za-z])(?<!\bin )(?<!\bof )(?<!\bsince )(?<!\blast )(?<!\buntil )may"
    r"(?![A-Za-z]|\s+[0-9])"
)
_HIDDEN: Final = r"(?:[*•·xX.…#]{2,12}[\s-]?|…)"
_HIDING: Final = "*•·…# "
_LAST: Final = 4
_ID_MAX: Final = 64


@dataclass(slots=True)
class Mask:
    """The spans that are no figures; `ids` those equal to an id evidence, `tokens` the tokens."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    ids: list[tuple[int, int, str]] = field(default_factory=list)
    tokens: list[tuple[int, int, str]] = field(default_factory=list)

    def apply(self, text: str, more: Iterable[tuple[int, int]] = ()) -> str:
        """Return the text with every span replaced, its length kept."""
        chars = list(text)
        for start, end in (*self.spans, *more):
            chars[start:end] = MASKED * (end - start)
        return "".join(chars)


@cache
def _phrases() -> re.Pattern[str]:
    rows = [fold(phrase) for phrase in table("constants")["phrases"]]
    return re.compile(rf"(?<![a-z0-9]){pattern_of(rows)}(?![0-9]|[.,][0-9]|\s?[%€$])")


@cache
def _numbered(language: str) -> re.Pattern[str]:
    """Return a pattern of numbers that name a thing: article 21, form 720, option 2, 第15条."""
    named = pattern_of(words(language)["numbered"], edge=False)
    number = r"[0-9]{1,5}(?:(?:\.[0-9]{3})?/[0-9]{4}|-[0-9]{1,4}|-[a-z])?(?:[a-d]|tr)?"
    # An amount behind such a word stays one: "option 2 000 €", "version 1.5 %".
    free = r"(?![\w/]|[.,\u202f\u00a0 ]?[0-9]|[\s\u00a0\u202f]?[%‰€$£¥₹]|-[0-9])"
    begin = "" if language == "zh" else r"(?<![^\W\d_])"
    ways = [rf"{begin}(?:{named})[\s\u00a0]?(?:n[°º.][\s\u00a0]?)?(?P<n>{number}){free}"]
    if language == "zh":
        ways.append(r"第(?P<z>[0-9]{1,4})[条條章节節页頁步款项項]")
    return re.compile("|".join(ways))


@cache
def _ending(language: str) -> re.Pattern[str]:
    hidden = f"{_HIDDEN}|{pattern_of(words(language)['ending'], edge=False)}"
    return re.compile(rf"(?:{hidden})[\s:]{{0,3}}([0-9]{{4}})(?![0-9]|[.,][0-9])")


def mask(
    source: Mapped, evidence: Sequence[Evidence], mentions: Sequence[Mention], language: str
) -> Mask:
    """Return what is no figure of a text."""
    found = Mask()
    for match in TOKEN.finditer(source.text):
        found.tokens.append((match.start(), match.end(), match.group(1)))
    found.spans += [(start, end) for start, end, _ in found.tokens]
    found.spans += [match.span() for match in _LINK.finditer(source.text)]
    found.spans += _markers(source.text)
    found.spans += [
        match.span() for match in _CODE.finditer(source.text)
        if not _ALONE.search(match.group(1))
    ]  # fmt: skip
    found.spans += [(mention.start, mention.end) for mention in mentions]
    found.spans += [match.span() for match in _phrases().finditer(source.folded)]
    for match in _numbered(language).finditer(source.folded):
        found.spans.append(match.span(match.lastgroup or 0))
    if language == "en":
        found.spans += [match.span() for match in _VERB_MAY.finditer(source.text)]
    _ids(source, evidence, language, found)
    return found


def _markers(text: str) -> list[tuple[int, int]]:
    """Return list markers that count on from the one before; any other number is a figure."""
    out, count = [], 0
    for match in _LISTED.finditer(text):
        number = int(match.group(1)) if match.group(1) else count + 1
        if number == count + 1 or number == 1:
            out.append(match.span())
            count = number
    return out


def _ids(source: Mapped, evidence: Sequence[Evidence], language: str, found: Mask) -> None:
    named = [one for one in evidence if one.kind is Kind.ID and str(one.value)]
    for one in named:
        # What hides the first digits of a card is no part of what the text can repeat.
        shown = fold(str(one.value))[:_ID_MAX].strip(_HIDING)
        letters = [char for char in shown if not char.isspace()]
        if len(letters) < 2:
            continue
        gaps = r"[\s\u00a0]?".join(re.escape(char) for char in letters)
        for match in re.finditer(rf"(?<![a-z0-9]){gaps}(?![a-z0-9])", source.folded):
            found.ids.append((match.start(), match.end(), one.id))
    for match in _ending(language).finditer(source.folded):
        for one in named:
            if "".join(char for char in str(one.value) if char.isdigit())[-_LAST:] == match.group(
                1
            ):
                found.ids.append((match.start(1), match.end(1), one.id))
                break
    found.spans += [(start, end) for start, end, _ in found.ids]
