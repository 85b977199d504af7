"""What each kind of action brings: how it is drafted, previewed, looked at again, carried out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.money import InvalidAmountError, Money
from app.domains.chat.action_types import ActionKind, PendingAction, Preview
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.identity.types import Caller
from app.domains.ledger.warrant_types import Warrant

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A preview in the making, with what was found for it."""

    found: Findings
    shown: Mapping[str, str]
    reasons: tuple[str, ...] = ()
    bound: Mapping[str, str] | None = None
    decision_id: str | None = None

    def preview(self) -> Preview:
        """Return it as it is kept."""
        return Preview(
            shown=dict(self.shown),
            evidence=self.found.evidence,
            reasons=self.reasons,
            bound=dict(self.bound or {}),
            decision_id=self.decision_id,
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A confirmed action on its way: who said so, under which key and warrant."""

    action: PendingAction
    caller: Caller
    grant: str | None
    warrant: Warrant

    @property
    def key(self) -> str:
        """Return the key that makes it happen once, however often it is confirmed."""
        return f"chat:{self.action.id}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of action.

    `terms` reads the arguments of a call, `sketch` previews them through the door below,
    `changed` tells whether a preview no longer holds, `carry_out` is the use case of the page's
    own button. With `books` the ledger uses up the grant in its own transaction and writes the
    action's end with the movement; without, `carry_out` may run again and changes nothing then.
    """

    kind: ActionKind
    description: str
    properties: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...]
    terms: Callable[[Desk, Arguments], Awaitable[Params]]
    sketch: Callable[[Desk, Params], Awaitable[Sketch]]
    changed: Callable[[Desk, PendingAction], Awaitable[bool]]
    carry_out: Callable[[Doors, Order], Awaitable[Mapping[str, str]]]
    books: bool = True


async def nothing_moves(_: Desk, __: PendingAction) -> bool:
    """Tell that nothing has changed: the preview rests on nothing that moves."""
    return False


def money_of(amount: Decimal, currency: str) -> Money:
    """Return an amount that was said. Raises ToolRefusal when the currency cannot hold it."""
    try:
        return Money.parse(f"{amount:f}", currency)
    except InvalidAmountError:
        raise ToolRefusal("invalid_arguments") from None


async def free_cash(desk: Desk, currency: str) -> Money:
    """Return what may be spent in a currency now: the desk's accounts are the turn's."""
    accounts = await desk.doors.ledger.books.accounts(desk.owner)
    free = next((a.available for a in accounts if a.unit == currency), 0)
    return Money(free, currency)
