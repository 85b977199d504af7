"""From a file's bytes to a table of text: encoding, format, delimiter, header."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from app.domains.imports.errors import FileTooLargeError, FileUnreadableError
from app.domains.imports.rules import jsonfile, names
from app.domains.imports.types import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Record,
    RowCode,
    RowError,
    Table,
)

HEADER_WITHIN: Final = 30
"""Lines in which the header is looked for: brokers put titles above it."""
MOST_LINES: Final = 50
"""Lines of one row; a quote that stays open longer was never meant to span them."""
_DELIMITERS: Final = (",", ";", "\t", "|")


def read(content: bytes) -> Table:
    """Return the table of a file. Raises FileUnreadableError, FileTooLargeError."""
    if len(content) > MAX_BYTES:
        raise FileTooLargeError(f"a file may have at most {MAX_BYTES // 1024 // 1024} MiB")
    text, encoding = _decode(content)
    start = text.lstrip()[:1]
    if not start:
        raise FileUnreadableError("the file is empty", reason="empty")
    table = jsonfile.read(text, encoding) if start in "[{" else _table(text, encoding)
    if len(table.columns) > MAX_COLUMNS:
        raise FileTooLargeError(f"a file may have at most {MAX_COLUMNS} columns")
    return table


def _decode(content: bytes) -> tuple[str, str]:
    """Return the text: a byte order mark decides, then strict UTF-8, then Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        order: tuple[str, ...] = ("utf-16",)
    else:
        order = ("utf-8-sig", "cp1252")
    for encoding in order:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    raise FileUnreadableError("the file is not text in UTF-8, UTF-16 or cp1252", reason="encoding")


def _table(text: str, encoding: str) -> Table:
    lines = list(io.StringIO(text, newline=""))
    delimiter, head = _header(lines)
    columns = _distinct(head.cells)
    records: list[Record] = []
    for record in _records(lines, delimiter, start=head.line - 1):
        if record.line == head.line:
            continue
        records.append(_checked(record, len(columns)))
        if len(records) > MAX_ROWS:
            raise FileTooLargeError(f"a file may have at most {MAX_ROWS} rows")
    if not records:
        raise FileUnreadableError("the file has a header and no rows", reason="no_rows")
    return Table(
        kind="csv",
        encoding=encoding,
        delimiter=delimiter,
        columns=columns,
        header_line=head.line,
        records=tuple(records),
        plain_numbers=False,
        preamble=tuple(n for n in range(1, head.line) if lines[n - 1].strip()),
    )


def _header(lines: Sequence[str]) -> tuple[str, Record]:
    """Return the delimiter and the line that names most of the fields we know."""
    best: tuple[tuple[int, int, int], str, Record] | None = None
    for delimiter in _DELIMITERS:
        for record in _records(lines[:HEADER_WITHIN], delimiter):
            if record.errors or len(record.cells) > MAX_COLUMNS:
                continue
            filled = sum(bool(cell.strip()) for cell in record.cells)
            # Of lines that name equally much the first one wins, with the most columns.
            score = (names.known(record.cells), filled if filled > 1 else 0, -record.line)
            if best is None or score > best[0]:
                best = (score, delimiter, record)
    if best is None or best[0][1] < 2:
        raise FileUnreadableError("no line of the file has two columns", reason="no_table")
    if best[0][0] >= 2:
        return best[1], best[2]
    first = next(
        record for record in _records(lines, best[1]) if len(record.cells) > 1 or record.errors
    )
    return best[1], first


def _records(lines: Sequence[str], delimiter: str, *, start: int = 0) -> Iterator[Record]:
    """Yield rows with text, each with its first line; a broken one spoils only its own line."""
    position = start
    while position < len(lines):
        feed = _Feed(lines, position)
        reader = csv.reader(feed, delimiter=delimiter, strict=True)
        while True:
            begun = feed.next_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                spoilt = RowError(None, RowCode.QUOTE_OPEN, "the quotes of this line do not match")
                yield Record(begun + 1, (lines[begun].rstrip("\r\n")[:MAX_CELL],), (spoilt,))
                position = begun + 1
                break
            if any(cell.strip() for cell in cells):
                yield Record(begun + 1, tuple(cells))


class _Feed:
    """Lines for the csv reader that knows where the present row began."""

    def __init__(self, lines: Sequence[str], position: int) -> None:
        self._lines = lines
        self._position = position
        self._begun = position

    def next_record(self) -> int:
        """Note where the next row begins and return it."""
        self._begun = self._position
        return self._begun

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self._position - self._begun >= MOST_LINES:
            raise csv.Error("a quote stays open")
        if self._position >= len(self._lines):
            raise StopIteration
        line = self._lines[self._position]
        self._position += 1
        return line


def _checked(record: Record, columns: int) -> Record:
    """Return the row with exactly as many cells as columns, or with the reason why not."""
    if record.errors:
        return record
    cells = tuple(cell[:MAX_CELL] for cell in record.cells)
    if any(len(cell) > MAX_CELL for cell in record.cells):
        error = RowError(None, RowCode.TEXT_UNUSABLE, f"a cell has more than {MAX_CELL} characters")
        return Record(record.line, cells[:MAX_COLUMNS], (error,))
    beyond = cells[columns:]
    if any(cell.strip() for cell in beyond):
        error = RowError(
            None, RowCode.COLUMN_COUNT, f"{len(cells)} cells, the header has {columns}"
        )
        return Record(record.line, cells[:MAX_COLUMNS], (error,))
    return Record(record.line, cells[:columns] + ("",) * (columns - len(cells)))


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Return names of columns: trimmed, never empty, a repeated one with its number."""
    seen: dict[str, int] = {}
    found = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:100] or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return tuple(found)
