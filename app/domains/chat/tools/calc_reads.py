"""Arithmetic over figures of this turn: the only way a sum may be said."""

from typing import Final

from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.refusals import ToolRefusal

OPERATIONS: Final = ("add", "sub", "mul", "div", "sum", "share", "pct_change", "min", "max")
REFS_MAX: Final = 50


async def calc(desk: Desk, given: Arguments) -> Findings:
    """Calculate over evidence ids of this turn; the result cites them."""
    calculator = desk.doors.calculator
    if calculator is None:
        raise ToolRefusal("not_offered")
    op = given.choice("op", OPERATIONS)
    refs = given.texts("refs", limit=REFS_MAX)
    if op is None or not refs:
        raise ToolRefusal("invalid_arguments")
    made = Findings(desk)
    try:
        result = calculator(op, refs, evidence=desk.seen, new_id=desk.next_id())
    except ValueError:
        raise ToolRefusal("invalid_arguments") from None
    made.fact("result", made.add(result))
    return made.done()
