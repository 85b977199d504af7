"""What the readers find in a text, before anything is bound."""

from dataclasses import dataclass
from decimal import Decimal

from app.domains.chat.evidence_types import Kind


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is said; an answer may name only a month or a quarter."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at `start` to `end` of the mapped text.

    `value` is signed and in full (magnitude applied, a percentage as its ratio); None when it
    cannot be read. `step` is the quantum it is shown with, `loose_step` counts its trailing
    zeros too. `sign` is -1 or 1 when written, `bracketed` allows both. `inherited` is the other
    reading of the first of two joined figures ("5 to 7 %").
    """

    start: int
    end: int
    kind: Kind = Kind.QUANTITY
    value: Decimal | None = None
    step: Decimal = Decimal(1)
    loose_step: Decimal = Decimal(1)
    currency: str | None = None
    sign: int = 0
    bracketed: bool = False
    worded: bool = False
    ratio: bool = False
    fraction: bool = False
    counts: bool = False
    """It counts what is no money: 350 shares, 18 months."""

    exempt: bool = False
    when: PartialDate | None = None
    year: int | None = None
    foreign: bool = False
    evidence_id: str | None = None
    inherited: "Figure | None" = None
