"""The counterfactual: the smallest change a person can make that the real check lets pass."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.core.money import Money
from app.domains.fraud.evidence_types import Change, ChangeKind, WouldPass
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind, Verdict

Judge = Callable[[PaymentFacts], Awaitable[Verdict]]

FRACTIONS = (0.9, 0.75, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)
REFINEMENTS = 6
WAITS = tuple(timedelta(hours=h) for h in (1, 2, 4, 8, 12, 24, 48, 72, 168))
PAYEES_TRIED = 3
WHOLE_MINOR = 100
_PAYEE_COST = 0.5
_WEEK = timedelta(days=7)


@dataclass(slots=True)
class Search:
    """One search. Each proposal it makes was judged by the same check that stopped the payment.

    Only amount, payee, time and a fresh code are ever changed: nothing that a person is.
    """

    judge: Judge
    facts: PaymentFacts
    """The payment as if it were made anew now, without a fresh code."""
    tries: int = 0

    async def run(self, known_payees: Sequence[str]) -> WouldPass:
        """Return the changes that pass, the smallest first, or say that there is none."""
        present = await self._judged(self.facts)
        if present.outcome is Outcome.APPROVE:
            return self._answer(present, (), "Made anew now, the payment would pass as it is.")
        found = [
            change
            for change in (
                await self._fresh_code(),
                await self._amount(),
                await self._wait(),
                await self._payee(known_payees),
            )
            if change is not None
        ]
        changes = tuple(change for _, change in sorted(found, key=lambda item: item[0]))
        if not changes:
            text = "No change of amount, payee, time or a fresh code lets this payment pass."
            return self._answer(present, (), text)
        return self._answer(present, changes, f"It would pass if: {changes[0].sentence}")

    def _answer(self, present: Verdict, changes: tuple[Change, ...], text: str) -> WouldPass:
        return WouldPass(self.facts.at, present.outcome, changes, text, self.tries)

    async def _judged(self, facts: PaymentFacts) -> Verdict:
        self.tries += 1
        return await self.judge(facts)

    async def _passes(self, facts: PaymentFacts) -> Verdict | None:
        """Return the verdict if the payment passes, with a fresh code at most."""
        verdict = await self._judged(replace(facts, fresh_factor=True))
        return verdict if verdict.outcome is Outcome.APPROVE else None

    async def _change(
        self, kind: ChangeKind, facts: PaymentFacts, verdict: Verdict, sentence: str
    ) -> Change:
        plain = await self._judged(replace(facts, fresh_factor=False))
        code = plain.outcome is not Outcome.APPROVE
        return Change(
            kind=kind,
            sentence=f"{sentence}, with a fresh code." if code else f"{sentence}.",
            amount=facts.amount if kind is ChangeKind.AMOUNT else None,
            payee_id=facts.payee_id if kind is ChangeKind.KNOWN_PAYEE else None,
            wait_until=facts.at if kind is ChangeKind.WAIT else None,
            needs_code=code,
            probability_after=verdict.score.probability if verdict.score else None,
        )

    async def _fresh_code(self) -> tuple[float, Change] | None:
        verdict = await self._passes(self.facts)
        if verdict is None:
            return None
        text = "it is confirmed as it stands"
        return 0.0, await self._change(ChangeKind.FRESH_CODE, self.facts, verdict, text)

    async def _amount(self) -> tuple[float, Change] | None:
        """Find the largest passing amount: down a ladder, then halving the last step."""
        whole = self.facts.amount.amount_minor
        failing, best = whole, None
        for fraction in FRACTIONS:
            tried = self._of(round(whole * fraction))
            verdict = await self._passes(tried)
            if verdict is not None:
                best = (tried, verdict)
                break
            failing = tried.amount.amount_minor
        if best is None:
            return None
        for _ in range(REFINEMENTS):
            middle = self._of((best[0].amount.amount_minor + failing) // 2)
            if not best[0].amount.amount_minor < middle.amount.amount_minor < failing:
                break
            verdict = await self._passes(middle)
            if verdict is None:
                failing = middle.amount.amount_minor
            else:
                best = (middle, verdict)
        facts, verdict = best
        said = f"the amount is {facts.amount.decimal_string()} {facts.amount.currency}"
        cost = 1 - facts.amount.amount_minor / whole
        return cost, await self._change(ChangeKind.AMOUNT, facts, verdict, said)

    def _of(self, minor: int) -> PaymentFacts:
        """Return the payment with another amount, in whole units where it has any."""
        rounded = minor // WHOLE_MINOR * WHOLE_MINOR if minor >= WHOLE_MINOR else max(minor, 1)
        return replace(self.facts, amount=Money(rounded, self.facts.amount.currency))

    async def _wait(self) -> tuple[float, Change] | None:
        for wait in WAITS:
            later = replace(self.facts, at=self.facts.at + wait)
            verdict = await self._passes(later)
            if verdict is not None:
                said = f"it is made after {later.at:%Y-%m-%d %H:%M} UTC"
                return wait / _WEEK, await self._change(ChangeKind.WAIT, later, verdict, said)
        return None

    async def _payee(self, known: Sequence[str]) -> tuple[float, Change] | None:
        if self.facts.kind is not PaymentKind.TRANSFER:
            return None
        for payee_id in [p for p in known if p != self.facts.payee_id][:PAYEES_TRIED]:
            tried = replace(self.facts, payee_id=payee_id)
            verdict = await self._passes(tried)
            if verdict is not None:
                said = "it goes to a payee who was paid before"
                change = await self._change(ChangeKind.KNOWN_PAYEE, tried, verdict, said)
                return _PAYEE_COST, change
        return None
