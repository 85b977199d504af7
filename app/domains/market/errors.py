"""The refusals of market, drawn as one tree.

FinNamiError
├── NotFoundError
│   ├── InstrumentNotFoundError    404 instrument_not_found
│   └── SourceNotFoundError        404 price_source_not_found
├── InvalidInputError
│   ├── PriceFileError             422 price_file           (field `problems`)
│   ├── ActionError                422 corporate_action
│   ├── ArchiveError               422 price_archive
│   ├── CalendarUnknownError       422 calendar_unknown     (field `calendars`)
│   ├── RateFileError              422 rate_file            (field `problems`)
│   ├── RatesDifferError           422 rates_differ         (field `fixings`)
│   └── DateRangeError             422 date_range
├── RateLimitedError
│   └── TooManyStreamsError        429 too_many_streams
└── UnavailableError
    ├── NoPricesError              503 no_prices            the market has not been started yet
    ├── StreamAwayError            503 quote_stream_away    Redis does not answer
    └── FeedRefusedError           503 feed_refused         the provider refuses us for good
"""

from app.core.errors import (
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)


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


class ActionError(InvalidInputError):
    """The corporate actions cannot be kept; nothing of the file was."""

    code = "corporate_action"
    title = "The corporate actions cannot be used"


class ArchiveError(InvalidInputError):
    """The archived prices are not whole, or not the ones that were written."""

    code = "price_archive"
    title = "The archived prices cannot be used"


class CalendarUnknownError(InvalidInputError):
    """No calendar of sessions has this name."""

    code = "calendar_unknown"
    title = "No such market calendar"


class RateFileError(InvalidInputError):
    """The file of exchange rates cannot be imported; nothing of it was kept."""

    code = "rate_file"
    title = "The file of exchange rates cannot be used"


class RatesDifferError(InvalidInputError):
    """The file says otherwise than fixings that are kept; nothing of it was kept."""

    code = "rates_differ"
    title = "These exchange rates differ from the kept ones"


class DateRangeError(InvalidInputError):
    """The range is backwards or longer than one answer may be."""

    code = "date_range"
    title = "Please ask for another range"


class NoPricesError(UnavailableError):
    """There is no price yet: never zero, never an old one without saying so."""

    code = "no_prices"
    title = "No prices yet"


class TooManyStreamsError(RateLimitedError):
    """This person, or this process, already follows as many streams as it may."""

    code = "too_many_streams"
    title = "Too many price streams at once"


class StreamAwayError(UnavailableError):
    """The stream of ticks cannot be reached; the last quotes can still be asked for."""

    code = "quote_stream_away"
    title = "Live prices are briefly unavailable"


class FeedRefusedError(UnavailableError):
    """The provider will not serve this installation: a wrong key, a plan without the data.

    Trying again cannot help; a person must change the settings.
    """

    code = "feed_refused"
    title = "The price provider refuses this installation"
