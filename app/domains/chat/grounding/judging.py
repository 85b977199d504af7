"""Judges an answer: every figure in it is bound to evidence, or the answer is not fit to send."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.domains.chat.evidence_types import Claim, Evidence, Kind, Status, Verdict
from app.domains.chat.grounding.binding import bind
from app.domains.chat.grounding.comparing import contradicted
from app.domains.chat.grounding.constants import constant_of
from app.domains.chat.grounding.cores import Setting
from app.domains.chat.grounding.cues import timed, unit_days
from app.domains.chat.grounding.dates import Found, dates
from app.domains.chat.grounding.entities import Entities, Mention
from app.domains.chat.grounding.evidence_index import Grounds
from app.domains.chat.grounding.figures import Figure, PartialDate
from app.domains.chat.grounding.lexicon import hits
from app.domains.chat.grounding.mapping import Mapped, mapped
from app.domains.chat.grounding.masking import Mask, mask
from app.domains.chat.grounding.numbers import numbers
from app.domains.chat.grounding.ranking import may_rank, misranked
from app.domains.chat.grounding.scene import Scene
from app.domains.chat.grounding.sentences import sentences
from app.domains.chat.grounding.tables import grammar

FIGURES_MAX: Final = 1_000
SENTENCE_FIGURES_MAX: Final = 60
_SENTENCE_MARGIN: Final = 400
USER_FIGURES_MAX: Final = 50
_NAMED_MAX: Final = 20

Names = Mapping[str, str] | Iterable[str]


class Judge:
    """Judges texts of one turn: evidence, names and the user's figures are read once."""

    def __init__(
        self, *, evidence: Sequence[Evidence], locale: str, base_currency: str,
        user_text: str = "", names: Names = (), today: date | None = None,
    ) -> None:  # fmt: skip
        self._grammar = grammar(locale)
        self._evidence = tuple(evidence)
        self._present = frozenset(one.currency for one in evidence if one.currency)
        self._base = base_currency.upper()
        self._entities = Entities(names, [one.entity for one in evidence if one.entity])
        user = self._asked(mapped(user_text)) if user_text else []
        self._grounds = Grounds(self._evidence, user=user, today=today, grammar=self._grammar)

    def judge(self, answer: str) -> Verdict:
        """Return every figure of an answer and what became of it. Never raises, linear in length.

        Only the first 1,000 figures are looked up, 60 of a sentence; any beyond are ungrounded.
        """
        source = mapped(answer)
        figures, mentions, masked = self._figures(source)
        claims = [self._id_claim(answer, source, *one) for one in masked.ids]
        claims += self._tokens(answer, source, masked)
        index = 0
        for span in sentences(source.text, self._grammar.language):
            inside: list[Figure] = []
            while index < len(figures) and figures[index].start < span[1]:
                inside.append(figures[index])
                index += 1
            if inside:
                claims += self._sentence(answer, source, span, inside, mentions, index)
            claims += self._rankings(answer, source, span, mentions)
        return Verdict(tuple(sorted(claims, key=lambda claim: (claim.start, claim.end))))

    def _asked(self, source: Mapped) -> list[Figure]:
        """Return the user's figures; "send 3,000" may mean so much of her currency."""
        user = self._figures(source)[0][:USER_FIGURES_MAX]
        bare = [
            one for one in user
            if one.kind is Kind.QUANTITY and not (one.ratio or one.exempt or one.worded)
            and not timed(self._grammar.language).match(source.folded, one.end)
        ]  # fmt: skip
        return user + [replace(one, kind=Kind.MONEY, currency=self._base) for one in bare]

    def _figures(self, source: Mapped) -> tuple[list[Figure], list[Mention], Mask]:
        mentions = self._entities.find(source.text, source.folded)
        masked = mask(source, self._evidence, mentions, self._grammar.language)
        text = masked.apply(source.folded)
        found = dates(text, self._grammar)
        text = masked.apply(source.folded, [(one.start, one.end) for one in found])
        setting = Setting(self._grammar, self._base, self._present)
        figures = numbers(source, text, setting) + [_date_figure(one) for one in found]
        return sorted(figures, key=lambda figure: figure.start), mentions, masked

    def _sentence(
        self, answer: str, source: Mapped, span: tuple[int, int], inside: list[Figure],
        mentions: Sequence[Mention], seen: int,
    ) -> list[Claim]:  # fmt: skip
        near = inside[:SENTENCE_FIGURES_MAX]
        # No sentence anybody reads is longer; a longer one must not cost the square of its length.
        start = max(span[0], near[0].start - _SENTENCE_MARGIN * 4)
        span = (start, min(span[1], near[-1].end + _SENTENCE_MARGIN))
        scene = self._scene(source, span, near, mentions)
        sentence = source.folded[span[0] : span[1]]
        wrong = contradicted(source.folded, scene.figures, scene.words, self._grammar.language)
        claims = []
        for number, figure in enumerate(inside):
            found = _Outcome(Status.UNGROUNDED, None, figure.kind)
            if figure.start not in wrong and seen <= FIGURES_MAX and number < SENTENCE_FIGURES_MAX:
                found = self._outcome(figure, scene, sentence)
            claims.append(_claim(answer, source, figure, found))
        return claims

    def _rankings(
        self, answer: str, source: Mapped, span: tuple[int, int], mentions: Sequence[Mention]
    ) -> list[Claim]:
        """Return the claims of things said to be above or below others, where they are wrong."""
        named = [one for one in mentions if span[0] <= one.start < span[1]]
        if len(named) < 2 or not may_rank(source.folded, span, self._grammar.language):
            return []
        found = hits(source.folded[span[0] : span[1]], self._grammar.language)
        wrong = misranked(
            source.folded, span, named[:_NAMED_MAX], found, self._grounds, self._grammar.language
        )
        places = [source.origin(start, end) for start, end in wrong]
        return [
            Claim(answer[start:end], start, end, None, Kind.QUANTITY, Status.UNGROUNDED)
            for start, end in places
        ]

    def _scene(
        self, source: Mapped, span: tuple[int, int], inside: Sequence[Figure],
        mentions: Sequence[Mention],
    ) -> Scene:  # fmt: skip
        start, end = span
        said = [(one.start, one.end, _when(one)) for one in inside if one.when or one.year]
        return Scene(
            folded=source.folded, span=span, language=self._grammar.language,
            figures=[one for one in inside if one.when is None],
            mentions=[one for one in mentions if start <= one.start < end],
            dates=said,
        )  # fmt: skip

    def _outcome(self, figure: Figure, scene: Scene, sentence: str) -> "_Outcome":
        if figure.when is not None:
            bounds = scene.timing.bounds(figure.start, figure.end)
            return self._date(figure.when, bounds=bounds)
        if figure.exempt:
            return _Outcome(Status.EXEMPT, None, figure.kind)
        if figure.value is None:
            return _Outcome(Status.UNPARSEABLE, None, figure.kind)
        kind = Kind.DATE if figure.year is not None else figure.kind
        if figure.year is not None:
            key = self._grounds.date_of(PartialDate(year=figure.year))
            if key is not None:
                return _Outcome(Status.GROUNDED, key, kind)
        key = bind(figure, scene.place(figure), self._grounds)
        key = key or constant_of(figure, sentence, scene.words, self._grounds.scored)
        if key is None and (scene.counts(figure) or self._lasts(figure, scene)):
            return _Outcome(Status.EXEMPT, None, kind)
        if key is None:
            return _Outcome(Status.UNGROUNDED, None, kind)
        return _Outcome(Status.GROUNDED, key, figure.kind)

    def _lasts(self, figure: Figure, scene: Scene) -> bool:
        """Tell whether a figure says how long it is from one known day to another."""
        if figure.kind is not Kind.QUANTITY or figure.ratio or figure.value is None:
            return False
        unit = unit_days(scene.folded, figure.end, self._grammar.language)
        return unit is not None and self._grounds.lasts(abs(figure.value), unit)

    def _date(self, when: PartialDate, *, bounds: bool) -> "_Outcome":
        key = self._grounds.date_of(when) or (self._grounds.edge_of(when) if bounds else None)
        if key is not None:
            return _Outcome(Status.GROUNDED, key, Kind.DATE)
        # A month's or quarter's mere name cannot be wrong where nothing says what time it is.
        vague = when.year is None and when.day is None and when.clock is None
        known = self._grounds.knows_dates
        return _Outcome(
            Status.EXEMPT if vague and not known else Status.UNGROUNDED, None, Kind.DATE
        )

    def _tokens(self, answer: str, source: Mapped, masked: Mask) -> list[Claim]:
        out = []
        for start, end, key in masked.tokens:
            first, last = source.origin(start, end)
            one = self._grounds.by_id.get(key)
            value = None if one is None or isinstance(one.value, str) else one.value
            out.append(
                Claim(
                    answer[first:last],
                    first,
                    last,
                    value,
                    one.kind if one else Kind.ID,
                    Status.GROUNDED if one else Status.UNGROUNDED,
                    key if one else None,
                )
            )
        return out

    def _id_claim(self, answer: str, source: Mapped, start: int, end: int, key: str) -> Claim:
        first, last = source.origin(start, end)
        return Claim(answer[first:last], first, last, None, Kind.ID, Status.GROUNDED, key)


def _date_figure(one: Found) -> Figure:
    return Figure(one.start, one.end, Kind.DATE, when=one.when)


def _when(figure: Figure) -> PartialDate:
    return figure.when or PartialDate(year=figure.year)


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: Status
    key: str | None
    kind: Kind


def _claim(answer: str, source: Mapped, figure: Figure, found: _Outcome) -> Claim:
    start, end = source.origin(figure.start, figure.end)
    value: Decimal | date | None = figure.value
    if figure.when is not None:
        value = _whole_date(figure.when)
    return Claim(answer[start:end], start, end, value, found.kind, found.status, found.key)


def _whole_date(when: PartialDate) -> date | None:
    if when.year is None or when.month is None or when.day is None:
        return None
    try:
        return date(when.year, when.month, when.day)
    except ValueError:
        return None


def judge(  # noqa: PLR0913 - the turn's facts, each by name
    answer: str, *, evidence: Sequence[Evidence], locale: str, base_currency: str,
    user_text: str = "", names: Names = (), today: date | None = None,
) -> Verdict:  # fmt: skip
    """Judge one answer; see `Judge` for judging many texts of a turn.

    `names` are the things the turn knows (instruments, accounts, goals): a mapping gives what
    evidence calls them. Offsets of the claims are code points of the answer as given.
    """
    judging = Judge(
        evidence=evidence, locale=locale, base_currency=base_currency, user_text=user_text,
        names=names, today=today,
    )  # fmt: skip
    return judging.judge(answer)
