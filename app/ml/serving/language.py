"""The language of a text: by script where that decides, else by its letters."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.language import language_grams, script_language
from app.ml.features.sparse import unpack

UNKNOWN: Final = "en"


class LanguageModel:
    """Naive Bayes over letter runs. Arrays: `grams`, `weights` (grams x languages), `prior`."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        self._places = {gram: at for at, gram in enumerate(unpack(arrays["grams"]))}
        self._weights = arrays["weights"].astype(np.float32)
        self._prior = arrays["prior"].astype(np.float32)

    def of(self, normalised: str) -> str:
        """Return a two-letter code; `en` for a text without letters or known runs."""
        written = script_language(normalised)
        if written is not None:
            return written
        behind = self.behind(normalised)
        return min(behind, key=lambda lang: behind[lang], default=UNKNOWN)

    def behind(self, normalised: str) -> Mapping[str, float]:
        """Return how far each language is behind the likeliest by its letters, in nats.

        Empty for a text without known runs. Runs overlap, so that odds are overstated.
        """
        grams = language_grams(normalised)
        known = [at for gram in grams if (at := self._places.get(gram)) is not None]
        if not known or not self._languages:
            return {}
        logs = self._prior + self._weights[known].sum(axis=0)
        far = [float(logs.max() - one) for one in logs]
        return dict(zip(self._languages, far, strict=True))
