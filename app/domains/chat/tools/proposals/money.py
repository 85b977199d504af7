"""Money in and out of the sandbox: the same movements as the buttons of the money page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from app.core.money import Money
from app.domains.chat.action_types import ActionKind, PendingAction
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.proposals.kinds import (
    Kind,
    Order,
    Params,
    Sketch,
    free_cash,
    money_of,
    nothing_moves,
)
from app.domains.chat.tools.references import account_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.schemas import ACCOUNT, AMOUNT, CURRENCY, text
from app.domains.ledger.types import Journal, Movement

#: A balance may fall by this share of the amount before the person has to look again.
TOLERANCE: Final = Decimal("0.01")
_PROPERTIES: Final = {"amount": AMOUNT, "currency": CURRENCY, "account": ACCOUNT}


async def _terms(desk: Desk, given: Arguments) -> Params:
    """Return amount and currency: the currency said, else that of the account, else her own."""
    amount = given.amount("amount")
    account = given.text("account")
    currency = given.currency("currency")
    if amount is None:
        raise ToolRefusal("invalid_arguments")
    if account is not None:
        unit = desk.handles.account(account).unit
        if currency not in (None, unit):
            raise ToolRefusal("invalid_arguments")
        currency = unit
    if currency is None:
        currency = desk.base_currency
    money = money_of(amount, currency)
    if money.amount_minor <= 0:
        raise ToolRefusal("invalid_arguments")
    return {"amount": money.decimal_string(), "currency": currency}


async def _withdrawal_terms(desk: Desk, given: Arguments) -> Params:
    """Return the terms; money goes to the person's own bank, to nobody else."""
    if "@" in (given.text("recipient") or ""):
        raise ToolRefusal("not_offered")
    return {**await _terms(desk, given), "to": "own_bank"}


async def _deposit(desk: Desk, params: Params) -> Sketch:
    return await _sketch(desk, params, sign=1)


async def _withdrawal(desk: Desk, params: Params) -> Sketch:
    amount = _money(params)
    if await free_cash(desk, amount.currency) < amount:
        raise ToolRefusal("insufficient_funds")
    return await _sketch(desk, params, sign=-1)


async def _sketch(desk: Desk, params: Params, *, sign: int) -> Sketch:
    await desk.doors.onboarding.require_cleared(desk.owner)
    amount = _money(params)
    before = await free_cash(desk, amount.currency)
    after = before + amount if sign > 0 else before - amount
    made = Findings(desk)
    own = Origin(Source.USER, as_of=desk.today.isoformat())
    books = Origin(Source.LEDGER, account_ref(amount.currency), desk.today.isoformat())
    shown = {
        "amount": made.money(own, Metric.AMOUNT, amount),
        "cash_before": made.money(books, Metric.CASH, before),
        "cash_after": made.money(books, Metric.CASH, after),
        "fee": made.money(own, Metric.FEE, Money.zero(amount.currency)),
    }
    made.facts(amount=shown["amount"])
    return Sketch(made, shown, ("verified",), {"cash": before.decimal_string()})


async def _fell(desk: Desk, action: PendingAction) -> bool:
    """Tell whether less is there than was shown, by more than the tolerance."""
    amount = _money(action.params)
    shown = Decimal(action.preview.bound["cash"])
    now = (await free_cash(desk, amount.currency)).to_decimal()
    return now < shown - amount.to_decimal() * TOLERANCE


async def _put_in(doors: Doors, order: Order) -> Mapping[str, str]:
    return _result(await doors.ledger.deposit(_movement(order)))


async def _pay_out(doors: Doors, order: Order) -> Mapping[str, str]:
    return _result(await doors.ledger.withdraw(_movement(order)))


def _movement(order: Order) -> Movement:
    return Movement(
        user_id=order.caller.user_id,
        session_id=order.caller.session_id,
        key=order.key,
        amount=_money(order.action.params),
        grant=order.grant,
        warrant=order.warrant,
    )


def _result(journal: Journal) -> Mapping[str, str]:
    return {"movement_id": journal.journal_id, "state": journal.state.value}


def _money(params: Params) -> Money:
    return Money.parse(params["amount"], params["currency"])


DEPOSIT: Final = Kind(
    kind=ActionKind.DEPOSIT,
    description="Draft putting sandbox money in.",
    properties=_PROPERTIES,
    required=("amount",),
    terms=_terms,
    sketch=_deposit,
    changed=nothing_moves,
    carry_out=_put_in,
)
WITHDRAW: Final = Kind(
    kind=ActionKind.WITHDRAW,
    description="Draft paying money out to the user's own bank.",
    properties={**_PROPERTIES, "recipient": text("Where the money goes, as the user said it")},
    required=("amount",),
    terms=_withdrawal_terms,
    sketch=_withdrawal,
    changed=_fell,
    carry_out=_pay_out,
)
