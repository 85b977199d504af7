"""A report's content as titles, facts and tables: what CSV and pages are both made of. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from app.core.money import Money
from app.domains.reports.types import ReportKind

Row = tuple[str, ...]
Content = Mapping[str, Any]

TITLES: Final = {
    ReportKind.STATEMENT: "Statement of accounts",
    ReportKind.PERFORMANCE: "Performance",
    ReportKind.TAX_LOTS: "Tax lots",
    ReportKind.SUITABILITY: "Suitability file",
    ReportKind.FRAUD_KPI: "Key figures of fraud",
}
NOTE: Final = (
    "Every total above was compared with the ledger's own records before this report was issued."
    " Times are UTC. Not tax advice."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of text; `amounts` are the columns that are numbers."""

    title: str
    columns: Row
    rows: tuple[Row, ...]
    amounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """One report as it is shown: facts on top, then tables."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    note: str


def of(content: Content) -> Layout:
    """Return how a stored content is shown. It reads nothing else."""
    kind = ReportKind(content["kind"])
    facts = [
        ("Report", content["report_id"]),
        ("Period", f"{content['period']} ({content['first']} to {content['last']})"),
        ("Until", _when(content["until"])),
        ("Made", _when(content["made_at"])),
    ]
    facts += [(f"Version of {key}", value) for key, value in sorted(content["versions"].items())]
    facts.append(("SHA-256 of the content", content["sha256"]))
    tables = (*_BODIES[kind](content["body"]), _compared(content["compared"]))
    return Layout(TITLES[kind], tuple(facts), tables, NOTE)


def _statement(body: Content) -> list[Table]:
    sums = ("opening_minor", "in_minor", "out_minor", "closing_minor", "fees_minor")
    accounts = [
        (one["currency"], *(_amount(one[key], one["currency"]) for key in sums))
        for one in body["accounts"]
    ]
    stands = ("opening_micro", "change_micro", "closing_micro")
    holdings = [(one["symbol"], *(_shares(one[key]) for key in stands)) for one in body["holdings"]]
    heads = ("Currency", "Opening", "In", "Out", "Closing", "Fees in these movements")
    tables = [
        _table("Accounts", heads, accounts, text=1),
        _table("Holdings", ("Instrument", "Opening", "Change", "Closing"), holdings, text=1),
    ]
    for one in body["accounts"]:
        rows = [
            (
                _when(line["at"]),
                line["kind"],
                line["movement_id"],
                _amount(line["amount_minor"], one["currency"]),
                _amount(line["balance_minor"], one["currency"]),
            )
            for line in one["lines"]
        ]
        columns = ("At", "Kind", "Movement", "Amount", "Balance")
        tables.append(_table(f"Movements in {one['currency']}", columns, rows, text=3))
    return tables


def _performance(body: Content) -> list[Table]:
    currency = body["currency"]
    money = [
        (label, _amount(body[key], currency))
        for label, key in (
            ("Value at the start", "start_minor"),
            ("Money in and out", "flows_minor"),
            ("Gain, after fees", "gain_minor"),
            ("Value at the end", "end_minor"),
            ("Fees", "fees_minor"),
        )
    ]
    measures = [*(("You", one) for one in body["measures"]), ("You, before fees", body["gross"])]
    if body["benchmark"] is not None:
        measures += [(body["benchmark"]["name"], one) for one in body["benchmark"]["measures"]]
    returns = [
        (whose, one["method"], _percent(one["value"]), one["reason"] or "")
        for whose, one in measures
    ]
    flows = [
        (
            _when(one["at"]),
            one["kind"],
            one["movement_id"],
            f"{_amount(one['amount_minor'], one['currency'])} {one['currency']}",
        )
        for one in body["flows"]
    ]
    prices = " (simulated)" if body["simulated"] else ""
    return [
        _table(f"Money in {currency}", ("What", "Amount"), money, text=1),
        _table(
            f"Returns, prices of {body['source']}{prices}",
            ("Whose", "Method", "Return", "Why there is none"),
            returns,
            text=2,
        ),
        _table("Money in and out", ("At", "Kind", "Movement", "Amount"), flows, text=3),
    ]


def _tax_lots(body: Content) -> list[Table]:
    currency = body["currency"]
    sums = [
        (label, _amount(body[key], currency))
        for label, key in (
            ("Proceeds after fees", "proceeds_minor"),
            ("Cost with fees", "cost_minor"),
            ("Gain", "gain_minor"),
            ("of it held up to a year", "short_gain_minor"),
            ("of it held longer", "long_gain_minor"),
            ("Cost of open lots", "open_cost_minor"),
        )
    ]
    realised = [
        (
            one["symbol"],
            one["bought_at"][:10],
            one["sold_at"][:10],
            _shares(one["quantity_micro"]),
            *(_amount(one[f"{key}_minor"], currency) for key in ("cost", "proceeds", "gain")),
        )
        for one in body["realised"]
    ]
    still = [
        (
            one["symbol"],
            one["bought_at"][:10],
            _shares(one["quantity_micro"]),
            _amount(one["cost_minor"], currency),
        )
        for one in body["open"]
    ]
    return [
        _table(f"Sums in {currency}, method {body['method']}", ("What", "Amount"), sums, text=1),
        _table(
            "Realised",
            ("Instrument", "Bought", "Sold", "Quantity", "Cost", "Proceeds", "Gain"),
            realised,
            text=3,
        ),
        _table("Open lots", ("Instrument", "Bought", "Quantity", "Cost"), still, text=2),
    ]


def _suitability(body: Content) -> list[Table]:
    tables = []
    for one in body["statements"]:
        mix = ", ".join(f"{line['share']} {line['symbol']}" for line in one["mix"] or ())
        rows = [
            ("Given", _when(one["made_at"])),
            ("Outcome", one["outcome"]),
            ("Objective", one["objective"]["sentence"]),
            ("Horizon", one["horizon"]["sentence"]),
            ("Loss capacity", one["loss_capacity"]["sentence"]),
            ("Mix", mix),
            ("Costs", "" if one["costs"] is None else one["costs"]["sentence"]),
            *(("Reason", sentence) for sentence in one["reasons"]),
            *(("Limit", sentence) for sentence in one["limits"]),
            ("Sealed record", one["record_hash"]),
        ]
        title = f"Advice {one['recommendation_id']}"
        tables.append(_table(title, ("What", "As stated"), rows, text=2))
    missing = [(one["recommendation_id"], one["reason"]) for one in body["not_stated"]]
    if missing:
        tables.append(_table("Not stated", ("Advice", "Why"), missing, text=2))
    return tables


def _fraud(body: Content) -> list[Table]:
    counts = (
        "judged", "approved", "stepped_up", "held", "blocked", "degraded", "released", "rejected",
        "expired",
    )  # fmt: skip
    columns = (
        "Judged", "Approved", "Fresh code", "Held", "Refused", "Without model", "Released",
        "Fraud", "Expired", "Alerts", "Precision", "Median s", "Prevented",
    )  # fmt: skip

    def line(name: str, one: Content) -> Row:
        return (
            name,
            *(str(one[key]) for key in counts),
            _percent(one["alert_rate"]),
            _percent(one["precision"]),
            "" if one["median_decision_s"] is None else str(one["median_decision_s"]),
            "; ".join(
                f"{_amount(m['amount_minor'], m['currency'])} {m['currency']}"
                for m in one["prevented"]
            ),
        )

    total = [line("total", body["total"])]
    channels = [line(one["channel"], one) for one in body["channels"]]
    days = [line(one["day"], one) for one in body["days"]]
    return [
        _table("By channel", ("Channel", *columns), [*channels, *total], text=1),
        _table("By day", ("Day", *columns), days, text=1),
    ]


_BODIES: Final[Mapping[ReportKind, Callable[[Content], list[Table]]]] = {
    ReportKind.STATEMENT: _statement,
    ReportKind.PERFORMANCE: _performance,
    ReportKind.TAX_LOTS: _tax_lots,
    ReportKind.SUITABILITY: _suitability,
    ReportKind.FRAUD_KPI: _fraud,
}


def _compared(rows: Sequence[Content]) -> Table:
    shown = [(one["what"], one["unit"], str(one["report"]), str(one["ledger"])) for one in rows]
    columns = ("Total", "Unit", "Here, in smallest units", "In the ledger")
    return _table("Compared with the ledger", columns, shown, text=2)


def _table(title: str, columns: Row, rows: Sequence[Row], *, text: int) -> Table:
    """Return a table whose columns from the number `text` on are numbers."""
    return Table(title, columns, tuple(rows), frozenset(range(text, len(columns))))


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else Money(minor, currency).decimal_string()


def _shares(micro: int) -> str:
    return f"{Decimal(micro).scaleb(-6):f}"


def _percent(fraction: str | None) -> str:
    return "" if fraction is None else f"{Decimal(fraction) * 100:.2f}%"


def _when(text: str) -> str:
    return text[:19].replace("T", " ")
