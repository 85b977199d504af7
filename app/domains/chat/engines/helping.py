"""Help as the engine says it: an article's text and where to read on, and the help lines."""

from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.help.library import Article, articles, help_line
from app.domains.chat.tool_types import ToolResult

HELP_LINE: Final = "help_line"


class Helping:
    """Finds and says articles in one language."""

    def __init__(self, lang: str) -> None:
        self._articles = articles(lang)

    def article(self, key: str) -> Article | None:
        """Return an article or a term by its id."""
        return self._articles.get(key)

    def found(self, result: ToolResult | None) -> Article | None:
        """Return the article a search found first, by its id: only shipped texts are said."""
        key = "" if result is None or not result.ok else result.facts.get("id", "")
        return self._articles.get(key) if isinstance(key, str) else None

    def said(self, article: Article) -> list[str]:
        """Return an article as sentences: title and text, then the page it speaks of."""
        return [f"**{article.title}**", f"\n{article.text}", f"\n[{article.title}]({article.link})"]


def help_line_evidence(locale: str, lang: str) -> ToolResult | None:
    """Return the help line of a country as a citable id, None where none is configured."""
    line = help_line(locale if "-" in locale else lang)
    if line is None:
        return None
    phone = Evidence(HELP_LINE, Kind.ID, line.phone, Metric.OTHER, Source.HELP, entity=line.name)
    return ToolResult("", "help.lines", ok=True, facts={"name": line.name}, evidence=(phone,))
