"""A verdict as its decision record: enough to reach it again, and to try other rules on it."""

from typing import Any

from app.core.decisions import DecisionRecord
from app.domains.fraud.repository import judged as stored
from app.domains.fraud.rules import language, watermark
from app.domains.fraud.types import Verdict


def decision_record(verdict: Verdict) -> DecisionRecord:
    """Return what is stored of a verdict: enough to reach it again (see replay.py)."""
    facts, score = verdict.facts, verdict.score
    seen, said = _judged(verdict)
    return DecisionRecord(
        id=verdict.decision_id,
        kind="fraud",
        user_id=facts.user_id,
        at=facts.at,
        inputs={
            "payment_id": facts.payment_id,
            "payee_id": facts.payee_id,
            "kind": facts.kind.value,
            "amount_minor": facts.amount.amount_minor,
            "currency": facts.amount.currency,
            "fresh_factor": facts.fresh_factor,
            "vector": list(score.vector) if score else None,
            "seen": [watermark.document(mark) for mark in verdict.seen],
            "behaviour": list(score.behaviour) if score else None,
            **({} if verdict.review_share is None else {"review_share": verdict.review_share}),
            **seen,
        },
        versions={
            "rules": verdict.rules_version,
            "model": score.model_version if score else None,
        },
        outputs={
            "outcome": verdict.outcome.value,
            "probability": score.probability if score else None,
            "anomaly": score.anomaly if score else None,
            "degraded": verdict.degraded,
            "review_sample": verdict.review_sample,
            **said,
        },
        explanation={
            "reasons": [
                {"code": r.code, "sentence": r.sentence, "contribution": r.contribution}
                for r in verdict.reasons
            ],
            "base": score.base if score else None,
            "log_odds": score.log_odds if score else None,
            "contributions": list(score.contributions) if score else None,
        },
    )


def _judged(verdict: Verdict) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what rules and lists saw, and what score and shadow said."""
    judged = verdict.judged
    if judged is None:
        return {}, {}
    said: dict[str, Any] = {"asked": judged.asked.value if judged.asked else None}
    if judged.shadow is not None:
        said["shadow"] = stored.shadow_document(judged.shadow)
    seen = {
        "facts": language.facts_document(judged.facts),
        "lists": [stored.hit_document(hit) for hit in judged.hits],
        "in_flight": list(judged.in_flight),
    }
    return seen, said
