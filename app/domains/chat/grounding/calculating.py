"""Arithmetic over evidence: the only way an answer may say a sum, a share or a change."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, DecimalException, localcontext
from typing import Final, TypeVar

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source

DEPTH_MAX: Final = 3
REFS_MAX: Final = 50
_PRECISION: Final = 40
_PLACES: Final = Decimal("1e-20")
_COUNTED: Final = frozenset({Kind.QUANTITY, Kind.COUNT})
_LEVELS: Final = frozenset({Metric.VALUE, Metric.CASH, Metric.PRICE})

_Same = TypeVar("_Same")


class CalcError(ValueError):
    """A calculation that means nothing; `code` says why and is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def calc(
    op: str, refs: Sequence[str], *, evidence: Mapping[str, Evidence], new_id: str
) -> Evidence:
    """Return new evidence, source calc, that cites its inputs.

    `op` is add, sub, mul, div, sum, share (first of second), pct_change (from first to second),
    min or max. Money of unlike currencies, dates, ids and a zero divisor are refused, and so is
    a calculation on calculations deeper than three. Raises CalcError.
    """
    if op not in OPERATIONS:
        raise CalcError("unknown_op", f"{op!r} is none of {', '.join(OPERATIONS)}")
    count, work = OPERATIONS[op]
    if not (len(refs) == count if count else 1 <= len(refs) <= REFS_MAX):
        wanted = str(count) if count else f"1 to {REFS_MAX}"
        raise CalcError("wrong_count", f"{op} takes {wanted} values, not {len(refs)}")
    inputs = [_input(ref, evidence) for ref in refs]
    if 1 + max(_depth(one, evidence, 0) for one in inputs) > DEPTH_MAX:
        raise CalcError("too_deep", f"a calculation may rest on at most {DEPTH_MAX - 1} others")
    try:
        with localcontext(Context(prec=_PRECISION)):
            kind, currency, value = work(inputs)
            value = +value if abs(value) >= 1 else value.quantize(_PLACES).normalize()
    except DecimalException as error:
        raise CalcError("not_calculable", f"{op} of these values has no result") from error
    return Evidence(
        id=new_id, kind=kind, value=value, metric=_metric(op, inputs), source=Source.CALC,
        currency=currency, signed=op in ("sub", "pct_change") or any(one.signed for one in inputs),
        entity=_common([one.entity for one in inputs]),
        as_of=_common([one.as_of for one in inputs]),
        inputs=tuple(refs),
    )  # fmt: skip


_Result = tuple[Kind, str | None, Decimal]


def _input(ref: str, evidence: Mapping[str, Evidence]) -> Evidence:
    one = evidence.get(ref)
    if one is None:
        raise CalcError("unknown_evidence", f"there is no evidence {ref[:40]!r}")
    if not isinstance(one.value, Decimal) or not one.value.is_finite():
        raise CalcError("not_a_number", f"{ref} is a {one.kind.value}, not a number")
    return one


def _depth(one: Evidence, evidence: Mapping[str, Evidence], seen: int) -> int:
    """Return how many calculations stand below evidence; deeper than allowed is just that."""
    if one.source is not Source.CALC or seen > DEPTH_MAX:
        return seen if one.source is Source.CALC else 0
    below = [evidence[ref] for ref in one.inputs if ref in evidence]
    return 1 + max((_depth(lower, evidence, seen + 1) for lower in below), default=0)


def _value(one: Evidence) -> Decimal:
    return one.value if isinstance(one.value, Decimal) else Decimal(0)


def _alike(inputs: Sequence[Evidence]) -> tuple[Kind, str | None]:
    """Return kind and currency of values that may be added; refuse any others."""
    kinds = {Kind.QUANTITY if one.kind in _COUNTED else one.kind for one in inputs}
    if len(kinds) > 1:
        raise CalcError("unlike_kinds", "these values are of different kinds")
    currencies = {one.currency for one in inputs}
    if len(currencies) > 1:
        raise CalcError("unlike_currencies", "money of different currencies needs a rate first")
    same = inputs[0].kind if len({one.kind for one in inputs}) == 1 else Kind.QUANTITY
    return same, next(iter(currencies))


def _folded(work: Callable[[list[Decimal]], Decimal]) -> Callable[[Sequence[Evidence]], _Result]:
    def run(inputs: Sequence[Evidence]) -> _Result:
        kind, currency = _alike(inputs)
        return kind, currency, work([_value(one) for one in inputs])

    return run


def _mul(inputs: Sequence[Evidence]) -> _Result:
    one, two = inputs
    product = _value(one) * _value(two)
    if one.kind is Kind.MONEY and two.kind is Kind.MONEY:
        raise CalcError("unlike_kinds", "money times money means nothing")
    if Kind.MONEY in (one.kind, two.kind):
        return Kind.MONEY, one.currency or two.currency, product
    if one.kind is two.kind is Kind.PERCENT:
        return Kind.PERCENT, None, product
    return Kind.QUANTITY, None, product


def _div(inputs: Sequence[Evidence]) -> _Result:
    one, two = inputs
    _not_zero(two)
    quotient = _value(one) / _value(two)
    if two.kind is Kind.MONEY:
        _alike(inputs)
        return Kind.QUANTITY, None, quotient
    if one.kind is Kind.MONEY:
        return Kind.MONEY, one.currency, quotient
    if one.kind is Kind.PERCENT and two.kind in _COUNTED:
        return Kind.PERCENT, None, quotient
    return Kind.QUANTITY, None, quotient


def _share(inputs: Sequence[Evidence]) -> _Result:
    _alike(inputs)
    _not_zero(inputs[1])
    return Kind.PERCENT, None, _value(inputs[0]) / _value(inputs[1])


def _pct_change(inputs: Sequence[Evidence]) -> _Result:
    _alike(inputs)
    _not_zero(inputs[0])
    first, second = (_value(one) for one in inputs)
    # From a loss to a gain there is no percentage a reader would understand; the sign of the
    # base stays in the quotient, as the books of companies print it.
    return Kind.PERCENT, None, (second - first) / first


def _not_zero(one: Evidence) -> None:
    if _value(one) == 0:
        raise CalcError("zero_divisor", f"{one.id} is zero")


OPERATIONS: Final[Mapping[str, tuple[int, Callable[[Sequence[Evidence]], _Result]]]] = {
    "add": (2, _folded(lambda values: values[0] + values[1])),
    "sub": (2, _folded(lambda values: values[0] - values[1])),
    "mul": (2, _mul),
    "div": (2, _div),
    "sum": (0, _folded(lambda values: sum(values, Decimal(0)))),
    "share": (2, _share),
    "pct_change": (2, _pct_change),
    "min": (0, _folded(min)),
    "max": (0, _folded(max)),
}


def _metric(op: str, inputs: Sequence[Evidence]) -> Metric:
    common = _common([one.metric for one in inputs])
    if op == "share":
        return Metric.WEIGHT
    if op == "pct_change" and common in _LEVELS:
        return Metric.RETURN
    if op == "sub" and common in _LEVELS:
        # A difference of two levels may be a gain, a gap or a missing sum: no word contradicts it.
        return Metric.OTHER
    return common or Metric.OTHER


def _common(values: Sequence[_Same]) -> _Same | None:
    return values[0] if len(set(values)) == 1 else None
