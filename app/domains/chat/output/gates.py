"""Gates around the gate of figures: what else must not be shown, and what is put in after it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.domains.chat.errors import EngineError
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.output.links import LinkFilter
from app.domains.chat.output.products import ProductScreen
from app.domains.chat.output.promises import promises
from app.domains.chat.redaction.standins import filled
from app.domains.chat.turn_ports import Cited, Gate, Refused, Release, Step

#: A refused sentence was shown in so many code points at most; the gate holds far fewer.
_KEPT: Final = 8_000
_HEARD: Final = 160
_STEP: Final = 64
_END: Final = re.compile(r"[.!?。！？؟।\n]")


class Listener:
    """Hears an answer of an engine outside: at each sentence's end, and now and then."""

    def __init__(self, products: ProductScreen) -> None:
        self.products = products
        self._tail = ""
        self._new = 0

    def hear(self, piece: str, *, last: bool = False) -> None:
        """Take a piece. Raises EngineError for a promise, or a product nobody asked about."""
        self._tail += piece
        self._new += len(piece)
        if self._new < _STEP and not last and _END.search(piece) is None:
            return
        if promises(self._tail):
            raise EngineError("an answer may not promise a return")
        if self.products.hears(self._tail):
            raise EngineError("an answer may not name a product of its own choice")
        self._tail, self._new = self._tail[-_HEARD:], 0


class CleanGate:
    """Lets no link lead away; what an engine outside says is listened to as well."""

    def __init__(self, gate: Gate, listener: Listener | None = None) -> None:
        self._gate = gate
        self._links = LinkFilter()
        self._listener = listener

    def learn(self, evidence: Sequence[Evidence]) -> None:
        """Take evidence: what it is about may be named."""
        self._gate.learn(evidence)
        if self._listener is not None:
            for one in evidence:
                self._listener.products.allow(one.entity or "")

    def push(self, piece: str) -> Sequence[Step]:
        """Take a piece. Raises EngineError for what only a sentence of ours may say."""
        text = self._links.push(piece)
        if self._listener is not None:
            self._listener.hear(text)
        return self._gate.push(text) if text else ()

    def finish(self) -> Sequence[Step]:
        """Take the end of the text."""
        rest = self._links.finish()
        if self._listener is not None:
            self._listener.hear(rest, last=True)
        return [*(self._gate.push(rest) if rest else ()), *self._gate.finish()]


class StandInGate:
    """Puts what stands behind private letters into what the gate released."""

    def __init__(self, gate: Gate, originals: Mapping[str, str]) -> None:
        self._gate = gate
        self._originals = originals
        self._said = ""

    def learn(self, evidence: Sequence[Evidence]) -> None:
        """Take evidence."""
        self._gate.learn(evidence)

    def push(self, piece: str) -> Sequence[Step]:
        """Take a piece."""
        return [self._filled(step) for step in self._gate.push(piece)]

    def finish(self) -> Sequence[Step]:
        """Take the end of the text."""
        return [self._filled(step) for step in self._gate.finish()]

    def _filled(self, step: Step) -> Step:
        if isinstance(step, Refused):
            at = len(self._said) - step.shown
            shown = filled(self._said[at:], self._originals) if step.shown else ""
            self._said = self._said[:at]
            return Refused(len(shown), step.text, step.verdict)
        self._said = (self._said + step.text)[-_KEPT:]
        text = filled(step.text, self._originals)
        if text == step.text:
            return step
        cited = [self._moved(step.text, one) for one in step.cited]
        return Release(text, tuple(cited), step.verdict)

    def _moved(self, text: str, cited: Cited) -> Cited:
        at = len(filled(text[: cited.at], self._originals))
        part = filled(text[cited.at : cited.at + cited.length], self._originals)
        return Cited(at, len(part), cited.evidence)
