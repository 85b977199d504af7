"""The gate of an answer: figures are put where their tokens stand, each sentence is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from app.domains.chat.engines.helping import help_line_evidence
from app.domains.chat.evidence_types import Claim, Evidence, Kind, Status, Verdict
from app.domains.chat.grounding import gate as sentences
from app.domains.chat.grounding.gate import SentenceGate
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.grounding.links import outside
from app.domains.chat.grounding.mapping import mapped
from app.domains.chat.grounding.rendering import render
from app.domains.chat.talk_types import Turn
from app.domains.chat.turn_ports import Cited, Refused, Release, Step, Tooling

#: A token is shorter; two brackets with more behind them are text.
_TOKEN_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class _Place:
    """Evidence written at code points `start` to `end` of everything that was pushed."""

    start: int
    end: int
    evidence: Evidence


class GroundedGate:
    """Judges an engine's text against what this turn's tools found; see turn_ports.Gate."""

    def __init__(self, turn: Turn, tooling: Tooling) -> None:
        self._turn, self._tooling = turn, tooling
        self._known: dict[str, Evidence] = {}
        self._judge: Judge | None = None
        self._gate = SentenceGate(self._judged, language=turn.locale[:2].lower())
        self._rest = ""
        self._pushed = self._decided = 0
        self._places: list[_Place] = []
        lines = help_line_evidence(turn.locale, turn.understood.lang)
        if turn.understood.screen == "distress" and lines is not None:
            # The one figure that is said without a tool: who needs it must not wait for one.
            self.learn(lines.evidence)

    def learn(self, evidence: Sequence[Evidence]) -> None:
        """Take what a tool found: from here on it may be spoken."""
        self._known.update((one.id, one) for one in evidence)
        self._judge = None

    def push(self, piece: str) -> list[Step]:
        """Take a piece of the answer; return what is decided by it."""
        text = self._rest + piece
        cut = _open_token(text)
        self._rest = text[cut:]
        return self._through(text[:cut], self._gate.push)

    def finish(self) -> list[Step]:
        """Take the end of the answer."""
        rest, self._rest = self._rest, ""
        steps = self._through(rest, self._gate.push)
        return steps + self._placed(self._gate.finish())

    def _through(self, text: str, push: Callable[[str], list[sentences.Step]]) -> list[Step]:
        if not text:
            return []
        shown = render(
            text,
            evidence=self._known,
            locale=self._turn.locale,
            base_currency=self._tooling.base_currency,
        )
        for one in shown.citations:
            evidence = self._known[one.evidence_id]
            place = _Place(self._pushed + one.start, self._pushed + one.end, evidence)
            self._places.append(place)
        self._pushed += len(shown.text)
        return self._placed(push(shown.text))

    def _placed(self, steps: Sequence[sentences.Step]) -> list[Step]:
        """Give each release the citations that lie in it; what was refused takes its own along."""
        out: list[Step] = []
        for step in steps:
            if isinstance(step, sentences.Refused):
                self._take(len(step.text) - step.shown)
                out.append(Refused(step.shown, step.text, step.verdict))
                continue
            cited = self._take(len(step.text))
            cited += self._free(step, cited)
            out.append(Release(step.text, tuple(cited), step.verdict))
        return out

    def _take(self, length: int) -> list[Cited]:
        start, self._decided = self._decided, self._decided + length
        inside = [one for one in self._places if one.start < self._decided]
        self._places = [one for one in self._places if one.start >= self._decided]
        return [
            Cited(one.start - start, one.end - one.start, one.evidence)
            for one in inside
            if one.start >= start and one.end <= self._decided
        ]

    def _free(self, step: sentences.Release, cited: Sequence[Cited]) -> list[Cited]:
        """Cite figures that were written out and are bound to evidence all the same."""
        found: list[Cited] = []
        taken = [(one.at, one.at + one.length) for one in cited]
        behind = 0
        for claim in () if step.verdict is None else step.verdict.claims:
            evidence = self._known.get(claim.evidence_id or "")
            at = step.text.find(claim.text, behind)
            if claim.status is not Status.GROUNDED or at < 0:
                continue
            behind = at + len(claim.text)
            if evidence is not None and not any(a < behind and at < b for a, b in taken):
                found.append(Cited(at, len(claim.text), evidence))
        return found

    def _judged(self, text: str) -> Verdict:
        if self._judge is None:
            self._judge = Judge(
                evidence=tuple(self._known.values()),
                locale=self._turn.locale,
                base_currency=self._tooling.base_currency,
                user_text=self._turn.text,
                names=_names(self._tooling),
                today=self._turn.received_at.date(),
            )
        return Verdict((*self._judge.judge(text).claims, *_links(text)))


def _open_token(text: str) -> int:
    """Return where a token begins that is not whole yet, else the text's length."""
    at = text.rfind("[")
    if at > 0 and text[at - 1] == "[":
        at -= 1
    unfinished = at >= 0 and "]]" not in text[at:] and len(text) - at <= _TOKEN_MAX
    return at if unfinished else len(text)


def _links(text: str) -> list[Claim]:
    """Return links to outside as what rests on nothing: nobody vouches for them."""
    source = mapped(text)
    found = [source.origin(*span) for span in outside(source.folded)]
    return [
        Claim(text[start:end], start, end, None, Kind.ID, Status.UNGROUNDED) for start, end in found
    ]


def _names(tooling: Tooling) -> list[str]:
    """Return what the owner's things are called: evidence names them by the same words."""
    names = tooling.names
    return [*names.instruments, *names.goals, *names.accounts]
