"""What the core itself says, in eight languages: only that a figure was taken out."""

from typing import Final

REMOVED: Final = {
    "en": "I removed a figure I could not trace.",
    "es": "He quitado una cifra que no podía comprobar.",
    "fr": "J'ai retiré un chiffre que je ne pouvais pas vérifier.",
    "de": "Ich habe eine Zahl entfernt, die ich nicht belegen konnte.",
    "pt": "Retirei um valor que não consegui comprovar.",
    "hi": "मैंने ऐसा आँकड़ा हटा दिया जिसका स्रोत नहीं मिला।",
    "ar": "حذفتُ رقمًا لم أتمكن من التحقق من مصدره.",
    "zh": "我删去了无法核实来源的数字。",
}


def removed(lang: str) -> str:
    """Return the sentence that stands where an untraceable figure was."""
    return REMOVED.get(lang[:2], REMOVED["en"])
