"""Reads the help articles, the glossary and the help lines that ship with the product."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
FALLBACK: Final = "en"


@dataclass(frozen=True, slots=True)
class Article:
    """A help article or a glossary term; `link` opens the page, `kind` is `help` or `term`."""

    id: str
    kind: str
    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Who listens in a country, day and night where they can."""

    name: str
    phone: str


@cache
def articles(lang: str) -> Mapping[str, Article]:
    """Return all articles and terms of a language by id; an unknown language reads English."""
    path = _HERE / f"{lang}.json"
    if not (lang.isalpha() and path.is_file()):
        return articles(FALLBACK)
    stored = json.loads(path.read_text(encoding="utf-8"))
    links = json.loads((_HERE / "links.json").read_text(encoding="utf-8"))
    found = {}
    for kind, group in (("help", "articles"), ("term", "terms")):
        for key, (title, text) in stored[group].items():
            link = links.get(key, links["terms"] if kind == "term" else links["help"])
            found[key] = Article(key, kind, title, text, link)
    return found


@cache
def help_lines() -> Mapping[str, HelpLine]:
    """Return the help line of each country that is configured."""
    stored = json.loads((_HERE / "lines.json").read_text(encoding="utf-8"))
    return {key: HelpLine(name, phone) for key, (name, phone) in stored["countries"].items()}


def help_line(locale: str) -> HelpLine | None:
    """Return the help line of the locale's country, or of where its language is mostly spoken."""
    stored = json.loads((_HERE / "lines.json").read_text(encoding="utf-8"))
    lang, _, rest = locale.replace("_", "-").partition("-")
    region = rest.rpartition("-")[2].upper() or stored["languages"].get(lang.lower(), "")
    return help_lines().get(region)
