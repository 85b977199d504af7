"""The watch: drift of what the model sees, and a challenger beside it on logged vectors."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from app.core import decisions
from app.core.decisions import DecisionRecord
from app.core.ids import new_ulid
from app.core.mongo import long
from app.domains.fraud.adapters.model import StoredScorers
from app.domains.fraud.repository.specs import EVENTS, MODEL_REPORTS
from app.domains.fraud.service import FraudService
from app.ml.features.behaviour_table import behaviour_table
from app.ml.features.fraud_table import feature_table
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.store import ModelStore
from app.ml.training.payments_data import simulated_payments
from tests.factories.ledger import Bank, build_bank
from tests.factories.models import own_store, registered

DAY = timedelta(days=1)
WHY = {"actor": "dana", "reason": "test"}
ROWS = 3_000


class Log:
    """Simulated payments as the product would have logged them under one version."""

    def __init__(self, scorer: FraudScorer) -> None:
        table = simulated_payments(seed=5, customers=80, terminals=120, days=75).table
        everything = np.ones(len(table), dtype=np.bool_)
        last = np.arange(len(table))[-ROWS:]
        self.table = table.take(last)
        self.X = feature_table(table, scorer.constants)[last]
        self.acts = behaviour_table(table, scorer.habits, everything)[last]
        self.probability = scorer.probability_rows(self.X)

    def at(self, row: int, end: datetime) -> datetime:
        return end - timedelta(seconds=int(self.table.ts_s[-1] - self.table.ts_s[row]) + 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    tmp = tmp_path_factory.mktemp("models")
    found = own_store(tmp / "own")
    # The linear member turned round spoils the ranking of the two others.
    registered(found, tmp, "spoilt", (0.5, 0.5, -0.6))
    registered(found, tmp, "whole")
    return found


@pytest.fixture(scope="module")
def log(store: ModelStore) -> Log:
    return Log(FraudScorer.load(store.folder("fraud", "spoilt")))


async def desk(store: ModelStore) -> tuple[Bank, FraudService]:
    """A product in which a spoilt model judges, logged payments to come."""
    bank = build_bank()
    fraud = FraudService(
        db=bank.db, clock=bank.clock, scorers=StoredScorers(store), identity=bank.house.identity
    )
    await fraud.models.promote("spoilt", **WHY, gated=False)
    return bank, fraud


async def logged(
    bank: Bank, log: Log, *, until: datetime, rows: Sequence[int] = range(ROWS), shift: float = 0.0
) -> None:
    """Write decisions and events that end at `until`; `shift` moves the amounts' feature."""
    moved = log.X.copy()
    moved[:, 0] += shift
    for row in rows:
        at, payment = log.at(row, until), f"p{row}"
        record = DecisionRecord(
            id=new_ulid(at),
            kind="fraud",
            user_id=f"u{log.table.customer[row]}",
            at=at,
            inputs={
                "payment_id": payment,
                "amount_minor": int(log.table.cents[row]),
                "vector": moved[row].astype(float).tolist(),
                "behaviour": log.acts[row].astype(float).tolist(),
            },
            versions={"model": "spoilt", "rules": "fraud-rules/3"},
            outputs={"outcome": "approve", "probability": float(log.probability[row])},
        )
        await bank.db.insert_one(decisions.COLLECTION, record.document())
        fraud = bool(log.table.fraud[row])
        event = {"_id": payment, "customer": record.user_id, "payee": "shop", "at": at}
        label = {"label": True, "known_at": at + DAY} if fraud else {"label": None}
        empty = {"high": False, "known_at": None, "amount": long(int(log.table.cents[row]))}
        await bank.db.insert_one(EVENTS, event | empty | label)


@pytest.mark.row("AO2")
class TestWatch:
    async def test_a_better_challenger_wins_on_logged_vectors_and_may_be_promoted(
        self, store: ModelStore, log: Log
    ) -> None:
        bank, fraud = await desk(store)
        await logged(bank, log, until=bank.clock.now())
        await fraud.models.shadow("whole", **WHY)
        await fraud.model_watch.run()
        found = await fraud.models.comparison("whole")
        assert found is not None
        assert found.rows > 1_000
        assert 0 < found.frauds < found.labelled < found.rows
        assert found.challenger["average_precision"] > found.champion["average_precision"]
        assert found.precision_gain[0] > 0
        # The gate reads the same figures; whatever speaks against it is named.
        reasons = fraud.models.refusals(found)
        assert not any("average precision" in reason for reason in reasons)

    async def test_a_worse_challenger_is_refused_by_what_was_measured(
        self, store: ModelStore, log: Log
    ) -> None:
        bank, fraud = await desk(store)
        await fraud.models.promote("whole", **WHY, gated=False)
        await logged(bank, log, until=bank.clock.now())
        for row in bank.db.rows(decisions.COLLECTION).values():
            row["versions"]["model"] = "whole"
        await fraud.models.shadow("spoilt", **WHY)
        await fraud.model_watch.run()
        found = await fraud.models.comparison("spoilt")
        assert found is not None
        assert any("average precision" in reason for reason in fraud.models.refusals(found))

    async def test_moved_amounts_raise_an_alert_and_steady_ones_do_not(
        self, store: ModelStore, log: Log
    ) -> None:
        alerts = {}
        for shift in (0.0, 500.0):
            bank, fraud = await desk(store)
            # A day as wide as the alert needs: the newest rows, drawn close together.
            await logged(
                bank, log, until=bank.clock.now(), rows=range(ROWS - 400, ROWS), shift=shift
            )
            await squeeze(bank)
            await fraud.model_watch.run()
            (report,) = await fraud.model_watch.reports("spoilt")
            assert report.rows == 400
            assert {column.name for column in report.columns} >= {"amount", "score"}
            alerts[shift] = report.alerts
        assert "amount" in alerts[500.0]
        assert "amount" not in alerts[0.0]

    async def test_few_payments_are_reported_and_raise_nothing(
        self, store: ModelStore, log: Log
    ) -> None:
        bank, fraud = await desk(store)
        await logged(bank, log, until=bank.clock.now(), rows=range(ROWS - 20, ROWS), shift=500.0)
        await squeeze(bank)
        await fraud.model_watch.run()
        (report,) = await fraud.model_watch.reports("spoilt")
        assert (report.rows, report.scored, report.alerts) == (20, 20, ())
        assert report.outcomes == {"approve": 20}

    async def test_what_another_version_judged_counts_but_is_not_measured(
        self, store: ModelStore, log: Log
    ) -> None:
        bank, fraud = await desk(store)
        await logged(bank, log, until=bank.clock.now(), rows=range(ROWS - 20, ROWS))
        await squeeze(bank)
        for row in list(bank.db.rows(decisions.COLLECTION).values())[:5]:
            row["versions"]["model"] = "whole"
        await fraud.model_watch.run()
        (report,) = await fraud.model_watch.reports("spoilt")
        assert (report.rows, report.scored, report.degraded) == (20, 15, 0)

    async def test_a_report_of_before_the_count_was_kept_is_still_read(
        self, store: ModelStore
    ) -> None:
        bank, fraud = await desk(store)
        await fraud.model_watch.run()
        for row in bank.db.rows(MODEL_REPORTS).values():
            del row["scored"]
            row |= {"rows": 9, "degraded": 2}
        (report,) = await fraud.model_watch.reports("spoilt")
        assert report.scored == 7

    async def test_without_any_payment_there_is_a_report_of_nothing(
        self, store: ModelStore
    ) -> None:
        _, fraud = await desk(store)
        await fraud.model_watch.run()
        await fraud.model_watch.run()
        (report,) = await fraud.model_watch.reports("spoilt")
        assert (report.rows, report.columns, report.labelled["rows"]) == (0, (), 0)

    async def test_an_hour_asks_once(self, store: ModelStore) -> None:
        bank, fraud = await desk(store)
        for _ in range(3):
            await fraud.model_watch.due()
        bank.clock.advance(3_600)
        await fraud.model_watch.due()
        due = [e for e in bank.db.published if e.name == "fraud.model_watch_due.v1"]
        assert len(due) == 2


async def squeeze(bank: Bank) -> None:
    """Move all decisions into the last day, their order kept."""
    rows = sorted(bank.db.rows(decisions.COLLECTION).values(), key=lambda row: row["_id"])
    bank.db.rows(decisions.COLLECTION).clear()
    start = bank.clock.now() - timedelta(hours=12)
    for number, row in enumerate(rows):
        at = start + timedelta(seconds=number)
        await bank.db.insert_one(decisions.COLLECTION, {**row, "_id": new_ulid(at), "at": at})
