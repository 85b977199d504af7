"""What the routes of fraud's rules take and give; shares as numbers, all times UTC."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from app.api.fields import Input, Reason
from app.api.shapes import Line, Out
from app.domains.fraud.rule_documents import document, in_words
from app.domains.fraud.rule_types import (
    BUILTIN_VERSION,
    CUSTOM_PREFIX,
    RULES_MAX,
    Rule,
    RuleDesk,
    RulePointer,
    RuleSet,
    RuleState,
)
from app.domains.fraud.types import Outcome

RuleNumber = Annotated[int, Path(ge=1, le=1_000_000_000, examples=[7])]
AnyNumber = Annotated[int, Path(ge=0, le=1_000_000_000, examples=[0])]

_EXAMPLE = {
    "code": "night_transfer",
    "when": {
        "all": [
            {"field": "kind", "op": "in", "value": ["transfer", "withdrawal"]},
            {"field": "amount_minor", "op": "ge", "value": 200_000},
            {"field": "hour", "op": "lt", "value": 5},
        ]
    },
    "outcome": "step_up",
    "sentence": "A large payment at night.",
}


class RulesIn(Input):
    """A new set of rules; it replaces the active one whole, once it is activated.

    A condition is a comparison (`field`, `op`, `value`), or `all` or `any` with a list of
    conditions. A field that is not known, a score that is missing, makes its comparison false.
    """

    rules: Annotated[
        list[dict[str, Any]], Field(min_length=1, max_length=RULES_MAX, examples=[[_EXAMPLE]])
    ]
    note: Line


class ActivationIn(Input):
    """Why, and whether a large change is wanted."""

    reason: Reason
    accept_impact: bool = False


class RollbackIn(Input):
    """The set to go back to, as the desk shows it under `previous`, and why."""

    to: Annotated[int, Field(ge=0, le=1_000_000_000, examples=[0])]
    reason: Reason


class RuleOut(Out):
    """One rule; `words` is its condition as a line to read."""

    code: str
    when: dict[str, Any]
    words: str
    outcome: Outcome
    sentence: str

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        """Return the public form."""
        return cls.model_validate(document(rule) | {"words": in_words(rule.when)})


class RuleSetLineOut(Out):
    """A set as a line of the desk; number 0 is built in."""

    number: int
    version: str
    state: RuleState
    author: str
    note: str
    rules: int
    made_at: datetime | None
    shadowed_at: datetime | None
    activated_at: datetime | None

    @classmethod
    def of(cls, found: RuleSet, pointer: RulePointer) -> "RuleSetLineOut":
        """Return the public form."""
        return cls(
            number=found.number,
            version=found.version,
            state=pointer.state(found),
            author=found.author,
            note=found.note,
            rules=len(found.rules),
            made_at=found.made_at,
            shadowed_at=found.shadowed_at,
            activated_at=found.activated_at,
        )


class RuleSetOut(Out):
    """A set with its rules."""

    number: int
    version: str
    state: RuleState
    author: str
    mine: bool
    note: str
    made_at: datetime | None
    shadowed_at: datetime | None
    activated_at: datetime | None
    rules: list[RuleOut]

    @classmethod
    def of(cls, found: RuleSet, state: RuleState, *, me: str) -> "RuleSetOut":
        """Return the public form."""
        return cls(
            number=found.number,
            version=found.version,
            state=state,
            author=found.author,
            mine=found.author == me,
            note=found.note,
            made_at=found.made_at,
            shadowed_at=found.shadowed_at,
            activated_at=found.activated_at,
            rules=[RuleOut.of(rule) for rule in found.rules],
        )


class RulePointerOut(Out):
    """Which set judges, which did before, which runs in shadow."""

    active: int
    version: str
    previous: int | None
    shadow: int | None
    shadow_since: datetime | None
    since: datetime | None
    by: str
    reason: str
    revision: int

    @classmethod
    def of(cls, pointer: RulePointer) -> "RulePointerOut":
        """Return the public form."""
        return cls(
            active=pointer.active,
            version=f"{CUSTOM_PREFIX}{pointer.active}" if pointer.active else BUILTIN_VERSION,
            previous=pointer.previous,
            shadow=pointer.shadow,
            shadow_since=pointer.shadow_since,
            since=pointer.since,
            by=pointer.by,
            reason=pointer.reason,
            revision=pointer.revision,
        )


class RuleDeskOut(Out):
    """The pointer and the fifty newest sets. `judging_here` is what the answering process uses."""

    pointer: RulePointerOut
    judging_here: str
    impact_max_share: float
    sets: list[RuleSetLineOut]

    @classmethod
    def of(cls, desk: RuleDesk, *, here: str, impact_max_share: float) -> "RuleDeskOut":
        """Return the public form."""
        return cls(
            pointer=RulePointerOut.of(desk.pointer),
            judging_here=here,
            impact_max_share=impact_max_share,
            sets=[RuleSetLineOut.of(one, desk.pointer) for one in desk.sets],
        )
