"""Finds help articles and glossary terms by the words of a question; no stemming, no model."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk, Passage
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.refusals import ToolRefusal

TOP: Final = 3
#: A word of the title says more about an article than one of its text.
_TITLE, _ID, _TEXT = 6.0, 6.0, 1.0
#: The Arabic article, alone or behind "and", "with": the title has the bare word.
_ARTICLE: Final = re.compile("^(?:[وبفك]?ال|لل)(?=[\u0600-\u06ff]{3})")
_CJK: Final = (("\u3400", "\u9fff"), ("\uf900", "\ufaff"))


async def search(desk: Desk, given: Arguments) -> Findings:
    """Find help articles, and terms when no article fits better."""
    return _found(desk, given.text("query") or given.text("term"), kinds=("help", "term"))


async def lookup(desk: Desk, given: Arguments) -> Findings:
    """Find glossary terms."""
    return _found(desk, given.text("term") or given.text("query"), kinds=("term",))


def ranked(query: str, passages: Iterable[Passage]) -> list[Passage]:
    """Return at most three passages, the best first; a rare word counts more. Pure."""
    wanted = set(words(query))
    known = list(passages)
    heads = [frozenset(words(one.title)) for one in known]
    bodies = [frozenset(words(one.text)) for one in known]
    rare = {
        word: 1.0
        / sum(word in head or word in body for head, body in zip(heads, bodies, strict=True))
        for word in wanted
        if any(word in head or word in body for head, body in zip(heads, bodies, strict=True))
    }
    scored = []
    for one, head, body in zip(known, heads, bodies, strict=True):
        ids = frozenset(words(one.id.replace("-", " ").replace("_", " ")))
        score = sum(
            rare.get(word, 1.0)
            * max(_TITLE * (word in head), _ID * (word in ids), _TEXT * (word in body))
            for word in wanted
        )
        if head and head <= wanted:
            score += _TITLE
        if score > 0:
            scored.append((-score, one.id, one))
    return [one for _, _, one in sorted(scored, key=lambda found: found[:2])[:TOP]]


def words(text: str) -> Iterator[str]:
    """Return a text's words, folded; of scripts without spaces each pair of characters."""
    folded = unicodedata.normalize("NFKD", text[:4_000].casefold())
    run: list[str] = []
    for char in [*folded, " "]:
        if any(low <= char <= high for low, high in _CJK):
            run.append(char)
            continue
        category = unicodedata.category(char)
        if category == "Mn" and not "\u0900" <= char <= "\u0dff":
            continue  # accents and Arabic vowel signs; Hindi's own marks are letters to a reader
        if char.isalnum() or category in ("Mn", "Mc"):
            if run and _is_cjk(run[-1]):
                yield from _pairs(run)
                run = []
            run.append(char)
        elif run:
            yield from _pairs(run) if _is_cjk(run[-1]) else (_ARTICLE.sub("", "".join(run)),)
            run = []


def _is_cjk(char: str) -> bool:
    return any(low <= char <= high for low, high in _CJK)


def _pairs(run: list[str]) -> Iterator[str]:
    if len(run) == 1:
        yield run[0]
    for first, second in pairwise(run):
        yield first + second


def _found(desk: Desk, query: str | None, *, kinds: tuple[str, ...]) -> Findings:
    if query is None:
        raise ToolRefusal("invalid_arguments")
    library: Mapping[str, Passage] = desk.doors.library(desk.lang)
    best = ranked(query, (one for one in library.values() if one.kind in kinds))
    if not best:
        raise ToolRefusal("no_article")
    made = Findings(desk)
    first = best[0]
    made.facts(id=first.id, title=first.title, text=first.text, link=first.link)
    for one in best:
        made.row(one.title, one.id, one.link)
    return made.done("articles", ("title", "id", "link"))
