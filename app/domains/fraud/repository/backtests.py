"""Back-tests in MongoDB: asked for with the call, finished by a worker."""

from typing import Any

from app.core.store import Document, Store
from app.domains.fraud.backtest_types import (
    Backtest,
    BacktestReport,
    BacktestState,
    CutBy,
    Figures,
)
from app.domains.fraud.repository.specs import BACKTESTS


async def insert(store: Store, asked: Backtest) -> None:
    """Keep the question."""
    await store.insert_one(
        BACKTESTS,
        {
            "_id": asked.backtest_id,
            "rules": asked.number,
            "against": asked.against,
            "days": asked.days,
            "asked_by": asked.asked_by,
            "asked_at": asked.asked_at,
            "state": asked.state.value,
            "report": None,
        },
    )


async def find(store: Store, backtest_id: str) -> Backtest | None:
    """Return one back-test."""
    row = await store.find_one(BACKTESTS, {"_id": backtest_id})
    return _backtest(row) if row else None


async def latest(store: Store, number: int, *, done: bool = False) -> Backtest | None:
    """Return the newest back-test of a set, or the newest that is done."""
    query: Document = {"rules": number}
    if done:
        query["state"] = BacktestState.DONE.value
    rows = await store.find_many(BACKTESTS, query, sort=[("_id", -1)], limit=1)
    return _backtest(rows[0]) if rows else None


async def finish(store: Store, backtest_id: str, report: BacktestReport) -> bool:
    """Store the report; False when there is one already."""
    where = {"_id": backtest_id, "state": BacktestState.ASKED.value}
    fields = {"state": BacktestState.DONE.value, "report": _document(report)}
    return await store.update_one(BACKTESTS, where, {"$set": fields}) == 1


def _document(report: BacktestReport) -> Document:
    return {
        "since": report.since,
        "until": report.until,
        "decisions": report.decisions,
        "not_judgeable": report.not_judgeable,
        "cut_by": report.cut_by.value if report.cut_by else None,
        "labelled": report.labelled,
        "frauds": report.frauds,
        "draft": _figures_document(report.draft),
        "active": _figures_document(report.active),
        "newly_stopped": report.newly_stopped,
        "no_longer_stopped": report.no_longer_stopped,
        "stricter": report.stricter,
        "milder": report.milder,
    }


def _figures_document(figures: Figures) -> Document:
    return {
        "outcomes": dict(figures.outcomes),
        "by_rule": dict(figures.by_rule),
        "alerts_per_day": figures.alerts_per_day,
        "stopped": figures.stopped,
        "stopped_share": figures.stopped_share,
        "customers_hit": figures.customers_hit,
        "alerts_labelled": figures.alerts_labelled,
        "alerts_fraud": figures.alerts_fraud,
        "stopped_labelled": figures.stopped_labelled,
        "stopped_fraud": figures.stopped_fraud,
    }


def _report(row: dict[str, Any]) -> BacktestReport:
    plain = {key: row[key] for key in row if key not in ("cut_by", "draft", "active")}
    return BacktestReport(
        **plain,
        cut_by=CutBy(row["cut_by"]) if row["cut_by"] else None,
        draft=Figures(**row["draft"]),
        active=Figures(**row["active"]),
    )


def _backtest(row: Document) -> Backtest:
    return Backtest(
        backtest_id=row["_id"],
        number=int(row["rules"]),
        against=int(row["against"]),
        days=int(row["days"]),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        state=BacktestState(row["state"]),
        report=_report(row["report"]) if row["report"] else None,
    )
