"""Traditional Chinese characters as the simplified ones, so that both count as one.

The table is the OpenCC project's (Apache-2.0, see NOTICE): the first choice for each character.
"""

from functools import cache
from importlib.resources import files


@cache
def simplified() -> dict[int, str]:
    """Return a table for str.translate."""
    stored = files("app.ml").joinpath("data/han_simplified.txt").read_text(encoding="utf-8")
    traditional, plain = stored.split()
    return {ord(a): b for a, b in zip(traditional, plain, strict=True)}
