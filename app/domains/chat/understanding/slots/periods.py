"""Quarters and halves of a year, by number: the first quarter of 2026, 下半年."""

import re
from calendar import monthrange
from collections.abc import Iterator
from functools import cache
from typing import Final

from app.domains.chat.understanding.slots.words import LETTER, MONTHS, begin_of, folded_word

_MONTHS: Final = {"q": 3, "h": 6}
#: Language -> the first to the fourth, in words and figures.
_ORDINALS: Final = {
    "en": r"first|1st second|2nd third|3rd fourth|4th",
    "es": r"primer|1(?:er|[ºo]) segundo|2(?:do|[ºo]) tercer|3(?:er|[ºo]) cuarto|4(?:to|[ºo])",
    "fr": r"premier|1er deuxième|second|2(?:e|ème) troisième|3(?:e|ème) quatrième|4(?:e|ème)",
    "de": r"erste[nrsm]?|1\. zweite[nrsm]?|2\. dritte[nrsm]?|3\. vierte[nrsm]?|4\.",
    "pt": r"primeiro|1\.?[ºo] segundo|2\.?[ºo] terceiro|3\.?[ºo] quarto|4\.?[ºo]",
    "hi": "पहली|पहले|प्रथम|pehli|pahli दूसरी|दूसरे|द्वितीय|doosri|dusri "
    "तीसरी|तीसरे|तृतीय|teesri|tisri चौथी|चौथे|चतुर्थ|chauthi",
    "ar": "الأول|الاول|ال1|1 الثاني|التاني|ال2|2 الثالث|التالت|ال3|3 الرابع|ال4|4",
    "zh": "一|1 二|2 三|3 四|4",
}
_HAN_HALVES: Final = ("上", "下")
#: Language -> quarter and half, `{o}` standing where the number stands.
_FORMS: Final[dict[str, tuple[str, str]]] = {
    "en": ("(?:the )?{o} quarter", "(?:the )?{o} half(?:[- ]year)?"),
    "es": ("{o} trimestre", "{o} semestre"),
    "fr": ("{o} trimestre", "{o} semestre"),
    "de": ("{o} quartal", "{o} halbjahr"),
    "pt": ("{o} trimestre", "{o} semestre"),
    "hi": ("{o} (?:तिमाही|timahi|quarter)", "{o} (?:छमाही|chhamahi)"),
    "ar": ("(?:ال)?ربع {o}", "(?:ال)?نصف {o}"),
    "zh": ("第?{o}季度?", "{o}半年"),
}
#: Language -> what stands between it and the year after it, and the year before it.
_OF: Final = {
    "en": "(?: of| in)?(?: the year)?",
    "es": "(?: del?)?(?: año)?",
    "fr": "(?: de| d'| en)?",
    "de": "(?: von| des jahres)?",
    "pt": "(?: de)?",
    "ar": "(?: من| لعام| عام| سنة| لسنة)*",
}
_BEFORE: Final = {"hi": "(?: की| के| ki| ke)?", "zh": "年?(?:的)?"}


def numbered(text: str, lang: str) -> Iterator[tuple[str, int, int, str]]:
    """Return (range, start, end, value) of each quarter or half of a year in a folded text.

    With its year the value is of days, without of months: july/september.
    """
    for match in _pattern(lang).finditer(text):
        name = next(key for key, said in match.groupdict().items() if said and key[0] in _MONTHS)
        months = _MONTHS[name[0]]
        first = (int(name[1]) - 1) * months + 1
        year = match["after"] or match["before"]
        yield "range", match.start(), match.end(), _value(first, first + months - 1, year)


def _value(first: int, last: int, year: str | None) -> str:
    if year is None:
        return f"{MONTHS[first - 1]}/{MONTHS[last - 1]}"
    day = monthrange(int(year), last)[1]
    return f"{year}-{first:02}-01/{year}-{last:02}-{day}"


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    ways = []
    for key, form, count in zip("qh", _FORMS[lang], (4, 2), strict=True):
        words = _HAN_HALVES if lang == "zh" and key == "h" else _ORDINALS[lang].split()
        for number in range(count):
            said = f"(?P<{key}{number + 1}>{folded_word(words[number])})"
            ways.append(folded_word(form).replace("{o}", said))
        ways += [f"(?P<{key}{n}s>{key}{n})" for n in range(1, count + 1)]
    before = rf"(?:(?P<before>20\d\d) ?{folded_word(_BEFORE.get(lang, ''))} ?)?"
    after = rf"(?:{folded_word(_OF.get(lang, ''))} ?(?P<after>20\d\d))?"
    body = f"{before}(?:{'|'.join(ways)}){after}"
    return re.compile(body if lang == "zh" else f"{begin_of(lang)}{body}(?!{LETTER})")
