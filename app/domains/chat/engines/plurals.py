"""Plural forms of the eight languages, by the rules of Unicode's CLDR for whole numbers."""

from decimal import Decimal

FORMS = {
    "en": ("one", "other"),
    "es": ("one", "other"),
    "fr": ("one", "other"),
    "de": ("one", "other"),
    "pt": ("one", "other"),
    "hi": ("one", "other"),
    "ar": ("one", "two", "few", "many", "other"),
    "zh": ("other",),
}


def plural(count: Decimal, lang: str) -> str:
    """Return the form of a noun beside `count`; `zero` is a variant of its own everywhere."""
    if count == 0:
        return "zero"
    if lang == "zh":
        return "other"
    if lang == "ar":
        return _arabic(count)
    if lang in ("fr", "hi", "pt") and 0 < count < 2:
        return "one" if lang != "pt" or count == 1 else "other"
    return "one" if count == 1 else "other"


def _arabic(count: Decimal) -> str:
    if count != count.to_integral_value():
        return "other"
    if count in (1, 2):
        return "one" if count == 1 else "two"
    rest = int(count) % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"
