"""Rows of text and label from any of the shapes intent sets come in: CSV, JSON lines, JSON.

What a row is for follows from the key or the file's name: `train` is learnt from, `val`, `valid`
and `dev` calibrate, `test` is never read by training.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from app.ml.estimators.intents import OOS

TEXT_COLUMNS: Final = ("text", "utterance", "query")
LABEL_COLUMNS: Final = ("label", "category", "intent")
SUFFIXES: Final = (".csv", ".jsonl", ".json")
MAX_FILE_BYTES: Final = 512 * 1024 * 1024
MAX_ROWS: Final = 500_000
MAX_FILES: Final = 1_000
_MAX_CELL: Final = 10 * 1024 * 1024


class RowsError(ValueError):
    """A file that cannot be used; the message names it and what it lacks."""


class Use(StrEnum):
    """What training may do with a row."""

    FIT = "fit"
    CALIBRATE = "calibrate"
    ASIDE = "aside"
    """Gives the confidence, unseen until then; the model that is stored learns from it as well."""

    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Row:
    """One text as written, its label where it has one, and where it came from."""

    text: str
    label: str | None
    use: Use
    source: str
    slots: str = ""
    tags: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one file and key; `key` is empty outside JSON objects of splits."""

    file: Path
    key: str
    records: Sequence[Mapping[str, Any]]


def read_training_rows(path: Path) -> list[Row]:
    """Return the rows that fit or calibrate, from a file or the usable files of a folder.

    Raises RowsError naming the file and the column when there is nothing to learn from.
    """
    files = _files(path)
    parts = [part for file in files for part in _parts(file, strict=path.is_file())]
    if any(part.key == "oos_train_plus" for part in parts):
        parts = [part for part in parts if part.key != "oos_train"]
    lone = path.is_file() and not any(part.key for part in parts)
    rows = [
        row
        for part in parts
        if (use := _use(part, lone=lone)) is not Use.NEVER
        for row in _rows(part, use, labelled=True)
    ]
    if not any(row.use is Use.FIT and row.label != OOS for row in rows):
        raise RowsError(
            f"{path} holds no row to learn from: a file with a text column "
            f"({', '.join(TEXT_COLUMNS)}) and a label column ({', '.join(LABEL_COLUMNS)}) "
            "whose name does not say val, dev or test"
        )
    return [row for row in rows if row.text.strip()]


def read_all_rows(path: Path) -> list[Row]:
    """Return every row of one file in its order, labelled or not. Raises RowsError."""
    return [row for p in _parts(path, strict=True) for row in _rows(p, Use.NEVER, labelled=False)]


def rows_sha256(rows: Iterable[Row]) -> str:
    """Return one hash over texts, labels and uses, in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps([row.text, row.label, row.use, row.source]).encode())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if len(found) > MAX_FILES:
        raise RowsError(f"{path} holds {len(found)} files, more than {MAX_FILES}")
    return found


def _use(part: _Part, *, lone: bool) -> Use:
    name = (part.key or part.file.stem).lower().replace("latest", "")
    if "test" in name:
        return Use.NEVER
    if "train" in name or lone:
        return Use.FIT
    return Use.CALIBRATE if "val" in name or "dev" in name else Use.FIT


def _rows(part: _Part, use: Use, *, labelled: bool) -> list[Row]:
    text = _column(part, TEXT_COLUMNS)
    label = _column(part, LABEL_COLUMNS)
    if labelled and label is None:
        raise RowsError(f"{part.file.name} has no label column ({', '.join(LABEL_COLUMNS)})")
    where = f"{part.file.stem}:{part.key}" if part.key else part.file.stem
    rows = []
    for number, record in enumerate(part.records, 1):
        value, named = record.get(str(text)), record.get(label) if label else None
        if not isinstance(value, str):
            raise RowsError(f"{part.file.name} row {number}: column {text} holds no text")
        if labelled and (not isinstance(named, str) or not named):
            raise RowsError(f"{part.file.name} row {number}: column {label} holds no label")
        slots, tags = record.get("slots"), record.get("tags")
        rows.append(
            Row(
                value, named if isinstance(named, str) and named else None, use, where,
                slots if isinstance(slots, str) else "", tags if isinstance(tags, str) else "",
            )
        )  # fmt: skip
    return rows


def _column(part: _Part, names: Sequence[str]) -> str | None:
    known = part.records[0].keys() if part.records else ()
    return next((name for name in names if name in known), None)


def _parts(file: Path, *, strict: bool) -> list[_Part]:
    """Return the parts with a text column; none when the file has none and may be skipped."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise RowsError(f"{file.name} is larger than {MAX_FILE_BYTES // 1024**2} MiB")
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise RowsError(f"{file.name} is not UTF-8 at byte {exc.start}") from exc
    except OSError as exc:
        raise RowsError(f"{file} cannot be read: {exc.strerror or exc}") from exc
    kind = file.suffix.lower()
    if kind == ".json":
        found = _json_parts(file, content)
    elif kind == ".jsonl":
        found = [_Part(file, "", _json_lines(file, content))]
    else:
        found = [_Part(file, "", _csv_rows(file, content))]
    if sum(len(part.records) for part in found) > MAX_ROWS:
        raise RowsError(f"{file.name} holds more than {MAX_ROWS} rows")
    usable = [part for part in found if part.records and _column(part, TEXT_COLUMNS)]
    if strict and not usable:
        raise RowsError(f"{file.name} has no rows with a text column ({', '.join(TEXT_COLUMNS)})")
    return usable


def _csv_rows(file: Path, content: str) -> list[dict[str, Any]]:
    before = csv.field_size_limit(_MAX_CELL)
    try:
        # Not strict: public sets hold stray quotes inside quoted cells.
        return list(csv.DictReader(io.StringIO(content, newline="")))
    except csv.Error as exc:
        raise RowsError(f"{file.name} is not a CSV table: {exc}") from exc
    finally:
        csv.field_size_limit(before)


def _json_lines(file: Path, content: str) -> list[dict[str, Any]]:
    records = []
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as exc:
            raise RowsError(f"{file.name} line {number} is not JSON") from exc
        if not isinstance(record, dict):
            raise RowsError(f"{file.name} line {number} is not an object")
        records.append(record)
    return records


def _json_parts(file: Path, content: str) -> list[_Part]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise RowsError(f"{file.name} is not JSON: {exc}") from exc
    if isinstance(found, list):
        return [_Part(file, "", [r for r in found if isinstance(r, dict)])]
    if not isinstance(found, dict):
        return []
    parts = []
    for key, rows in found.items():
        if not isinstance(rows, list):
            continue
        records = [r if isinstance(r, dict) else _pair(r) for r in rows]
        parts.append(_Part(file, key, [r for r in records if r is not None]))
    return parts


def _pair(row: Any) -> dict[str, Any] | None:
    two = isinstance(row, list) and len(row) == len(("text", "label"))
    return dict(zip(("text", "label"), row, strict=True)) if two else None
