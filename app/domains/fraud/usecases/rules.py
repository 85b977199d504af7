"""The room of rules and lists: what is in force here, its changes, its back-tests, its lists."""

from app.core.clock import Clock
from app.core.db import Database
from app.domains.fraud.usecases.backtests import Backtests
from app.domains.fraud.usecases.lists import Lists
from app.domains.fraud.usecases.rule_changes import IMPACT_MAX_SHARE, RuleChanges
from app.domains.fraud.usecases.rulebook import Rulebook
from app.domains.identity.service import IdentityService


class Rules:
    """Holds the four together, so that the door of fraud has one attribute for them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        impact_max_share: float = IMPACT_MAX_SHARE,
    ) -> None:
        self.book = Rulebook(db=db, clock=clock)
        self.changes = RuleChanges(
            db=db, clock=clock, identity=identity, impact_max_share=impact_max_share
        )
        self.backtests = Backtests(db=db, clock=clock)
        self.lists = Lists(db=db, clock=clock)
