"""The anomaly channel finds kinds of fraud that no label has shown, each of them apart."""

from pathlib import Path

import numpy as np
import pytest

from app.ml import registry
from app.ml.evaluation import Roc
from app.ml.features.behaviour_table import behaviour_table
from app.ml.serving.fraud_scorer import FraudScorer
from app.ml.training.payment_simulator import DAY, UNSEEN, Kind, World, simulate

MODELS = Path(__file__).parents[3] / "models"
WORLD = World(customers=600, terminals=900, days=120, unseen_from=95, unseen_per_day=1.0)
FOUND = 0.70


@pytest.mark.row("FC1")
class TestUnseenKinds:
    def test_each_is_found_at_one_percent_false_positives(self) -> None:
        """Another seed than the shipped model's: other people, other payees."""
        scorer = FraudScorer.load(registry.newest(MODELS, "fraud"))
        world = simulate(WORLD, 23)
        later = world.table.ts_s >= WORLD.start_s + WORLD.unseen_from * DAY
        chosen = later & ((world.kind == Kind.LEGIT) | np.isin(world.kind, list(UNSEEN)))

        rows = behaviour_table(world.table, scorer.habits, chosen)[chosen]

        score, kind = scorer.anomaly.score_rows(rows), world.kind[chosen]
        for unseen in UNSEEN:
            part = (kind == Kind.LEGIT) | (kind == unseen)
            recall = Roc.of(kind[part] == unseen, score[part]).recall_at(0.01)
            assert recall >= FOUND, f"{unseen.name}: {recall:.3f}"
