"""Short ways to write evidence in tests."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source, Status, Verdict
from app.domains.chat.grounding.judging import judge

LOCALES = (
    "en", "en-IN", "en-GB", "es", "es-MX", "fr", "fr-CH", "de", "de-CH", "de-AT", "pt", "pt-PT",
    "hi", "ar", "ar-EG", "ar-MA", "zh",
)  # fmt: skip


def money(key: str, value: str, metric: Metric = Metric.VALUE, **more: Any) -> Evidence:
    currency = more.pop("currency", "EUR")
    return Evidence(key, Kind.MONEY, Decimal(value), metric, Source.PORTFOLIO, currency, **more)


def percent(key: str, value: str, metric: Metric = Metric.RETURN, **more: Any) -> Evidence:
    """`value` in percent, as people say it."""
    ratio = Decimal(value) / 100
    return Evidence(key, Kind.PERCENT, ratio, metric, Source.PORTFOLIO, **more)


def count(key: str, value: int) -> Evidence:
    return Evidence(key, Kind.COUNT, Decimal(value), Metric.COUNT, Source.LEDGER)


def day(key: str, value: str) -> Evidence:
    return Evidence(key, Kind.DATE, date.fromisoformat(value), Metric.DATE, Source.LEDGER)


def judged(text: str, *evidence: Evidence, locale: str = "en", **more: Any) -> Verdict:
    return judge(
        text, evidence=evidence, locale=locale, base_currency=more.pop("base", "EUR"), **more
    )


def statuses(verdict: Verdict) -> Sequence[Status]:
    return [claim.status for claim in verdict.claims]
