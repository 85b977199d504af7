"""What the routes of imports take and give."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, Field, StringConstraints

from app.api.fields import Input, shown_text
from app.api.shapes import Currency, Line, MoneyOut, Out
from app.domains.imports.batch_types import Batch
from app.domains.imports.errors import FileTooLargeError, FileUnreadableError
from app.domains.imports.types import (
    MAX_BYTES,
    MAX_COLUMNS,
    Counts,
    DateOrder,
    DecimalMark,
    JudgedRow,
    Options,
    PriceUnit,
    Question,
    Reading,
    Row,
    RowCode,
    RowField,
    RowOutcome,
    RowType,
    Upload,
)

BatchId = Annotated[str, Path(pattern=r"^[0-9a-f]{20}$", examples=["0" * 20])]
FIRST_ROWS = 50
FIRST_REFUSED = 200

_Field = Annotated[RowField, Field(strict=False)]
_Type = Annotated[RowType, Field(strict=False)]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(shown_text),
    Field(examples=["activity-2026.csv"]),
]
_Base64 = Annotated[
    str,
    StringConstraints(max_length=4 * (MAX_BYTES // 3 + 2), pattern=r"^[A-Za-z0-9+/]*={0,2}$"),
    Field(
        description="The file's bytes, at most 5 MiB, in base64",
        examples=["ZGF0ZSx0eXBlLGFtb3VudCxjdXJyZW5jeQoyMDI2LTAxLTA1LGRlcG9zaXQsMTAwLjAwLFVTRAo="],
    ),
]


class ImportIn(Input):
    """A file of an account elsewhere, and what the file does not say itself."""

    account: Annotated[Line, Field(max_length=60, examples=["My old broker"])]
    file_name: _FileName
    content: _Base64
    columns: Annotated[dict[_Field, _Word], Field(max_length=16)] | None = Field(
        default=None, description="Field to column; null: proposed from the header"
    )
    types: Annotated[dict[_Word, _Type | None], Field(max_length=100)] = Field(
        default_factory=dict,
        description="What a word of the type column means; null leaves such rows out",
    )
    currency: Currency | None = Field(
        default=None, description="The currency of rows that do not say theirs"
    )
    decimal_mark: Annotated[DecimalMark, Field(strict=False)] | None = None
    date_order: Annotated[DateOrder, Field(strict=False)] | None = None
    round_amounts: bool = Field(
        default=False, description="Round amounts that are finer than their currency"
    )

    def upload(self) -> Upload:
        """Return the file. Raises FileUnreadableError, FileTooLargeError."""
        try:
            content = base64.b64decode(self.content, validate=True)
        except binascii.Error:
            raise FileUnreadableError("the content is not base64", reason="base64") from None
        if len(content) > MAX_BYTES:
            raise FileTooLargeError(f"a file may have at most {MAX_BYTES // 1024 // 1024} MiB")
        return Upload(self.file_name, content)

    def options(self) -> Options:
        """Return what is said about the file."""
        return Options(
            account=self.account,
            columns=self.columns,
            types=self.types,
            currency=self.currency,
            decimal_mark=self.decimal_mark,
            date_order=self.date_order,
            round_amounts=self.round_amounts,
        )


class RowErrorOut(Out):
    """Why a row is refused. `column` as the file names it; null: the row as a whole."""

    column: str | None
    code: RowCode
    message: str


class ImportedOut(Out):
    """One transaction elsewhere. `amount` is its effect on the cash there, costs included.

    `quantity` is never negative, the type says the direction; a split has shares or a ratio.
    """

    type: RowType
    date: date
    time: str | None
    symbol: str | None
    isin: str | None
    name: str | None
    quantity: str | None
    ratio: str | None
    price: str | None
    price_unit: PriceUnit
    price_currency: str | None
    amount: MoneyOut | None
    fee: MoneyOut | None
    tax: MoneyOut | None
    currency: str | None
    reference: str | None
    note: str | None

    @classmethod
    def of(cls, row: Row) -> "ImportedOut":
        """Return the public form."""
        return cls(
            type=row.kind,
            date=row.day,
            time=row.clock,
            symbol=row.symbol,
            isin=row.isin,
            name=row.name,
            quantity=None if row.quantity is None else f"{row.quantity:f}",
            ratio=None if row.ratio is None else f"{row.ratio[0]}:{row.ratio[1]}",
            price=None if row.price is None else f"{row.price:f}",
            price_unit=row.price_unit,
            price_currency=row.price_currency,
            amount=row.amount and MoneyOut.of(row.amount),
            fee=row.fee and MoneyOut.of(row.fee),
            tax=row.tax and MoneyOut.of(row.tax),
            currency=row.currency,
            reference=row.reference,
            note=row.note,
        )


class ImportRowOut(Out):
    """A row of the file, by its line (JSON: which entry): its cells, and what became of it."""

    line: int
    outcome: RowOutcome
    cells: list[str]
    transaction: ImportedOut | None
    errors: list[RowErrorOut]

    @classmethod
    def of(cls, row: JudgedRow) -> "ImportRowOut":
        """Return the public form."""
        return cls(
            line=row.line,
            outcome=row.outcome,
            cells=list(row.cells),
            transaction=None if row.row is None else ImportedOut.of(row.row),
            errors=[
                RowErrorOut(column=e.column, code=e.code, message=e.message) for e in row.errors
            ],
        )


class CountsOut(Out):
    """rows = new + duplicate + refused: nothing is dropped."""

    rows: int
    new: int
    duplicate: int
    refused: int

    @classmethod
    def of(cls, counts: Counts) -> "CountsOut":
        """Return the public form."""
        return cls(
            rows=counts.rows,
            new=counts.new,
            duplicate=counts.duplicate,
            refused=counts.refused,
        )


class ImportPreviewOut(Out):
    """What an import would do; nothing is kept.

    `rows` are the first fifty, `refused` the first two hundred bad ones. `questions` name what
    the file does not tell. `lines_above` are lines with text above the header, told, not read.
    """

    counts: CountsOut
    kind: str
    encoding: str
    delimiter: str | None
    header_line: int
    lines_above: list[int]
    columns: Annotated[list[str], Field(max_length=MAX_COLUMNS)]
    mapping: dict[RowField, str]
    decimal_mark: DecimalMark | None
    date_order: DateOrder | None
    questions: list[Question]
    unknown_types: list[str]
    rows: list[ImportRowOut]
    refused: list[ImportRowOut]
    file_sha256: str

    @classmethod
    def of(cls, reading: Reading) -> "ImportPreviewOut":
        """Return the public form."""
        refused = [row for row in reading.rows if row.outcome is RowOutcome.REFUSED]
        table = reading.table
        return cls(
            counts=CountsOut.of(reading.counts),
            kind=table.kind,
            encoding=table.encoding,
            delimiter=table.delimiter,
            header_line=table.header_line,
            lines_above=list(table.preamble),
            columns=list(table.columns),
            mapping=dict(reading.mapping),
            decimal_mark=reading.conventions.decimal_mark,
            date_order=reading.conventions.date_order,
            questions=list(reading.questions),
            unknown_types=list(reading.unknown_types),
            rows=[ImportRowOut.of(row) for row in reading.rows[:FIRST_ROWS]],
            refused=[ImportRowOut.of(row) for row in refused[:FIRST_REFUSED]],
            file_sha256=reading.file_sha256,
        )


class ImportOut(Out):
    """One import. Undone, its rows are kept and do not count."""

    import_id: str
    account: str
    file_name: str
    file_sha256: str
    counts: CountsOut
    columns: list[str]
    created_at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, batch: Batch) -> "ImportOut":
        """Return the public form."""
        return cls(
            import_id=batch.batch_id,
            account=batch.account,
            file_name=batch.file_name,
            file_sha256=batch.file_sha256,
            counts=CountsOut.of(batch.counts),
            columns=list(batch.columns),
            created_at=batch.created_at,
            undone_at=batch.undone_at,
        )


class ImportsOut(Out):
    """All imports, the newest first, at most two hundred."""

    imports: list[ImportOut]


class ImportRowsOut(Out):
    """Some rows in the order of the file; ask again with `next_after` for more."""

    rows: list[ImportRowOut]
    next_after: int | None
