"""Analysts for tests of casework: callers with grants, without codes (identity's subject)."""

from datetime import UTC, datetime

from app.core.ids import new_id
from app.core.store import Document
from app.domains.fraud.case_types import FraudCase
from app.domains.identity.types import Caller, Role, StepUpAction
from tests.factories.ledger import SESSION, Bank

AUTH_TIME = datetime(2026, 11, 24, 8, tzinfo=UTC)


def caller_of(user_id: str, role: Role = Role.FRAUD_ANALYST) -> Caller:
    """Return somebody who signed in with a second factor."""
    return Caller(user_id, SESSION, frozenset({Role.USER, role}), AUTH_TIME, ("pwd", "otp"))


async def mint_for(bank: Bank, user_id: str, case_id: str, decision: str) -> str:
    """Return a grant for one decision on one case."""
    from app.domains.identity import rules
    from app.domains.identity.repository import proofs
    from app.domains.identity.repository.proofs import Grant

    token = new_id()
    params = rules.params_hash({"case": case_id, "decision": decision})
    digest = bank.house.identity._parts.digest("grant", token)
    made = Grant(digest, user_id, SESSION, StepUpAction.CASE_DECISION, params)
    await proofs.insert_grant(bank.db, made, expires_at=bank.clock.now() + rules.GRANT_LIFE)
    return token


async def decide(
    bank: Bank, case_id: str, analyst: str, *, release: bool, note: str = "called back"
) -> FraudCase:
    """Decide as an analyst with a fresh code."""
    grant = await mint_for(bank, analyst, case_id, "release" if release else "refuse")
    return await bank.fraud.cases.decide(
        case_id, caller=caller_of(analyst), release=release, note=note, grant=grant
    )


async def second(bank: Bank, case_id: str, analyst: str, *, agree: bool) -> FraudCase:
    """Give the second person's word with a fresh code."""
    grant = await mint_for(bank, analyst, case_id, "agree" if agree else "disagree")
    return await bank.fraud.cases.second(
        case_id, caller=caller_of(analyst), agree=agree, note="checked", grant=grant
    )


async def case_of(bank: Bank, payment_id: str) -> FraudCase:
    """Return the case of a payment."""
    row: Document = (await bank.db.find_many("fraud_cases", {"payment": payment_id}, limit=1))[0]
    return await bank.fraud.cases.get(row["_id"])


async def open_samples(bank: Bank) -> int:
    """Do what the workers do with drawn payments, twice each; return how many cases it made."""
    drawn = [e for e in bank.db.published if e.name == "fraud.review_sampled.v1"]
    return sum([await bank.fraud.samples.open(event.decision_id) for event in drawn * 2])


async def carry_out(bank: Bank) -> int:
    """Do what the workers do after decisions, twice each: twice equals once."""
    from app.domains.ledger.errors import JournalStateError

    done = 0
    for event in list(bank.db.published):
        if event.name not in ("fraud.case_released.v1", "fraud.case_rejected.v1"):
            continue
        for _ in range(2):
            try:
                if event.name == "fraud.case_released.v1":
                    await bank.ledger.holds.release(event.payment_id, actor="fraud")
                else:
                    await bank.ledger.holds.void(event.payment_id, actor="fraud", why="refused")
            except JournalStateError:
                continue
            done += 1
    return done
