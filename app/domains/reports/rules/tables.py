"""A report as CSV: its facts, then each table under its title. Pure."""

import csv
import io
import re
from typing import Final

from app.domains.reports.rules.layout import Layout

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?%?", re.ASCII)
#: Spreadsheets take a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(layout: Layout) -> bytes:
    """Return the tables as UTF-8, lines ended as RFC 4180 asks. The same layout, the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([layout.title])
    for name, value in layout.facts:
        writer.writerow([name, _cell(value)])
    for table in layout.tables:
        writer.writerow([])
        writer.writerow([table.title])
        writer.writerow(table.columns)
        writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def _cell(text: str) -> str:
    if text.startswith(_FORMULA) and _NUMBER.fullmatch(text) is None:
        return f"'{text}"
    return text
