"""The life of a set of rules: written, back-tested, in shadow, active, rolled back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from app.core.clock import Clock
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.backtest_types import GOOD_FOR, BacktestReport
from app.domains.fraud.errors import (
    ImpactTooLargeError,
    NothingToRollBackError,
    RulesChangedError,
    RulesNotFoundError,
    RulesNotProvenError,
    SecondPersonError,
)
from app.domains.fraud.repository import backtests, rule_sets
from app.domains.fraud.rule_types import (
    BUILTIN_NUMBER,
    FORMER_MAX,
    RuleDesk,
    RulePointer,
    RuleSet,
    RuleState,
)
from app.domains.fraud.rules import parsing
from app.domains.fraud.rules.builtin import keep_names
from app.domains.identity.service import IdentityService
from app.domains.identity.types import Caller, StepUpAction

IMPACT_MAX_SHARE = 0.05


async def in_one(db: Database, work: Callable[[Transaction], Awaitable[None]]) -> None:
    """Run a transaction that may store the first pointer: of two at once one runs again."""
    try:
        await db.transaction(work)
    except DuplicateKeyError:
        await db.transaction(work)


class RuleChanges:
    """Sets are never edited: a change is a new number, so what was tested is what goes live."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        impact_max_share: float = IMPACT_MAX_SHARE,
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self.impact_max_share = impact_max_share

    async def desk(self) -> RuleDesk:
        """Return the pointer and the fifty newest sets."""
        pointer = await rule_sets.pointer(self._db)
        sets = await rule_sets.newest(self._db, last=pointer.last)
        known = {one.number for one in sets}
        for number in (pointer.active, BUILTIN_NUMBER):
            # What judges is always shown, however old it is.
            if number not in known and (found := await rule_sets.find(self._db, number)):
                sets.append(found)
                known.add(number)
        return RuleDesk(pointer, tuple(sets))

    async def get(self, number: int) -> tuple[RuleSet, RuleState]:
        """Return a set and where it stands. Raises RulesNotFoundError, RulesBrokenError."""
        pointer = await rule_sets.pointer(self._db)
        found = await self._find(number)
        return found, pointer.state(found)

    async def draft(self, documents: object, *, caller: Caller, note: str) -> RuleSet:
        """Keep new rules under the next number; the same draft of one author again is once.

        Raises InvalidRuleError naming the place.
        """
        rules = parsing.parse_rules(documents)
        keep_names(rules)
        digest = parsing.digest(rules)
        now = self._clock.now()
        made: list[RuleSet] = []

        async def work(tx: Transaction) -> None:
            made.clear()
            pointer = await rule_sets.pointer(tx)
            for one in await rule_sets.newest(tx, last=pointer.last):
                same = (one.digest, one.author, one.note) == (digest, caller.user_id, note)
                if same and pointer.state(one) is RuleState.DRAFT:
                    made.append(one)
                    return
            number = pointer.last + 1
            drafted = RuleSet(number, rules, caller.user_id, note, now, digest)
            await rule_sets.insert(tx, drafted)
            await rule_sets.move(tx, replace(pointer, last=number))
            tx.audit(
                "fraud_rules.drafted",
                actor=caller.user_id,
                object_id=drafted.version,
                reason=note,
                after={"digest": digest},
            )
            made.append(drafted)

        await in_one(self._db, work)
        return made[0]

    async def shadow(self, number: int, *, on: bool, caller: Caller) -> RulePointer:
        """Let a set be evaluated beside the active one, or end that. Changes no verdict.

        Raises RulesNotFoundError, RulesChangedError for the active set.
        """
        found = await self._find(number)
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            pointer = await rule_sets.pointer(tx)
            if (pointer.shadow == number) is on:
                return
            if on and number == pointer.active:
                raise RulesChangedError("these rules are active already")
            shadow, since = (number, now) if on else (None, None)
            await rule_sets.move(tx, replace(pointer, shadow=shadow, shadow_since=since))
            if on:
                await rule_sets.mark(tx, number, "shadowed_at", now)
            tx.audit(
                "fraud_rules.shadowed" if on else "fraud_rules.shadow_ended",
                actor=caller.user_id,
                object_id=found.version,
            )

        await in_one(self._db, work)
        return await rule_sets.pointer(self._db)

    async def activate(
        self, number: int, *, caller: Caller, grant: str | None, reason: str, accept_impact: bool
    ) -> RulePointer:
        """Put a set in force; every process follows within five seconds. Again is once.

        Raises RulesNotFoundError, SecondPersonError for its author, RulesNotProvenError,
        ImpactTooLargeError, StepUpRequiredError.
        """
        found = await self._find(number)
        now = self._clock.now()
        seen = await rule_sets.pointer(self._db)
        if seen.active == number:
            return seen
        if found.author == caller.user_id:
            raise SecondPersonError
        report = await self._proof(found, against=seen.active, now=now)
        self._require_impact(report, accepted=accept_impact)

        async def work(tx: Transaction) -> None:
            pointer = await rule_sets.pointer(tx)
            if pointer.active != seen.active:
                raise RulesChangedError
            await self._consume(tx, caller, grant, number=number, decision="activate")
            former = (*pointer.former, pointer.active)[-FORMER_MAX:]
            shadow = None if pointer.shadow == number else pointer.shadow
            changed = replace(
                pointer,
                active=number,
                former=former,
                shadow=shadow,
                shadow_since=pointer.shadow_since if shadow is not None else None,
            )
            await self._put(tx, changed, caller=caller, reason=reason, at=now)
            tx.audit(
                "fraud_rules.activated",
                actor=caller.user_id,
                object_id=found.version,
                reason=reason,
                before={"rules": pointer.active},
                after={"rules": number, "accepted": accept_impact},
            )

        await in_one(self._db, work)
        return await rule_sets.pointer(self._db)

    async def rollback(
        self, to: int, *, caller: Caller, grant: str | None, reason: str
    ) -> RulePointer:
        """Put the set in force that was active before. It was proven then: one call, one person.

        `to` is what the caller saw as the previous set, so that a repeat does not go back twice.
        Raises NothingToRollBackError, RulesNotFoundError, RulesBrokenError, RulesChangedError,
        StepUpRequiredError.
        """
        now = self._clock.now()
        seen = await rule_sets.pointer(self._db)
        if seen.active == to:
            return seen
        if seen.previous is None:
            raise NothingToRollBackError
        # A set that nobody can load would leave the present one in force in every process.
        found = await self._find(to)

        async def work(tx: Transaction) -> None:
            pointer = await rule_sets.pointer(tx)
            if pointer.previous != to:
                raise RulesChangedError
            await self._consume(tx, caller, grant, number=to, decision="rollback")
            shadow = None if pointer.shadow == to else pointer.shadow
            changed = replace(
                pointer,
                active=to,
                former=pointer.former[:-1],
                shadow=shadow,
                shadow_since=pointer.shadow_since if shadow is not None else None,
            )
            await self._put(tx, changed, caller=caller, reason=reason, at=now)
            tx.audit(
                "fraud_rules.rolled_back",
                actor=caller.user_id,
                object_id=found.version,
                reason=reason,
                before={"rules": pointer.active},
                after={"rules": to},
            )

        await in_one(self._db, work)
        return await rule_sets.pointer(self._db)

    async def _put(
        self, tx: Transaction, changed: RulePointer, *, caller: Caller, reason: str, at: datetime
    ) -> None:
        await rule_sets.move(tx, replace(changed, since=at, by=caller.user_id, reason=reason))
        if changed.active != BUILTIN_NUMBER:
            await rule_sets.mark(tx, changed.active, "activated_at", at)

    async def _consume(
        self, tx: Transaction, caller: Caller, grant: str | None, *, number: int, decision: str
    ) -> None:
        await self._identity.consume_step_up(
            tx,
            user_id=caller.user_id,
            session_id=caller.session_id,
            grant=grant,
            action=StepUpAction.RULE_CHANGE,
            params={"rules": number, "decision": decision},
        )

    async def _find(self, number: int) -> RuleSet:
        found = await rule_sets.find(self._db, number)
        if found is None:
            raise RulesNotFoundError
        return found

    async def _proof(self, rules: RuleSet, *, against: int, now: datetime) -> BacktestReport:
        """Return the back-test that carries an activation. Raises RulesNotProvenError."""
        test = await backtests.latest(self._db, rules.number, done=True)
        fresh = test is not None and test.against == against and test.asked_at + GOOD_FOR > now
        report = test.report if test is not None and fresh else None
        missing = [] if report is not None else ["backtest"]
        if rules.shadowed_at is None:
            missing.append("shadow")
        if report is None or missing:
            raise RulesNotProvenError(
                "needed first: a back-test of the last seven days against the rules in force, "
                "and a run in shadow",
                missing=missing,
            )
        return report

    def _require_impact(self, report: BacktestReport, *, accepted: bool) -> None:
        stricter, milder, limit = report.stricter_share, report.milder_share, self.impact_max_share
        if accepted or (report.enough and max(stricter, milder) <= limit):
            return
        why = f"{report.decisions} payments are too few to tell what share would change"
        if report.enough:
            why = (
                f"{stricter:.1%} of payments would be treated more strictly and {milder:.1%} "
                f"more mildly than now; the limit is {limit:.1%}"
            )
        raise ImpactTooLargeError(why, stricter_share=stricter, milder_share=milder, limit=limit)
