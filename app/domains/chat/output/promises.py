"""Tells a promise of a return in an answer, in eight languages; a denial of one is none."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

from app.domains.chat.understanding.slots.musts import branches, musts_of

_DATA: Final = Path(__file__).with_name("promises.json")
_BEFORE: Final = 32
#: Letters that a pattern without case takes for others although their small letters differ.
_SAME: Final = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s"})


@cache
def _lexicon() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    """Return what promises, what denies, and literals one of which each promise holds."""
    raw = json.loads(_DATA.read_text(encoding="utf-8"))
    promises = re.compile("|".join(f"(?:{one})" for one in raw["promises"]), re.IGNORECASE)
    each = [musts_of(branch) for one in raw["promises"] for branch in branches(one)]
    assert all(each), "a promise without a literal would be looked for in vain"  # noqa: S101
    literals = {_small(one) for found in each for one in found}
    rarest = (one for one in literals if not any(o in one for o in literals - {one}))
    return promises, re.compile(raw["not"], re.IGNORECASE), tuple(sorted(rarest))


def promises(text: str) -> bool:
    """Tell whether a text promises a return, or calls something free of risk."""
    lexicon, denial, literals = _lexicon()
    small = _small(text)
    # Nearly every text holds none of them; the patterns take fifty times as long to tell.
    if not any(one in small for one in literals):
        return False
    for found in lexicon.finditer(text):
        before = re.split(r"[.!?。！？؟।\n]", text[max(0, found.start() - _BEFORE) : found.start()])
        if denial.search(before[-1]) is None:
            return True
    return False


def _small(text: str) -> str:
    return text.translate(_SAME).lower()
