"""Arithmetic over figures of this turn: the only way a sum may be said."""

from app.domains.chat.grounding.calculating import OPERATIONS, REFS_MAX, CalcError
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.refusals import ToolRefusal


async def calc(desk: Desk, given: Arguments) -> Findings:
    """Calculate over evidence ids of this turn; the result cites them."""
    op = given.choice("op", tuple(OPERATIONS))
    refs = given.texts("refs", limit=REFS_MAX)
    if op is None or not refs:
        raise ToolRefusal("invalid_arguments")
    made = Findings(desk)
    try:
        result = desk.doors.calculator(op, refs, evidence=desk.seen, new_id=desk.next_id())
    except CalcError:
        raise ToolRefusal("invalid_arguments") from None
    made.fact("result", made.add(result))
    return made.done()
