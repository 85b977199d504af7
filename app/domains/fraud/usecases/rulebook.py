"""Rules and lists as this process applies them: a copy in memory, at most five seconds old."""

import asyncio
from collections import defaultdict

import structlog

from app.core.clock import Clock
from app.core.errors import UnavailableError
from app.core.store import Store
from app.domains.fraud.errors import RulesBrokenError
from app.domains.fraud.list_types import ListEntry, SubjectKind
from app.domains.fraud.repository import lists, rule_sets
from app.domains.fraud.rule_types import Book, RuleSet
from app.domains.fraud.rules.builtin import BUILTIN

FRESH_S = 5.0
TRY_AGAIN_S = 1.0
"""After a look that failed screenings do not wait for another one any sooner than this."""

# The last three: a document that a newer program wrote differently.
_UNREADABLE = (UnavailableError, RulesBrokenError, LookupError, ValueError, TypeError)

log = structlog.get_logger(__name__)


class Rulebook:
    """Looks at one small document at the first screening after five seconds.

    Screenings that come meanwhile wait for the same look. What cannot be read leaves the last
    copy in force, loudly; before the first copy that is the built-in set.
    """

    def __init__(self, *, db: Store, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._book = Book(revision=-1, active=BUILTIN)
        self._due = float("-inf")
        self._look: asyncio.Task[None] | None = None

    async def current(self) -> Book:
        """Return the copy, renewed when it is due; never fails for the database."""
        if self._clock.monotonic() >= self._due:
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._refresh())
            # Shielded: a caller that goes away must not end the look of the others.
            await asyncio.shield(self._look)
        return self._book

    async def _refresh(self) -> None:
        begun = self._clock.monotonic()
        try:
            pointer = await rule_sets.pointer(self._db)
            if pointer.revision != self._book.revision:
                self._book = Book(
                    revision=pointer.revision,
                    active=await self._rules(pointer.active),
                    shadow=await self._shadow(pointer.shadow),
                    entries=_by_party(await lists.working(self._db, at=self._clock.now())),
                )
                log.info(
                    "fraud_rules_in_force",
                    rules=self._book.active.version,
                    shadow=self._book.shadow.version if self._book.shadow else None,
                    revision=pointer.revision,
                )
            self._due = begun + FRESH_S
        except _UNREADABLE as error:
            self._due = self._clock.monotonic() + TRY_AGAIN_S
            # No stack: the reason says what is away or broken.
            log.error(  # noqa: TRY400
                "fraud_rules_unknown",
                stays=self._book.active.version,
                revision=self._book.revision,
                reason=str(error)[:200],
            )

    async def _rules(self, number: int) -> RuleSet:
        found = await rule_sets.find(self._db, number)
        if found is None:
            raise RulesBrokenError(f"rules {number} are active and not there")
        return found

    async def _shadow(self, number: int | None) -> RuleSet | None:
        """Return the set in shadow; one that cannot be read must not stop the active one."""
        if number is None:
            return None
        try:
            return await self._rules(number)
        except RulesBrokenError as error:
            # No stack: the reason says what is wrong.
            log.error("fraud_shadow_rules_broken", reason=str(error)[:200])  # noqa: TRY400
            return None


def _by_party(
    entries: list[ListEntry],
) -> dict[tuple[SubjectKind, str], tuple[ListEntry, ...]]:
    found: dict[tuple[SubjectKind, str], list[ListEntry]] = defaultdict(list)
    for entry in entries:
        found[entry.kind, entry.subject].append(entry)
    return {party: tuple(together) for party, together in found.items()}
