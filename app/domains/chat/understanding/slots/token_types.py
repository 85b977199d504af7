"""What a token of a message is."""

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What a token is; all but words are taken whole."""

    WORD = "w"
    FIGURE = "n"
    PART = "p"
    CURRENCY = "c"
    DATE = "d"
    FREQUENCY = "f"
    CODE = "r"
    TICKER = "t"
    NAME = "g"
    SIGN = "s"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the folded text; `value` is what a rule read, `of` the slot of a known name."""

    sort: Sort
    start: int
    end: int
    text: str
    value: str = ""
    of: str = ""
