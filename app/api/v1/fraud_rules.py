"""/v1/fraud/rules: sets of rules, what they would have done, and putting them in force."""

from fastapi import APIRouter

from app.api.backtest_shapes import BacktestIn, BacktestOut, ShadowReportOut
from app.api.deps import CallerDep, ServicesDep, StepUpDep
from app.api.errors import declared
from app.api.policy import policy
from app.api.rule_shapes import (
    ActivationIn,
    AnyNumber,
    RollbackIn,
    RuleDeskOut,
    RuleNumber,
    RulePointerOut,
    RuleSetOut,
    RulesIn,
)
from app.domains.fraud.errors import (
    BacktestNotFoundError,
    ImpactTooLargeError,
    InvalidRuleError,
    NothingToRollBackError,
    RulesBrokenError,
    RulesChangedError,
    RulesNotFoundError,
    RulesNotProvenError,
    SecondPersonError,
)
from app.domains.fraud.rule_types import RuleState
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.types import RateClass, Role

router = APIRouter(prefix="/v1/fraud/rules", tags=["fraud rules"])

READ_ERRORS = (RulesNotFoundError, RulesBrokenError)
ROLES = (Role.FRAUD_ANALYST, Role.ADMIN)


@router.get("", responses=declared())
@policy("staff", roles=ROLES)
async def get_fraud_rules(_: CallerDep, services: ServicesDep) -> RuleDeskOut:
    """Return which rules judge payments, which did before, and the fifty newest sets."""
    rules = services.fraud.rules
    book = await rules.book.current()
    return RuleDeskOut.of(
        await rules.changes.desk(),
        here=book.active.version,
        impact_max_share=rules.changes.impact_max_share,
    )


@router.post("", status_code=201, responses=declared(InvalidRuleError))
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def draft_fraud_rules(body: RulesIn, caller: CallerDep, services: ServicesDep) -> RuleSetOut:
    """Write a new set of rules. It is never edited afterwards: a change is a new draft.

    `invalid_rule` names the place that is wrong. The same draft of the same person is one.
    """
    made = await services.fraud.rules.changes.draft(body.rules, caller=caller, note=body.note)
    return RuleSetOut.of(made, RuleState.DRAFT, me=caller.user_id)


@router.post(
    "/rollback",
    responses=declared(
        NothingToRollBackError, *READ_ERRORS, RulesChangedError, StepUpRequiredError
    ),
)
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def roll_back_fraud_rules(
    body: RollbackIn, caller: CallerDep, services: ServicesDep, grant: StepUpDep
) -> RulePointerOut:
    """Put the rules in force again that were active before; every process follows in 5 s.

    Needs a step-up for `rule_change` with `rules` (the number) and `decision` (`rollback`).
    """
    pointer = await services.fraud.rules.changes.rollback(
        body.to, caller=caller, grant=grant, reason=body.reason
    )
    return RulePointerOut.of(pointer)


@router.get("/{number}", responses=declared(*READ_ERRORS))
@policy("staff", roles=ROLES)
async def get_fraud_rule_set(
    number: AnyNumber, caller: CallerDep, services: ServicesDep
) -> RuleSetOut:
    """Return one set with its rules; number 0 is what is built in."""
    found, state = await services.fraud.rules.changes.get(number)
    return RuleSetOut.of(found, state, me=caller.user_id)


@router.post("/{number}/backtest", status_code=202, responses=declared(*READ_ERRORS))
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def ask_for_fraud_rule_backtest(
    number: RuleNumber, body: BacktestIn, caller: CallerDep, services: ServicesDep
) -> BacktestOut:
    """Ask what these rules would have done to recorded payments; a worker makes the report."""
    asked = await services.fraud.rules.backtests.ask(number, days=body.days, caller=caller)
    return BacktestOut.of(asked)


@router.get("/{number}/backtest", responses=declared(BacktestNotFoundError))
@policy("staff", roles=ROLES)
async def get_fraud_rule_backtest(
    number: RuleNumber, _: CallerDep, services: ServicesDep
) -> BacktestOut:
    """Return the newest back-test of a set: alerts a day, precision, customers hit."""
    return BacktestOut.of(await services.fraud.rules.backtests.latest(number))


@router.get("/{number}/shadow", responses=declared(*READ_ERRORS, RulesChangedError))
@policy("staff", roles=ROLES)
async def get_fraud_rule_shadow(
    number: RuleNumber, _: CallerDep, services: ServicesDep
) -> ShadowReportOut:
    """Return how often the set in shadow agreed with the verdicts that were given."""
    return ShadowReportOut.of(await services.fraud.rules.backtests.shadow_report(number))


@router.put("/{number}/shadow", responses=declared(*READ_ERRORS, RulesChangedError))
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def start_fraud_rule_shadow(
    number: RuleNumber, caller: CallerDep, services: ServicesDep
) -> RulePointerOut:
    """Evaluate a set at each screening beside the active one; it decides nothing."""
    pointer = await services.fraud.rules.changes.shadow(number, on=True, caller=caller)
    return RulePointerOut.of(pointer)


@router.delete("/{number}/shadow", responses=declared(*READ_ERRORS))
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def end_fraud_rule_shadow(
    number: RuleNumber, caller: CallerDep, services: ServicesDep
) -> RulePointerOut:
    """Stop evaluating a set beside the active one; repeating it changes nothing."""
    pointer = await services.fraud.rules.changes.shadow(number, on=False, caller=caller)
    return RulePointerOut.of(pointer)


@router.post(
    "/{number}/activate",
    responses=declared(
        *READ_ERRORS,
        SecondPersonError,
        RulesNotProvenError,
        ImpactTooLargeError,
        RulesChangedError,
        StepUpRequiredError,
    ),
)
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def activate_fraud_rules(
    number: RuleNumber,
    body: ActivationIn,
    caller: CallerDep,
    services: ServicesDep,
    grant: StepUpDep,
) -> RulePointerOut:
    """Put a set in force, by somebody who did not write it; every process follows in 5 s.

    Needs a back-test of the last seven days against the rules in force, a run in shadow, and a
    step-up for `rule_change` with `rules` (the number) and `decision` (`activate`). Above the
    limit of changed payments, or with fewer than a hundred tested, only with `accept_impact`.
    """
    pointer = await services.fraud.rules.changes.activate(
        number,
        caller=caller,
        grant=grant,
        reason=body.reason,
        accept_impact=body.accept_impact,
    )
    return RulePointerOut.of(pointer)
