"""The language of what people type, from the model that goes into every artefact."""

import pytest

from app.ml.features.text import normalise
from app.ml.serving.language import UNKNOWN, LanguageModel
from app.ml.training.languages import LANGUAGES, language_arrays

pytestmark = pytest.mark.row("CH4")


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel(*language_arrays())


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("how is my money doing since last spring", "en"),
        ("wie viel habe ich letztes Jahr verdient", "de"),
        ("combien ai-je gagné depuis le printemps", "fr"),
        ("¿cuánto he ganado desde la primavera?", "es"),
        ("quanto ganhei desde a primavera, não sei", "pt"),
        ("mera paisa kitna hai aur kab milega", "hi"),
        ("मुझे बताओ मेरा पैसा कहाँ है", "hi"),
        ("3ayez a3raf el felos rahet fein", "ar"),
        ("أين ذهبت أموالي", "ar"),
        ("我的钱去哪了", "zh"),
        ("我的錢去哪了 VTI", "zh"),
    ],
)
def test_each_language_is_told(model: LanguageModel, text: str, lang: str) -> None:
    assert model.of(normalise(text)) == lang


@pytest.mark.parametrize("text", ["", "50", "🙂", "!?"])
def test_no_letters_are_english(model: LanguageModel, text: str) -> None:
    assert model.of(text) == UNKNOWN


def test_fitting_again_gives_the_same() -> None:
    first, second = language_arrays()[0], language_arrays()[0]
    assert all((first[name] == second[name]).all() for name in first)
    assert language_arrays()[1] == LANGUAGES
