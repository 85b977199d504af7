"""Log lines: one JSON object each, allow-listed fields, nothing personal."""

import logging
import sys

import structlog
from structlog.typing import EventDict

_SECRET_FIELDS = frozenset(
    {"password", "token", "access_token", "refresh_token", "code", "secret", "email", "grant"}
)


def _scrub(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Blank a field that must not be logged, should somebody bind one by mistake."""
    for name in _SECRET_FIELDS & event.keys():
        event[name] = "[scrubbed]"
    return event


class _StandardError:
    """Writes each line to what standard error is then: tests and daemons replace it."""

    def msg(self, message: str) -> None:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def _to_standard_error(*_: object) -> _StandardError:
    return _StandardError()


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's warnings to standard error as JSON lines."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _scrub,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=True,
    )
