"""All kinds of actions that can be drafted."""

from typing import Final

from app.domains.chat.action_types import ActionKind
from app.domains.chat.tools.proposals import money
from app.domains.chat.tools.proposals.kinds import Kind

KINDS: Final[dict[ActionKind, Kind]] = {kind.kind: kind for kind in (money.DEPOSIT, money.WITHDRAW)}
