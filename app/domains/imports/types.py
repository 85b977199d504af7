"""The words of imports: a file, its rows, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.core.money import Money

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 80
MAX_CELL: Final = 1000


class RowType(StrEnum):
    """What a row tells. A split multiplies or adds shares; fees and taxes may stand alone."""

    BUY = "buy"
    SELL = "sell"
    DIVIDEND = "dividend"
    INTEREST = "interest"
    FEE = "fee"
    TAX = "tax"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    SPLIT = "split"


class RowField(StrEnum):
    """What a column may mean."""

    DATE = "date"
    TIME = "time"
    TYPE = "type"
    SYMBOL = "symbol"
    ISIN = "isin"
    NAME = "name"
    QUANTITY = "quantity"
    PRICE = "price"
    PRICE_UNIT = "price_unit"
    PRICE_CURRENCY = "price_currency"
    AMOUNT = "amount"
    FEE = "fee"
    TAX = "tax"
    CURRENCY = "currency"
    REFERENCE = "reference"
    NOTE = "note"


class PriceUnit(StrEnum):
    """Money per piece, or per cent of the nominal value (bonds)."""

    MONEY = "money"
    PERCENT = "percent"


class DecimalMark(StrEnum):
    """What separates whole and fraction."""

    POINT = "point"
    COMMA = "comma"


class DateOrder(StrEnum):
    """How 03/04/2026 is meant."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Question(StrEnum):
    """What the file does not tell and a person can: an option answers it."""

    CURRENCY = "currency"
    DECIMAL_MARK = "decimal_mark"
    DATE_ORDER = "date_order"
    TYPES = "types"
    ROUNDING = "rounding"
    COLUMNS = "columns"


class RowCode(StrEnum):
    """Why a row is refused; stable, the page has a sentence for each."""

    DATE_MISSING = "date_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    TYPE_MISSING = "type_missing"
    TYPE_UNKNOWN = "type_unknown"
    LEFT_OUT = "left_out"
    INSTRUMENT_MISSING = "instrument_missing"
    ISIN_INVALID = "isin_invalid"
    QUANTITY_MISSING = "quantity_missing"
    PRICE_MISSING = "price_missing"
    PRICE_UNIT_UNKNOWN = "price_unit_unknown"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_MISMATCH = "amount_mismatch"
    NUMBER_INVALID = "number_invalid"
    NUMBER_AMBIGUOUS = "number_ambiguous"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    TOO_PRECISE = "too_precise"
    CURRENCY_MISSING = "currency_missing"
    CURRENCY_UNKNOWN = "currency_unknown"
    SIGN_CONFLICT = "sign_conflict"
    SPLIT_UNREADABLE = "split_unreadable"
    TOTALS_LINE = "totals_line"
    HEADER_LINE = "header_line"
    COLUMN_COUNT = "column_count"
    QUOTE_OPEN = "quote_open"
    NOT_AN_OBJECT = "not_an_object"
    TEXT_UNUSABLE = "text_unusable"


class RowOutcome(StrEnum):
    """What became of a row; every row of a file has exactly one."""

    NEW = "new"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason: the column's name in the file (None: the whole row), a code and a sentence."""

    column: str | None
    code: RowCode
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One transaction, normalised.

    `quantity` is never negative: the type says the direction (a split's added shares may be).
    `ratio` is a split's (new, old). `amount` is the effect on the cash there, costs included.
    `fee` and `tax` are costs; a negative one was paid back. `clock` is kept as the file wrote it.
    """

    kind: RowType
    day: date
    clock: str | None = None
    symbol: str | None = None
    isin: str | None = None
    name: str | None = None
    quantity: Decimal | None = None
    ratio: tuple[int, int] | None = None
    price: Decimal | None = None
    price_unit: PriceUnit = PriceUnit.MONEY
    price_currency: str | None = None
    amount: Money | None = None
    fee: Money | None = None
    tax: Money | None = None
    currency: str | None = None
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the file has it. `line` is where it starts (JSON: which entry it is)."""

    line: int
    cells: tuple[str, ...]
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A file's text as a table, before any meaning."""

    kind: str
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    header_line: int
    records: tuple[Record, ...]
    plain_numbers: bool
    """Numbers are JSON's own: a point is the decimal mark."""
    preamble: tuple[int, ...] = ()
    """Lines with text above the header; they are told, not read."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the person says about the file; None and empty: found out, or asked for."""

    account: str
    columns: Mapping[RowField, str] | None = None
    types: Mapping[str, RowType | None] = field(default_factory=dict)
    """Words of the type column; None leaves such rows out, by their line."""
    currency: str | None = None
    decimal_mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    round_amounts: bool = False


@dataclass(frozen=True, slots=True)
class Conventions:
    """How this file writes: found over all rows, or said in the options."""

    decimal_mark: DecimalMark | None
    date_order: DateOrder | None
    exact: bool
    """FinNami's own export: signs and units are spelled out, nothing is inferred."""
    signed: bool
    """Money that leaves has a minus."""
    costs_negative: bool
    """Costs are written with a minus."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A record with its meaning, or with the reasons why it has none."""

    record: Record
    row: Row | None
    errors: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A read row and what becomes of it. `key` tells equal rows apart by their occurrence."""

    line: int
    cells: tuple[str, ...]
    row: Row | None
    errors: tuple[RowError, ...]
    outcome: RowOutcome
    key: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows in = new + duplicate + refused."""

    new: int
    duplicate: int
    refused: int

    @property
    def rows(self) -> int:
        """Return how many rows came in."""
        return self.new + self.duplicate + self.refused


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was found in a file; nothing is kept yet."""

    table: Table
    mapping: Mapping[RowField, str]
    conventions: Conventions
    rows: tuple[JudgedRow, ...]
    counts: Counts
    questions: tuple[Question, ...]
    unknown_types: tuple[str, ...]
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes
