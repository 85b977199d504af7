"""A whole file at once: table, mapping, conventions, and what each record means."""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domains.imports.errors import ImportTooSlowError
from app.domains.imports.rules import conventions, dedupe, normalising, questions, reading
from app.domains.imports.types import (
    Conventions,
    Options,
    Reading,
    ReadRow,
    RowField,
    Table,
    Upload,
)

LOOK_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class Meant:
    """A file with its meaning, before it is compared with what is there."""

    table: Table
    mapping: dict[RowField, str]
    conventions: Conventions
    rows: tuple[ReadRow, ...]
    file_sha256: str


def understand(
    upload: Upload, options: Options, *, today: date, expired: Callable[[], bool]
) -> Meant:
    """Return what a file means.

    Raises FileUnreadableError, FileTooLargeError, ColumnMappingError, ImportTooSlowError.
    """
    table = reading.read(upload.content)
    mapping = conventions.mapping_of(table, options)
    found = conventions.conventions_of(table, mapping, options)
    context = normalising.context_of(table, mapping, options, found, today)
    rows: list[ReadRow] = []
    for row in normalising.rows(table, context):
        if len(rows) % LOOK_EVERY == 0 and expired():
            raise ImportTooSlowError
        rows.append(row)
    sha256 = hashlib.sha256(upload.content).hexdigest()
    return Meant(table, mapping, found, tuple(rows), sha256)


def compare(meant: Meant, options: Options, known: Collection[str]) -> Reading:
    """Return what would become of each row, given the keys that are there."""
    rows = dedupe.judge(meant.rows, account=options.account, known=known)
    return Reading(
        table=meant.table,
        mapping=meant.mapping,
        conventions=meant.conventions,
        rows=tuple(rows),
        counts=dedupe.count(rows),
        questions=questions.questions_of(rows, meant.mapping),
        unknown_types=questions.unknown_types(rows, meant.table.columns, meant.mapping),
        file_sha256=meant.file_sha256,
    )


def batch_id_of(user_id: str, key: str) -> str:
    """Return the id of the import that a key makes: the same key is the same import."""
    return hashlib.sha256(f"import\n{user_id}\n{key}".encode()).hexdigest()[:20]


def request_sha256(upload: Upload, options: Options) -> str:
    """Return the hash of a whole request: a repeated key must ask for the same."""
    said = [
        upload.name,
        hashlib.sha256(upload.content).hexdigest(),
        options.account,
        None if options.columns is None else sorted(options.columns.items()),
        sorted(options.types.items()),
        options.currency,
        options.decimal_mark,
        options.date_order,
        options.round_amounts,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
