"""Tells a promise of a return in an answer, in eight languages; a denial of one is none."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).with_name("promises.json")
_BEFORE: Final = 32


@cache
def _lexicon() -> tuple[re.Pattern[str], re.Pattern[str]]:
    raw = json.loads(_DATA.read_text(encoding="utf-8"))
    promises = re.compile("|".join(f"(?:{one})" for one in raw["promises"]), re.IGNORECASE)
    return promises, re.compile(raw["not"], re.IGNORECASE)


def promises(text: str) -> bool:
    """Tell whether a text promises a return, or calls something free of risk."""
    lexicon, denial = _lexicon()
    for found in lexicon.finditer(text):
        before = re.split(r"[.!?。！？؟।\n]", text[max(0, found.start() - _BEFORE) : found.start()])
        if denial.search(before[-1]) is None:
            return True
    return False
