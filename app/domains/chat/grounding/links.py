"""Links in an answer: only pages of our own may be named, or a figure could leave in an address."""

import re
from typing import Final

#: What may begin a link, an image or an element; the sentence is held from there.
MAY_LINK: Final = re.compile(
    r"\]\(|!\[|\]\s*:|://|www\.|<\s*(?=[a-z])|(?:mailto|javascript|vbscript|data):", re.IGNORECASE
)
_OUTSIDE: Final = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://[^\s)\]>]{0,500}"
    r"|!\["
    r"|\]\(\s*(?!/(?![/\\])|\#|\s*\))[^)\n]{0,500}"
    r"|\]\s*:\s*(?://|/\\)\S{0,500}"
    r"|www\.\S{1,500}"
    r"|<\s*(?:a|audio|base|embed|form|iframe|img|link|meta|object|script|style|svg|video)\b"
    r"|(?:mailto|javascript|vbscript):\S|data:[a-z]+/",
    re.IGNORECASE,
)


def outside(text: str) -> list[tuple[int, int]]:
    """Return where a text links to anything but a path of our own; images are never ours."""
    return [match.span() for match in _OUTSIDE.finditer(text)]
