"""A fraud decision made again from its record: the state it saw, the model it used, the rules."""

import asyncio
from dataclasses import replace

from app.core.decisions import DecisionRecord
from app.core.money import Money
from app.core.replays import MissingForReplayError
from app.core.store import Store
from app.domains.fraud.adapters.model import ModelScorer, StoredScorers
from app.domains.fraud.errors import RulesBrokenError
from app.domains.fraud.recording import decision_record
from app.domains.fraud.repository import events, judged, rule_sets
from app.domains.fraud.repository.events import Side
from app.domains.fraud.rule_types import BUILTIN_VERSION, CUSTOM_PREFIX, RuleSet
from app.domains.fraud.rules import sampling, watermark
from app.domains.fraud.rules import verdict as verdicts
from app.domains.fraud.rules.builtin import BUILTIN
from app.domains.fraud.types import (
    EntityState,
    PaymentFacts,
    PaymentKind,
    Verdict,
    Watermark,
)
from app.ml.features import fraud_state
from app.ml.registry import ArtefactError


async def replay(store: Store, stored: DecisionRecord, *, scorers: StoredScorers) -> DecisionRecord:
    """Return the record that the same payment, state, model and rules give now.

    Raises MissingForReplayError naming the rules or model that are not here any more.
    """
    given, shadow = stored.inputs, stored.outputs.get("shadow")
    rules = await _rules(store, str(stored.versions["rules"]))
    facts = PaymentFacts(
        payment_id=given["payment_id"],
        user_id=stored.user_id,
        payee_id=given["payee_id"],
        kind=PaymentKind(given["kind"]),
        amount=Money(int(given["amount_minor"]), given["currency"]),
        at=stored.at,
        session_id="",
        fresh_factor=bool(given["fresh_factor"]),
    )
    if "seen" not in given:
        raise MissingForReplayError("what the screening saw: the record is older than watermarks")
    marks = tuple(watermark.parse(mark) for mark in given["seen"])
    customer, payee = [
        await _state(store, facts, side, mark)
        for side, mark in zip((Side.CUSTOMER, Side.PAYEE), marks, strict=True)
    ]
    score = None
    if stored.versions["model"] is not None:
        model = await asyncio.to_thread(_model, scorers, str(stored.versions["model"]))
        score = model.score(facts, customer, payee)
    # Lists and what was in flight are gone by now: they are taken as they were recorded.
    decided = verdicts.judge(
        facts,
        replace(customer, in_flight=tuple(int(ms) for ms in given.get("in_flight", ()))),
        score,
        rules=rules,
        shadow=await _rules(store, str(shadow["rules"])) if shadow else None,
        hits=tuple(judged.hit_from(hit) for hit in given.get("lists", ())),
    )
    return decision_record(
        Verdict(
            decision_id=stored.id,
            facts=facts,
            outcome=decided.outcome,
            reasons=verdicts.reasons_of(decided, score),
            score=score,
            degraded=score is None,
            rules_version=rules.version,
            seen=marks,
            review_sample=sampling.reviewed(
                stored.id, decided.outcome, share=given.get("review_share", sampling.REVIEW_SHARE)
            ),
            review_share=given.get("review_share"),
            # Records older than this part stay comparable without it.
            judged=decided if "facts" in given else None,
        )
    )


async def _rules(store: Store, version: str) -> RuleSet:
    """Return the rules that a record names. Raises MissingForReplayError."""
    if version == BUILTIN_VERSION:
        return BUILTIN
    number = version.removeprefix(CUSTOM_PREFIX)
    if not version.startswith(CUSTOM_PREFIX) or not number.isdecimal():
        raise MissingForReplayError(f"rules {version}; this program has {BUILTIN_VERSION}")
    try:
        found = await rule_sets.find(store, int(number))
    except RulesBrokenError as error:
        raise MissingForReplayError(str(error)) from error
    if found is None:
        raise MissingForReplayError(f"rules {version}")
    return found


async def _state(store: Store, facts: PaymentFacts, side: Side, mark: Watermark) -> EntityState:
    """Return the state as the screening saw it, out of the recorded payments."""
    entity = facts.user_id if side is Side.CUSTOMER else facts.payee_id
    packed = await events.packed(store, side, entity, at=facts.at)
    width = fraud_state.WIDTH
    rows = (packed[i : i + width] for i in range(0, len(packed), width))
    seen = watermark.seen(mark, rows)
    if len(seen) // width < mark.count:
        raise MissingForReplayError(
            f"{mark.count - len(seen) // width} earlier payments of the {side.value}"
        )
    return EntityState(entity, packed=seen)


def _model(scorers: StoredScorers, version: str) -> ModelScorer:
    try:
        return scorers.load(version)
    except (ArtefactError, OSError) as error:
        raise MissingForReplayError(f"model fraud {version}: {error}") from error
