"""Lets an answer through as it is written, and holds each sentence with a figure to judge it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from app.domains.chat.evidence_types import Verdict
from app.domains.chat.grounding.links import MAY_LINK
from app.domains.chat.grounding.mapping import fold, mapped
from app.domains.chat.grounding.numbers import number_words
from app.domains.chat.grounding.patterns import OTHER_NUMERIC, patterns
from app.domains.chat.grounding.ranking import ranking_words
from app.domains.chat.grounding.sentences import STOPS, sentence_end
from app.domains.chat.grounding.tables import table, words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

HELD_MAX: Final = 400
_CONTEXT: Final = 300
_TAIL: Final = 8
_WORD_MAX: Final = 64
_CUT: Final = re.compile(r"[,;，；،](?=\s)|[，；]")
_BLANK: Final = re.compile(r"\s")
_MARKER: Final = re.compile(r"[ \t]*(?:[-*•][ \t]+)?\(?([0-9]{1,2})[.)](?=\s)")
_WITHIN: Final = "x "
"""Stands before a sentence that is judged alone, so that its start is no line's start."""


@dataclass(frozen=True, slots=True)
class Release:
    """Text that may be shown; `verdict` when it held figures and was judged."""

    text: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that may not be shown.

    `at` is where it starts in what was released (code points): everything from there, `shown`
    code points, is to be taken back. `text` is the whole sentence. The gate goes on as if it
    had never been; a better sentence may be pushed in its place.
    """

    at: int
    shown: int
    text: str
    verdict: Verdict | None


Step = Release | Refused


@cache
def _triggers(language: str) -> re.Pattern[str]:
    """Return what may begin a figure, a link or a comparison: digit, sign, token, month, `](`."""
    own = words(language)
    symbols = [fold(sign) for sign in table("currencies")["symbols"] if not sign[-1].isalpha()]
    names = [name for row in own["months"] for name in row.split("|")]
    small = {word for word, value in own["cardinals"].items() if str(value) in ("0", "1")}
    spoken = [word for word in number_words(language) if word not in small]
    spoken += [*own["worded_magnitudes"], *names, *own["quarter_words"], *own["percent"]]
    joined = "(?:[وبفلك]|ال|لل)?" if language == "ar" else ""
    plain = rf"[0-9%‰]|\[\[|{OTHER_NUMERIC.pattern}|{pattern_of(symbols, edge=False)}"
    plain = f"{plain}|{MAY_LINK.pattern}"
    if language == "zh":
        return re.compile(
            f"{plain}|{ranking_words(language)}"
            "|[二三四五六七八九十百千万亿两兩萬億壹贰叁肆伍陆柒捌玖拾半翻倍减減]"
        )
    fractions = [found.pattern for found, _, _ in patterns(language).fractions]
    shares = "|".join(found.removeprefix(START) for found in fractions)
    end = "" if language == "de" else EDGE
    # One look for a word's start before all of them: within a word none is tried.
    worded = f"{joined}(?:{pattern_of(spoken, edge=False)}){end}"
    ranking = ranking_words(language).removeprefix(START)
    return re.compile(f"{plain}|{START}(?:{worded}|{shares}|{ranking})")


class SentenceGate:
    """Takes an answer in pieces of any size; what it returns, in order, is the whole text.

    A sentence flows on until the first sign of a figure. From there to its end it is held, at
    most 400 characters, and judged as a whole.
    """

    def __init__(self, judge: Callable[[str], Verdict], *, language: str) -> None:
        self._judge = judge
        self._language = language
        self._sentence = ""
        self._shown = 0
        self._at = 0
        self._endless = 0
        self._held_from: int | None = None
        self._fresh = True
        self._markers = 0

    @property
    def released(self) -> int:
        """How many code points stand after all releases and refusals so far."""
        return self._at + self._shown

    def push(self, piece: str) -> list[Step]:
        """Take a piece of the answer; return what is decided by it."""
        self._sentence += piece
        steps: list[Step] = []
        while (end := self._end()) is not None:
            self._watch(end)
            steps += self._close(end)
        self._watch(None)
        if self._held_from is None:
            steps += self._flow()
        elif len(self._sentence) - self._held_from > HELD_MAX:
            steps += self._overflow()
        return steps

    def finish(self) -> list[Step]:
        """Take the end of the answer: judge and let go what is still held."""
        steps: list[Step] = []
        while self._sentence:
            end = sentence_end(self._sentence, 0, self._language) or len(self._sentence)
            self._watch(end)
            steps += self._close(end)
        return steps

    def _end(self) -> int | None:
        """Return where the sentence ends, if that is certain already."""
        # Most pieces bring no full stop: what was looked through is not looked through again.
        if STOPS.search(self._sentence, self._endless) is None:
            self._endless = len(self._sentence)
            return None
        return sentence_end(self._sentence, 0, self._language, whole=False)

    def _watch(self, end: int | None) -> None:
        """Look for the first sign of a figure in what was not shown yet."""
        if self._held_from is not None:
            return
        begin = max(0, self._shown - _TAIL * 3)
        source = mapped(self._sentence[begin:end])
        for match in _triggers(self._language).finditer(source.folded):
            at = begin + source.origin(match.start(), match.end())[0]
            if begin + source.at[match.end() - 1] >= self._shown:
                self._held_from = at
                return

    def _close(self, end: int) -> list[Step]:
        """End the sentence at `end`: judge it if it was held, and begin the next one."""
        text, shown, held = self._sentence[:end], self._shown, self._held_from
        verdict = None if held is None or held >= end else self._judged(text)
        steps: list[Step] = []
        if verdict is not None and not verdict.ok:
            steps.append(Refused(self._at, shown, text, verdict))
        else:
            if end > shown:
                steps.append(Release(text[shown:], verdict))
            self._at += end
        self._sentence, self._endless = self._sentence[end:], 0
        # The blank after a full stop may be shown before it is known to be one.
        self._shown = max(0, shown - end)
        self._held_from = None if held is None or held < end else held - end
        self._fresh = text.endswith("\n")
        return steps

    def _judged(self, text: str) -> Verdict:
        """Judge a sentence where it stands: only a line's start has a marker, and it counts on."""
        skipped, body = 0, text
        if self._fresh:
            marker = _MARKER.match(text)
            if marker and int(marker.group(1)) in (1, self._markers + 1):
                self._markers = int(marker.group(1))
                skipped, body = marker.end(), text[marker.end() :]
        verdict = self._judge(_WITHIN + body)
        shift = skipped - len(_WITHIN)
        claims = (
            replace(claim, start=claim.start + shift, end=claim.end + shift)
            for claim in verdict.claims
        )
        return Verdict(tuple(claims))

    def _flow(self) -> list[Step]:
        """Let go all but the word that is still being written."""
        text = self._sentence
        blanks = [found.end() for found in _BLANK.finditer(text, self._shown)]
        tail = len(text) - (blanks[-1] if blanks else self._shown)
        safe = blanks[-1] if blanks else self._shown
        if self._language == "zh" or tail > _WORD_MAX:
            safe = max(safe, len(text) - (_TAIL if self._language == "zh" else _WORD_MAX))
        steps: list[Step] = []
        if safe > self._shown:
            steps.append(Release(text[self._shown : safe]))
            self._shown = safe
        if self._shown > _CONTEXT * 2:
            # A sentence without end keeps only its last words as context.
            drop = self._shown - _CONTEXT
            self._sentence, self._at = text[drop:], self._at + drop
            self._shown, self._endless = self._shown - drop, 0
        return steps

    def _overflow(self) -> list[Step]:
        """Judge a sentence that is held too long up to its last comma, or refuse it."""
        held = self._held_from or 0
        cuts = [found.end() for found in _CUT.finditer(self._sentence, held)]
        cuts = [cut for cut in cuts if cut < len(self._sentence)]
        if not cuts:
            text = self._sentence
            step = Refused(self._at, self._shown, text, self._judged(text))
            self._sentence, self._shown, self._held_from, self._fresh = "", 0, None, False
            self._endless = 0
            return [step]
        steps = self._close(cuts[-1])
        self._watch(None)
        return steps
