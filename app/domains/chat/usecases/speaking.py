"""Says an answer into the stream: every text through the gate, bounded, nothing else."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from app.domains.chat.errors import EngineError
from app.domains.chat.evidence_types import Status
from app.domains.chat.rules.memory import quarters
from app.domains.chat.talk_types import EventName
from app.domains.chat.turn_ports import Gate, Href, Refused, Release, Step
from app.domains.chat.turn_types import Record
from app.domains.chat.usecases.turn_log import TurnLog

MAX_PIECE: Final = 8_000
# An engine that speaks in crumbs is let through as it is so long; then crumbs are put together.
CRUMBS: Final = 1_000
CRUMB: Final = 64
MAX_CITATIONS: Final = 200


class Speaker:
    """One engine's answer. After a fallback the next engine gets a speaker of its own."""

    def __init__(
        self,
        log: TurnLog,
        gate: Gate,
        record: Record,
        *,
        href: Href,
        most_tokens: int,
        now_ms: Callable[[], int],
    ) -> None:
        self._log = log
        self._gate = gate
        self._record = record
        self._href = href
        self._left = 4 * most_tokens
        self._now_ms = now_ms
        self._parts: list[str] = []
        self._length = 0
        self._crumbs: list[str] = []
        self._crumbs_length = 0
        self.citations: list[dict[str, Any]] = []
        self._waiting: deque[Step] = deque()
        self.mends_left = 0
        self.refused = 0
        self.told = False
        self.refusal: Refused | None = None
        """A refused sentence that may be written once more; what follows it waits."""

    @property
    def text(self) -> str:
        """Return what was said and stands."""
        return "".join(self._parts)

    def say(self, piece: str) -> None:
        """Take a piece of the engine's text. Raises EngineError past the bounds."""
        if not isinstance(piece, str) or len(piece) > MAX_PIECE:
            raise EngineError("a piece of the answer is no text or too long")
        self._left -= quarters(piece)
        if self._left < 0:
            raise EngineError("the answer is too long")
        self._take(self._gate.push(piece))

    def finish(self) -> None:
        """Say what was still held."""
        self._take(self._gate.finish())

    def close(self) -> None:
        """Send the crumbs that wait to be put together."""
        self._sweep()

    def notice(self, text: str) -> None:
        """Say something of our own: it holds no figure, so no gate."""
        self._append(text)

    def take_all_back(self) -> None:
        """Take back everything: another engine begins anew."""
        self._crumbs.clear()
        if self._length:
            self._retract(0)

    def replace(self, steps: Sequence[Step] | None) -> None:
        """Say what came in the place of a refused sentence, if all of it may be shown; go on."""
        self.refusal = None
        if steps is not None and all(isinstance(step, Release) for step in steps):
            self.refused -= 1
            self._record.mended += 1
            self._waiting.extendleft(reversed(steps))
        self._go_on()

    def _take(self, steps: Iterable[Step]) -> None:
        self._waiting.extend(steps)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self.refusal is None:
            step = self._waiting.popleft()
            if step.verdict is not None:
                self._record.judged += 1
                self._record.claims += len(step.verdict.claims)
            if isinstance(step, Release):
                self._release(step)
            else:
                self._refuse(step)
                if self.mends_left > 0:
                    self.mends_left -= 1
                    self.refusal = step

    def _release(self, step: Release) -> None:
        at = self._length + self._crumbs_length
        if not step.cited and len(self._log.events) > CRUMBS:
            self._crumbs.append(step.text)
            self._crumbs_length += len(step.text)
            if self._crumbs_length >= CRUMB:
                self._sweep()
            return
        self._sweep()
        self._append(step.text)
        for cited in step.cited:
            evidence = cited.evidence
            if len(self.citations) >= MAX_CITATIONS:
                return
            found: dict[str, Any] = {
                "at": at + cited.at,
                "len": cited.length,
                "evidence": evidence.id,
                "source": evidence.source.value,
                "ref": evidence.ref,
                "href": self._href(evidence),
            }
            self.citations.append(found)
            self._log.add(EventName.CITATION, found)

    def _refuse(self, step: Refused) -> None:
        self.refused += 1
        self._record.refused += 1
        bad = () if step.verdict is None else step.verdict.claims
        codes = {c.status.value for c in bad if c.status not in (Status.GROUNDED, Status.EXEMPT)}
        self._record.failures += sorted(codes)[:4]
        self._sweep()
        if step.shown:
            self._retract(max(0, self._length - step.shown))

    def _sweep(self) -> None:
        if self._crumbs:
            text = "".join(self._crumbs)
            self._crumbs.clear()
            self._crumbs_length = 0
            self._append(text)

    def _append(self, text: str) -> None:
        if not text:
            return
        if self._record.ms_first is None:
            self._record.ms_first = self._now_ms()
        self._log.add(EventName.DELTA, {"op": "append", "at": self._length, "text": text})
        self._parts.append(text)
        self._length += len(text)

    def _retract(self, at: int) -> None:
        self._log.add(EventName.DELTA, {"op": "retract", "at": at, "text": ""})
        kept = self.text[:at]
        self._parts, self._length = [kept], at
        self.citations = [found for found in self.citations if found["at"] + found["len"] <= at]
