"""What the watch over the models found, in MongoDB: comparisons by pair, reports by day."""

from dataclasses import asdict

from app.core.store import Document, Store
from app.domains.fraud.model_types import ColumnDrift, Comparison, ModelReport
from app.domains.fraud.repository.specs import MODEL_COMPARISONS, MODEL_REPORTS, SWEEPS

DAYS_SHOWN = 90


async def find(store: Store, *, champion: str, challenger: str) -> Comparison | None:
    """Return the last comparison of two versions."""
    row = await store.find_one(MODEL_COMPARISONS, {"_id": f"{champion}:{challenger}"})
    return _comparison(row) if row else None


async def put(store: Store, found: Comparison) -> None:
    """Keep a comparison in place of an earlier one of the same pair."""
    key = f"{found.champion_version}:{found.challenger_version}"
    await store.update_one(MODEL_COMPARISONS, {"_id": key}, {"$set": _plain(found)}, upsert=True)


async def mark_hour(store: Store, hour: str) -> bool:
    """Note that an hour's look was asked for; False when it was already."""
    found = await store.find_one(SWEEPS, {"_id": "watch"})
    if found is not None and found["hour"] == hour:
        return False
    await store.update_one(SWEEPS, {"_id": "watch"}, {"$set": {"hour": hour}}, upsert=True)
    return True


async def put_report(store: Store, report: ModelReport) -> None:
    """Keep a day's report in place of an earlier one of the same day and version."""
    key = f"{report.version}:{report.day}"
    await store.update_one(MODEL_REPORTS, {"_id": key}, {"$set": _plain(report)}, upsert=True)


async def reports(store: Store, version: str) -> list[ModelReport]:
    """Return the reports of one version, the newest first, at most ninety days."""
    rows = await store.find_many(
        MODEL_REPORTS, {"version": version}, sort=[("day", -1)], limit=DAYS_SHOWN
    )
    return [_report(row) for row in rows]


def _plain(found: Comparison | ModelReport) -> Document:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(found).items()
    }


def _comparison(row: Document) -> Comparison:
    fields = {key: value for key, value in row.items() if key != "_id"}
    for name in ("precision_gain", "cost_saving"):
        low, high = fields[name]
        fields[name] = (low, high)
    return Comparison(**fields)


def _report(row: Document) -> ModelReport:
    fields = {key: value for key, value in row.items() if key != "_id"}
    # Reports of before this figure was kept: nearly always the same count.
    fields.setdefault("scored", fields["rows"] - fields["degraded"])
    fields["columns"] = tuple(ColumnDrift(**column) for column in fields["columns"])
    fields["alerts"] = tuple(fields["alerts"])
    return ModelReport(**fields)
