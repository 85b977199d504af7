"""A table in a file as a header and rows: CSV with or without a mark, or Parquet."""

import csv
import io
from collections.abc import Iterator, Sequence

Row = Sequence[object]


class UnreadableError(Exception):
    """The file is no table; the message says why in one line."""


def csv_rows(data: bytes) -> tuple[list[str], Iterator[Row]]:
    """Return header and rows that are not blank. Raises UnreadableError, UnicodeDecodeError."""
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    try:
        header = next(reader)
    except StopIteration:
        raise UnreadableError("the file is empty") from None
    return header, (row for row in reader if any(cell.strip() for cell in row))


def parquet_rows(data: bytes) -> tuple[list[str], Iterator[Row]]:
    """Return column names and rows. Raises UnreadableError."""
    # Late: the reader costs 50 MB, and the API process never reads files.
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, ValueError, OSError) as error:
        raise UnreadableError((str(error) or "not Parquet").splitlines()[0]) from error
    return list(table.column_names), iter(zip(*columns, strict=True))
