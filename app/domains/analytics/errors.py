"""The refusals of analytics, drawn as one tree.

FinNamiError
└── InvalidInputError
    └── AnalyticsRangeError   422 analytics_range   (field `days_max`)
"""

from app.core.errors import InvalidInputError


class AnalyticsRangeError(InvalidInputError):
    """The range ends before it begins, or holds more days than one answer shows."""

    code = "analytics_range"
    title = "Not a range of days that can be shown"
