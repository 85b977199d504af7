"""Fit the small language model on texts whose language is known."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from app.ml.features.language import language_grams, script_language
from app.ml.features.sparse import pack
from app.ml.serving.language import LanguageModel

_SMOOTHING: Final = 0.1
_MIN_ROWS: Final = 3
_MAX_GRAMS: Final = 40_000


class LanguageEstimator:
    """Multinomial naive Bayes; Hindi and Arabic in Latin letters are as rare as in the rows."""

    def fit(self, texts: Sequence[str], languages: Sequence[str]) -> Self:
        """Learn from normalised texts; those whose script tells the language teach nothing."""
        self.languages_ = tuple(sorted(set(languages)))
        counts = {lang: Counter[str]() for lang in self.languages_}
        rows = Counter[str]()
        written = Counter[str](dict.fromkeys(self.languages_, 1))
        for text, lang in zip(texts, languages, strict=True):
            if script_language(text) is not None:
                continue
            written[lang] += 1
            grams = language_grams(text)
            counts[lang].update(grams)
            rows.update(set(grams))
        often = sorted((-n, gram) for gram, n in rows.items() if n >= _MIN_ROWS)[:_MAX_GRAMS]
        self.grams_ = sorted(gram for _, gram in often)
        table = np.array([[counts[lang][g] for lang in self.languages_] for g in self.grams_])
        share = (table + _SMOOTHING) / (table + _SMOOTHING).sum(axis=0)
        logs = np.log(share)
        # Only differences between languages matter; centred they fit half precision.
        self.weights_ = (logs - logs.mean(axis=1, keepdims=True)).astype(np.float16)
        total = np.array([written[lang] for lang in self.languages_], float)
        self.prior_ = np.log(total / total.sum())
        return self

    def export(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of app/ml/serving/language.py."""
        return {"grams": pack(self.grams_), "weights": self.weights_, "prior": self.prior_}

    def served(self) -> LanguageModel:
        """Return the model as it will be served."""
        return LanguageModel(self.export(), self.languages_)
