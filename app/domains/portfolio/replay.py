"""A recommendation made again from its record: the profile, frontier and amount it names."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.db import Database
from app.core.decisions import DecisionRecord
from app.core.money import Money
from app.core.replays import MissingForReplayError
from app.domains.market.service import MarketService
from app.domains.onboarding.types import RiskProfile
from app.domains.onboarding.usecases.risk_profile import stored_profile
from app.domains.portfolio.repository import frontiers
from app.domains.portfolio.rules import choice, planning
from app.domains.portfolio.usecases import making
from app.domains.portfolio.usecases.making import Basis, Question
from app.domains.portfolio.usecases.retracing import Past


async def replay(
    db: Database, stored: DecisionRecord, *, market: MarketService, past: Past | None = None
) -> DecisionRecord:
    """Return the record that the same profile, frontier and amount give now.

    Without `past` the frontier has to be kept here. With it a frontier that is gone, or every
    one when it says so, is built again from the closes it was built from: the same hash.
    Raises MissingForReplayError naming the rules, profile, frontier, model, closes or price
    source that are not here any more.
    """
    versions, outputs = stored.versions, stored.outputs
    for name, present in (
        ("choice_rules", choice.RULES_VERSION),
        ("planning_rules", planning.RULES_VERSION),
    ):
        if versions[name] != present:
            raise MissingForReplayError(f"rules {versions[name]}; this program has {present}")
    profile = await _profile(db, stored)
    question = Question(stored.id, stored.user_id, _amount(stored.inputs["amount"]))
    if "frontier" not in versions:
        return making.record(question, profile, None, None, at=stored.at)
    version, mix = str(versions["frontier"]), outputs["mix"]
    frontier = None if past and past.always else await frontiers.find(db, version)
    if frontier is None and past is None:
        raise MissingForReplayError(f"frontier {version}")
    if frontier is None and past is not None:
        frontier = await past.frontier(
            version, model_version=str(versions["model"]), source_id=mix["source"], day=_day(mix)
        )
    assert frontier is not None  # noqa: S101 - found or built
    listed = await market.instruments_of(frontier.source)
    if not listed and past is not None:
        listed = past.instruments(frontier.source)
    known = {found.symbol: found for found in listed}
    lacking = [symbol for symbol in frontier.assets if symbol not in known]
    if lacking:
        raise MissingForReplayError(f"price source {frontier.source} with {', '.join(lacking)}")
    # What everything she had was worth then is part of the record, not of today's prices.
    money = Money(int(mix["basis_minor"]), mix["currency"])
    basis = Basis(money, is_example=bool(mix["basis_is_example"]))
    made = making.mix_of(profile, frontier, basis, known)
    return making.record(question, profile, frontier, made, at=stored.at)


async def _profile(db: Database, stored: DecisionRecord) -> RiskProfile:
    user_id, _, version = str(stored.versions["profile"]).rpartition(":")
    found = None
    if version.isdigit():
        found = await stored_profile(db, user_id, int(version), at=stored.at)
    if found is None:
        raise MissingForReplayError(f"risk profile {stored.versions['profile']}")
    return found


def _day(mix: Mapping[str, Any]) -> date:
    return date.fromisoformat(str(mix["as_of"])[:10])


def _amount(text: str | None) -> Money | None:
    if text is None:
        return None
    number, _, currency = text.partition(" ")
    return Money.parse(number, currency)
