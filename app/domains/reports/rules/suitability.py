"""The suitability file of a period: every statement of what was advised. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domains.reports.types import Compared, Draft


def draft(
    statements: Sequence[Mapping[str, Any]],
    refused: Sequence[Mapping[str, str]],
    sealed: Mapping[str, str],
) -> Draft:
    """Return the statements; `sealed` are the decision records of the period, id to hash."""
    told = {one["recommendation_id"]: one["record_hash"] for one in statements}
    named = {*told, *(one["recommendation_id"] for one in refused)}
    compared = [
        Compared("statements", "records", len(named), len(sealed)),
        Compared(
            "hashes of the records",
            "records",
            sum(sealed.get(key) == value for key, value in told.items()),
            len(told),
        ),
    ]
    return Draft(
        {"statements": list(statements), "not_stated": list(refused)},
        tuple(compared),
        {"statement": statements[0]["statement"] if statements else ""},
    )
