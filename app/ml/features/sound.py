"""How words sound, roughly, in one spelling for all scripts: their consonants.

People write Hindi and Arabic in Latin letters without any rule for the vowels, and hurried
fingers miss vowels first. `kitna`, `kitnaa` and the same word in Devanagari all become `ktn`.
Written Chinese has no letters to do this with: each character stands for itself.
"""

import re
from functools import lru_cache
from typing import Final

from app.ml.features.text import folded

CHAR_SIZES: Final = (3, 4)
#: How far apart two words may stand to count as a pair: neighbours, or one word between them.
REACH: Final = (1, 2)
_ARTICLE: Final = "l"
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(
    r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff][^\s!-/:-@\[-`{-~،؟。，？！¿¡«»“”’‘„…、；：\u3400-\u9fff]*"
)
#: Two Latin letters for one sound; the capital stands for the sound while a word is read.
_TWO: Final = {
    "kh": "K", "gh": "G", "sh": "S", "th": "T", "ph": "F",
    "ch": "C", "dh": "D", "bh": "B", "jh": "J", "ck": "K",
}  # fmt: skip
_PAIRS = re.compile("|".join(_TWO))

#: Letters by what they sound like; a letter in no list is a vowel, or is not heard.
_SOUNDS: Final = {
    "b": "bبबभ",
    "c": "چचछ",
    "d": "dدذضडढदध",
    "f": "fفڤफ",
    "g": "gغگगघ",
    "h": "hه7حह",
    "j": "jجजझ",
    "k": "kcqخكقکकख589",
    "l": "lلलळ",
    "m": "mمम",
    "n": "nنनणङञंँ",
    "p": "pپप",
    "r": "rرर",
    "s": "sسشصशषस",
    "t": "tتثطटठतथ6",
    "v": "vwव",
    "z": "zزظ",
}
_OF: Final = {letter: sound for sound, letters in _SOUNDS.items() for letter in letters} | {
    "x": "ks",
    **{sound: sound.lower() for sound in _TWO.values()},
}


def sound_grams(normalised: str) -> list[str]:
    """Return sounds of words, pairs of them near each other, and runs of 3 and 4 inside each."""
    words = sounds(normalised)
    grams = [f"={word}" for word in words]
    for reach in REACH:
        grams += [f"{a} {reach} {b}" for a, b in zip(words, words[reach:], strict=False)]
    for word in words:
        if _HAN.match(word):
            continue
        padded = f" {word} "
        for size in CHAR_SIZES:
            grams += [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
    return grams


def sounds(normalised: str) -> list[str]:
    """Return what the words of a normalised text sound like; words of vowels alone are left out."""
    found = (_sound(word) for word in _WORD.findall(folded(normalised)))
    return [sound for sound in found if sound]


@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    if _HAN.match(word) or word.isdigit():
        # The figure itself says nothing about what is asked.
        return "0" if word.isdigit() else word
    heard = ""
    for letter in _PAIRS.sub(lambda pair: _TWO[pair.group()], word):
        sound = _OF.get(letter, "")
        if not heard.endswith(sound) or not sound:
            heard += sound
    # The Arabic article is written with its word or apart, in Latin letters in many ways.
    if heard.startswith(_ARTICLE) and len(heard) > 3:
        return heard[1:]
    return "" if heard == _ARTICLE else heard
