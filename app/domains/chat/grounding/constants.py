"""Figures everybody may say in the right place: 12 months, a scale of 100, a legal guarantee."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from app.domains.chat.evidence_types import Kind, Metric
from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.lexicon import Hit
from app.domains.chat.grounding.mapping import fold
from app.domains.chat.grounding.tables import table


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that needs no evidence where its pattern and its metric are in the sentence."""

    name: str
    value: Decimal
    kind: Kind
    currency: str | None
    metric: Metric | None
    pattern: re.Pattern[str]


@cache
def constants() -> tuple[Constant, ...]:
    """Return the table."""
    return tuple(
        Constant(
            row["name"],
            Decimal(row["value"]),
            Kind(row["kind"]),
            row.get("currency"),
            Metric(row["metric"]) if row.get("metric") else None,
            re.compile(fold(row["pattern"])),
        )
        for row in table("constants")["constants"]
    )


def constant_of(
    figure: Figure, sentence: str, found: Sequence[Hit], known: frozenset[Metric]
) -> str | None:
    """Return the name of the constant a figure states; None when it states none.

    `known` is what the turn counts: beside a score of the turn a scale needs no word for it.
    """
    said = known.union(*(hit.metrics for hit in found))
    for one in constants():
        if (
            figure.value == one.value
            and figure.kind is one.kind
            and figure.currency == one.currency
            and (one.metric is None or one.metric in said)
            and one.pattern.search(sentence)
        ):
            return f"constant:{one.name}"
    return None
