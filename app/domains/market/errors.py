"""The refusals of market, drawn as one tree.

FinNamiError
├── NotFoundError
│   ├── InstrumentNotFoundError    404 instrument_not_found
│   └── SourceNotFoundError        404 price_source_not_found
├── InvalidInputError
│   ├── PriceFileError             422 price_file           (field `problems`)
│   └── DateRangeError             422 date_range
└── UnavailableError
    └── NoPricesError              503 no_prices            the market has not been started yet
"""

from app.core.errors import InvalidInputError, NotFoundError, UnavailableError


class InstrumentNotFoundError(NotFoundError):
    """No instrument of the active source has this symbol."""

    code = "instrument_not_found"
    title = "No such instrument"


class SourceNotFoundError(NotFoundError):
    """No prices are kept under this name."""

    code = "price_source_not_found"
    title = "No such price source"


class PriceFileError(InvalidInputError):
    """The file cannot be imported; nothing of it was kept."""

    code = "price_file"
    title = "The price file cannot be used"


class DateRangeError(InvalidInputError):
    """The range is backwards or longer than one answer may be."""

    code = "date_range"
    title = "Please ask for another range"


class NoPricesError(UnavailableError):
    """There is no price yet: never zero, never an old one without saying so."""

    code = "no_prices"
    title = "No prices yet"
