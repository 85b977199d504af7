"""Names and handles of the owner's own objects: what is not among them cannot be said."""

import re
from dataclasses import dataclass, field
from typing import Final

from app.domains.chat.talk_types import Names
from app.domains.chat.tools.cleaning import clean
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.ledger.types import Account
from app.domains.market.types import Instrument
from app.domains.portfolio.goal_types import Goal

NAME_MAX: Final = 60
#: What nobody says but who tries out ids: handles, ids of objects, of movements, of accounts.
_LIKE_AN_ID: Final = re.compile(
    r"(?:acc|goal|ins|mov|order)_\d+|[0-9a-z]{20,26}(?:[-.:].*)?|(?=\S*\d)[0-9a-fA-F-]{16,}"
)


def looks_like_an_id(text: str) -> bool:
    """Tell whether a text tries to name an object by its id."""
    return bool(_LIKE_AN_ID.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Handles:
    """The owner's accounts, goals and instruments of this turn by handle, in a fixed order."""

    accounts: dict[str, Account] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    memos: tuple[str, ...] = ()

    def account(self, text: str) -> Account:
        """Return one of her money accounts by handle or currency. Raises ToolRefusal."""
        found = self.accounts.get(text)
        if found is None:
            found = next((a for a in self.accounts.values() if a.unit == text.upper()), None)
        if found is None:
            raise _unknown(text)
        return found

    def goal(self, text: str | None) -> Goal:
        """Return one of her goals by handle or name; without any, her only one."""
        if not self.goals:
            if text is not None and looks_like_an_id(text):
                raise _unknown(text)
            raise ToolRefusal("no_goal")
        if text is None:
            if len(self.goals) > 1:
                raise ToolRefusal("ambiguous")
            return next(iter(self.goals.values()))
        if text in self.goals:
            return self.goals[text]
        wanted = text.casefold()
        named = [g for g in self.goals.values() if shown(g.wish.name).casefold() == wanted]
        if len(named) > 1:
            raise ToolRefusal("ambiguous")
        if not named:
            raise _unknown(text)
        return named[0]

    def instrument(self, text: str) -> Instrument:
        """Return a listed instrument by handle, symbol or name. Raises ToolRefusal."""
        symbol = self.held.get(text, text)
        found = self.instruments.get(symbol) or self.instruments.get(symbol.upper())
        if found is not None:
            return found
        wanted = text.casefold()
        named = [i for i in self.instruments.values() if i.name.casefold() == wanted]
        if len(named) == 1:
            return named[0]
        # Instruments are public: a name that is not listed betrays nobody, a handle tries.
        raise ToolRefusal("ambiguous" if named else "not_found", guess=looks_like_an_id(text))

    def name_of(self, symbol: str) -> str:
        """Return what an instrument is called."""
        found = self.instruments.get(symbol)
        return found.name if found else symbol

    def names(self) -> Names:
        """Return what she may call her objects, for whoever reads her message."""
        own = {symbol: handle for handle, symbol in self.held.items()}
        instruments: dict[str, str] = {}
        for symbol, one in self.instruments.items():
            target = own.get(symbol, symbol)
            instruments[symbol] = target
            instruments.setdefault(one.name, target)
        return Names(
            instruments=instruments,
            goals={shown(goal.wish.name): handle for handle, goal in self.goals.items()},
            accounts={account.unit: handle for handle, account in self.accounts.items()},
            merchants={memo: memo for memo in self.memos},
        )


def shown(name: str) -> str:
    """Return her own name of a thing as it is shown: one clean, short line."""
    return clean(name, limit=NAME_MAX)


def _unknown(text: str) -> ToolRefusal:
    return ToolRefusal("not_found", guess=looks_like_an_id(text))
