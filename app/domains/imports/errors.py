"""The refusals of imports, drawn as one tree. A bad row is no refusal: it is told by its line.

FinNamiError
├── InvalidInputError
│   ├── FileUnreadableError     422 import_unreadable       no table or no text (field `reason`)
│   ├── FileTooLargeError       422 import_too_large        more bytes, rows or columns than allowed
│   └── ColumnMappingError      422 import_mapping          a column that the file has not
├── NotFoundError
│   └── BatchNotFoundError      404 import_not_found
├── ConflictError
│   ├── NothingToImportError    409 nothing_to_import       every row is known or refused
│   ├── ImportLimitError        409 too_many_imports        rows or batches of one person
│   └── ImportRaceError         409 import_race             another import of hers came between
└── UnavailableError
    └── ImportTooSlowError      503 import_too_slow         the time bound passed
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError


class FileUnreadableError(InvalidInputError):
    """The bytes are no CSV and no JSON that could hold transactions."""

    code = "import_unreadable"
    title = "This file cannot be read as a table of transactions"


class FileTooLargeError(InvalidInputError):
    """The file passes a limit."""

    code = "import_too_large"
    title = "This file is too large to import"


class ColumnMappingError(InvalidInputError):
    """A field was mapped to a column that the file has not."""

    code = "import_mapping"
    title = "The file has no such column"


class BatchNotFoundError(NotFoundError):
    """There is no such import, or it is somebody else's."""

    code = "import_not_found"
    title = "No such import"


class NothingToImportError(ConflictError):
    """No row of the file is new and readable; nothing is kept."""

    code = "nothing_to_import"
    title = "This file has no new row to import"


class ImportLimitError(ConflictError):
    """As much as one person may import is there."""

    code = "too_many_imports"
    title = "Undo an import before you add another"


class ImportRaceError(ConflictError):
    """Other imports of the same person kept coming between."""

    code = "import_race"
    title = "Another import of yours is being kept; please try again"


class ImportTooSlowError(UnavailableError):
    """Reading took longer than one call may."""

    code = "import_too_slow"
    title = "Reading this file takes too long; split it and try again"
