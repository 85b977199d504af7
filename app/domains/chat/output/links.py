"""Takes links and images to anywhere else out of an answer, whatever pieces it comes in.

An image or a link is a way out: its address can carry what the reader alone should see.
"""

import re
from typing import Final

_HELD_MAX: Final = 700
#: Something that may become a link, at the end of what came so far.
_OPEN: Final = re.compile(
    r"(?:!?\[(?!\[)[^\]\n]{0,200}(?:\](?:\([^()\n]{0,400}(?:\([^()\n]{0,200}(?:\)[^()\n]{0,200})?)?|:[^\n]{0,300})?)?"
    r"|(?:https?://|ftp://|www\.)[^\s<>)]{0,400}"
    r"|(?<![^\W_])(?:h|ht|htt|https?|https?:/?|f|ft|ftp|ftp:/?|w|ww|www)"
    r"|<[^<>\n]{0,300}|!)$",
    re.IGNORECASE,
)
_IMAGE: Final = re.compile(r"!\[[^\]\n]{0,200}\]\s?(?:\([^)\n]{0,500}\)|\[[^\]\n]{0,200}\])")
_LINK: Final = re.compile(
    r"(?<!\[)\[([^\[\]\n]{0,200})\]"
    r"\(([^()\n]{0,500}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?)\)"
)
_DEFINITION: Final = re.compile(r"\[[^\[\]\n]+\]:\s*\S+")
_AUTO: Final = re.compile(r"<[a-z][a-z0-9+.-]*:[^<>\n]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>\n]*>", re.IGNORECASE)
_RAW: Final = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>)]+", re.IGNORECASE)
_LIKELY: Final = re.compile(r"[\[<!]|://|www\.", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"</?[A-Z]+_\d+>")


class LinkFilter:
    """Filters one answer."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, piece: str) -> str:
        """Return what may be shown of a piece; the beginning of a link waits for its end."""
        text = self._rest + piece
        found = _OPEN.search(text)
        cut = len(text) if found is None or len(text) - found.start() > _HELD_MAX else found.start()
        self._rest = text[cut:]
        return own_links(text[:cut])

    def finish(self) -> str:
        """Return what still waited."""
        text, self._rest = self._rest, ""
        return own_links(text)


def own_links(text: str) -> str:
    """Return a text whose links lead to pages of this installation alone."""
    if _LIKELY.search(text) is None:
        return text
    text = _IMAGE.sub("", text)
    text = _LINK.sub(lambda found: found[0] if _own(found[2]) else found[1], text)
    text = _AUTO.sub("", _DEFINITION.sub("", text))
    text = _TAG.sub(lambda found: found[0] if _PLACEHOLDER.fullmatch(found[0]) else "", text)
    return _RAW.sub("", text)


def _own(address: str) -> bool:
    """Tell whether an address is a path of this installation: `//host` and `/\\host` are not."""
    found = (address.split() or [""])[0].strip("<>")
    return re.fullmatch(r"/(?![/\\])[\w\-./?=&#%@]*", found, re.ASCII) is not None
