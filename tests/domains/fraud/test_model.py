"""The model behind the port: an altered artefact never scores, a whole one explains itself."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.money import Money
from app.domains.fraud.adapters.model import ModelScorer, StoredScorers
from app.domains.fraud.repository.events import Recorded
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import EntityState, Outcome, PaymentFacts, PaymentKind
from app.ml.features import fraud
from app.ml.registry import ArtefactError
from tests.factories.fraud import customer_state, past, payee_state
from tests.factories.identity import build_house
from tests.factories.ledger import SPECS
from tests.factories.models import shipped_scorer, shipped_store
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

MODELS = Settings().models_dir
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
FACTS = PaymentFacts(
    payment_id="p",
    user_id="u",
    payee_id="shop",
    kind=PaymentKind.TRANSFER,
    amount=Money(5_000, "USD"),
    at=AT,
    session_id="s",
    fresh_factor=False,
)


def event(days: float, minor: int, *, label: bool | None = None) -> Recorded:
    at = AT - timedelta(days=days)
    known = None if label is None else (label, int((at + timedelta(days=1)).timestamp()))
    return past(f"e{days}", at, cents=minor, label=known)


@pytest.fixture(scope="module")
def scorer() -> ModelScorer:
    return shipped_scorer()


@pytest.mark.row("TL5")
class TestAlteredArtefact:
    async def test_one_flipped_byte_means_no_model_and_a_fresh_code(self, tmp_path: Path) -> None:
        shutil.copytree(MODELS / "fraud", tmp_path / "fraud")
        version = (tmp_path / "fraud" / "CURRENT").read_text().strip()
        file = tmp_path / "fraud" / version / "artefact.npz"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        clock = FakeClock(AT)
        db = FakeDatabase(SPECS)
        identity = build_house(db=db, clock=clock).identity
        scorers = StoredScorers(shipped_store(tmp_path))
        service = FraudService(db=db, clock=clock, scorers=scorers, identity=identity)
        await service.in_force.refresh()
        assert service.model_version is None
        verdict = await service.screen(FACTS)
        assert verdict.outcome is Outcome.STEP_UP
        assert verdict.degraded
        assert "model_unavailable" in [reason.code for reason in verdict.reasons]

    def test_missing_folder_means_no_model(self, tmp_path: Path) -> None:
        with pytest.raises(ArtefactError):
            StoredScorers(shipped_store(tmp_path)).shipped_version()


class TestScore:
    def test_names_its_version_vector_and_bands(self, scorer: ModelScorer) -> None:
        score = scorer.score(FACTS, EntityState("u"), EntityState("shop"))
        assert 0 <= score.probability <= 1
        assert score.model_version == scorer.version
        assert len(score.vector) == len(fraud.NAMES)
        assert 0 < score.bands.step_up < score.bands.hold < score.bands.block <= 1

    def test_earlier_payments_and_known_frauds_reach_the_features(
        self, scorer: ModelScorer
    ) -> None:
        own = customer_state("u", [event(20, 5_000), event(3, 5_000)])
        payee = payee_state("shop", [event(20, 5_000, label=True), event(3, 5_000)])
        vector = dict(zip(fraud.NAMES, scorer.score(FACTS, own, payee).vector, strict=True))
        assert vector["c_n30"] == 2
        assert vector["t_f30"] >= 1
        cleared = payee_state("shop", [event(20, 5_000), event(3, 5_000)])
        vector = dict(zip(fraud.NAMES, scorer.score(FACTS, own, cleared).vector, strict=True))
        assert vector["t_f30"] == 0

    def test_same_history_gives_the_same_score(self, scorer: ModelScorer) -> None:
        own, payee = customer_state("u", [event(3, 5_000)]), EntityState("shop")
        assert scorer.score(FACTS, own, payee) == scorer.score(FACTS, own, payee)

    def test_fast_path_answers_the_same(self, scorer: ModelScorer) -> None:
        fast = shipped_scorer(path="fast")
        own = customer_state("u", [event(20, 5_000), event(3, 5_000)])
        payee = payee_state("shop", [event(20, 5_000, label=True), event(3, 5_000)])
        expected, found = scorer.score(FACTS, own, payee), fast.score(FACTS, own, payee)
        assert found.probability == pytest.approx(expected.probability, abs=1e-6)
        assert found.anomaly == pytest.approx(expected.anomaly, abs=1e-6)
        assert (found.vector, found.behaviour) == (expected.vector, expected.behaviour)
