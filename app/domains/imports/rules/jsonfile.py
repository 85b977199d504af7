"""JSON exports: a list of objects, or an object that holds one."""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

from app.domains.imports.errors import FileTooLargeError, FileUnreadableError
from app.domains.imports.types import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Record,
    RowCode,
    RowError,
    Table,
)


class _Number(str):
    """A number as the file spells it: parsing it would lose its digits."""

    __slots__ = ()


def read(text: str, encoding: str) -> Table:
    """Return the table of a JSON text. Raises FileUnreadableError, FileTooLargeError."""
    entries = _entries(_load(text))
    if not entries:
        raise FileUnreadableError("the list of transactions is empty", reason="no_rows")
    if len(entries) > MAX_ROWS:
        raise FileTooLargeError(f"a file may have at most {MAX_ROWS} rows")
    flat = [_flat(entry) if isinstance(entry, Mapping) else None for entry in entries]
    columns: dict[str, int] = {}
    for found in flat:
        for name in found or ():
            columns.setdefault(name, len(columns))
        if len(columns) > MAX_COLUMNS:
            raise FileTooLargeError(f"a file may have at most {MAX_COLUMNS} columns")
    return Table(
        kind="json",
        encoding=encoding,
        delimiter=None,
        columns=tuple(columns),
        header_line=0,
        records=tuple(
            _record(n, found, entry, tuple(columns))
            for n, (found, entry) in enumerate(zip(flat, entries, strict=True), 1)
        ),
        plain_numbers=any(
            isinstance(value, _Number) for found in flat for value in (found or {}).values()
        ),
    )


def _load(text: str) -> object:
    def no_number(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number")

    try:
        loaded: object = json.loads(
            text,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=no_number,
            object_pairs_hook=_pairs,
        )
    except (ValueError, RecursionError) as error:
        detail = f"the file is not JSON: {str(error)[:120]}"
        raise FileUnreadableError(detail, reason="json") from None
    return loaded


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; of a repeated name every value stays, under a number."""
    found: dict[str, object] = {}
    for name, value in pairs:
        unique, n = name[:100], 1
        while unique in found:
            n += 1
            if n > MAX_COLUMNS:
                raise ValueError("a name is repeated too often")
            unique = f"{name[:100]} #{n}"
        found[unique] = value
    return found


def _entries(loaded: object) -> Sequence[object]:
    if isinstance(loaded, list):
        return loaded
    if isinstance(loaded, dict):
        lists = [value for value in loaded.values() if isinstance(value, list)]
        full = [value for value in lists if value and isinstance(value[0], Mapping)]
        by_name = [loaded.get(name) for name in ("activities", "transactions", "rows", "trades")]
        named = [value for value in by_name if isinstance(value, list)]
        for found in (named[:1], full, lists):
            if len(found) == 1:
                return found[0]
    raise FileUnreadableError("no single list of transactions in this JSON", reason="no_table")


def _flat(entry: Mapping[str, object]) -> dict[str, str]:
    """Return the entry with one level of nesting joined by a point."""
    found: dict[str, str] = {}
    for name, value in entry.items():
        if isinstance(value, Mapping):
            for inner, deep in value.items():
                found[f"{name}.{inner}"] = _text(deep)
        else:
            found[name] = _text(value)
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False)


def _record(
    n: int, found: Mapping[str, str] | None, entry: object, columns: tuple[str, ...]
) -> Record:
    if found is None:
        error = RowError(None, RowCode.NOT_AN_OBJECT, "this entry is not an object")
        return Record(n, (_text(entry)[:MAX_CELL],), (error,))
    cells = tuple(found.get(name, "") for name in columns)
    if any(len(cell) > MAX_CELL for cell in cells):
        error = RowError(None, RowCode.TEXT_UNUSABLE, f"a text has over {MAX_CELL} characters")
        return Record(n, tuple(cell[:MAX_CELL] for cell in cells), (error,))
    return Record(n, cells)
