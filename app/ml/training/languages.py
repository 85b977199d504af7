"""The language model that goes into every intent artefact, from FinNami's own sentences."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

from numpy.typing import NDArray

from app.ml.estimators.language import LanguageEstimator
from app.ml.features.text import normalise
from app.ml.training.intent_rows import Row, read_all_rows

LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "hi", "pt", "zh")


@cache
def own_rows() -> tuple[Row, ...]:
    """Return the training sentences that ship with the code; the source is the language."""
    with as_file(files("app.ml").joinpath("data/intents")) as folder:
        return tuple(
            row
            for lang in LANGUAGES
            if (folder / f"{lang}.csv").is_file()
            for row in read_all_rows(folder / f"{lang}.csv")
        )


def language_arrays() -> tuple[dict[str, NDArray[Any]], Sequence[str]]:
    """Return the arrays of app/ml/serving/language.py and the languages of their columns."""
    rows = own_rows()
    fitted = LanguageEstimator().fit([normalise(r.text) for r in rows], [r.source for r in rows])
    return fitted.export(), fitted.languages_
