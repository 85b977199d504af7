"""Reads and writes evidence as JSON: values as text, dates as ISO days."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.domains.chat.evidence_types import Claim, Evidence, Kind, Metric, Source, Verdict

_TEXT_MAX: Final = 200


def evidence_of(row: Any, *, place: str = "evidence") -> Evidence:
    """Return evidence of a JSON object. Raises ValueError naming the place and the field."""
    if not isinstance(row, Mapping):
        raise ValueError(f"{place}: an object is expected")
    key = _text(row, "id", place, needed=True)
    kind = _one_of(Kind, row, "kind", place, None)
    metric = _one_of(Metric, row, "metric", place, Metric.OTHER)
    source = _one_of(Source, row, "source", place, Source.PORTFOLIO)
    currency = _text(row, "currency", place)
    if kind is Kind.MONEY and not currency:
        raise ValueError(f"{place}.currency: money needs a currency")
    signed = row.get("signed", False)
    if not isinstance(signed, bool):
        raise ValueError(f"{place}.signed: true or false is expected")
    inputs = row.get("inputs") or ()
    if not isinstance(inputs, list | tuple) or not all(isinstance(ref, str) for ref in inputs):
        raise ValueError(f"{place}.inputs: a list of evidence ids is expected")
    return Evidence(
        id=key or "", kind=kind, value=_value(row.get("value"), kind, place), metric=metric,
        source=source, currency=currency.upper() if currency else None, signed=signed,
        entity=_text(row, "entity", place), as_of=_text(row, "as_of", place),
        ref=_text(row, "ref", place), inputs=tuple(inputs),
    )  # fmt: skip


def _text(row: Mapping[str, Any], name: str, place: str, *, needed: bool = False) -> str | None:
    value = row.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str) or (needed and not value) or len(value) > _TEXT_MAX:
        raise ValueError(f"{place}.{name}: a text of at most {_TEXT_MAX} characters is expected")
    return value


def _one_of(kind: type[Any], row: Mapping[str, Any], name: str, place: str, default: Any) -> Any:
    value = row.get(name, default)
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(sorted(item.value for item in kind))
        raise ValueError(f"{place}.{name}: {value!r:.40} is none of {allowed}") from None


def _value(value: Any, kind: Kind, place: str) -> Decimal | date | str:
    if kind is Kind.ID:
        if not isinstance(value, str):
            raise ValueError(f"{place}.value: an id is a text")
        return value[:_TEXT_MAX]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f'{place}.value: a text such as "1234.50" is expected, never a float')
    if kind is Kind.DATE:
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            raise ValueError(f"{place}.value: {value!r:.40} is no date (YYYY-MM-DD)") from None
    try:
        number = Decimal(str(value)[:64])
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 24:
        raise ValueError(f"{place}.value: {value!r:.40} is no usable number")
    return number


def evidence_row(one: Evidence) -> dict[str, Any]:
    """Return evidence as JSON, exact numbers as text: what `evidence_of` reads."""
    return {
        "id": one.id, "kind": one.kind.value, "value": str(one.value),
        "metric": one.metric.value, "source": one.source.value, "currency": one.currency,
        "signed": one.signed, "entity": one.entity, "as_of": one.as_of, "ref": one.ref,
        "inputs": list(one.inputs),
    }  # fmt: skip


def claim_row(claim: Claim) -> dict[str, Any]:
    """Return a claim as JSON."""
    value = claim.value
    shown = None if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return {
        "text": claim.text, "start": claim.start, "end": claim.end, "value": shown,
        "kind": claim.kind.value, "status": claim.status.value, "evidence_id": claim.evidence_id,
    }  # fmt: skip


def verdict_row(key: str, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON under the id of its answer."""
    return {"id": key, "ok": verdict.ok, "claims": [claim_row(one) for one in verdict.claims]}
