"""What the first messages after a start would wait for, done before anybody writes."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from app.domains.chat.engines.phrases import phrases
from app.domains.chat.grounding.gate import SentenceGate
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.help.library import articles
from app.domains.chat.talk_types import LANGUAGES, Names, Understander
from app.domains.chat.understanding.slots.recogniser import recognise

_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CURRENCY: Final = "USD"
_FIGURE: Final = "{said} 12.5 %.\n"


def steps(understander: Understander) -> Sequence[Callable[[], None]]:
    """Return the work, one step a language: pure CPU of some 100 ms each, the first loads models.

    A step may be left out or fail: the first message does it then.
    """
    return tuple(partial(_ready, understander, lang) for lang in LANGUAGES)


def _ready(understander: Understander, lang: str) -> None:
    """Understand, word and judge once in a language: its texts and patterns are kept by that."""
    said = phrases(lang).say("intents", "portfolio_value")
    understander.understand(said, locale=lang, names=Names(), today=_ANY_DAY)
    # Whatever was understood above: this intent has slots of most kinds.
    recognise(said, intent="transaction_search", lang=lang)
    articles(lang)
    judging = Judge(
        evidence=(), locale=lang, base_currency=_CURRENCY, user_text=said, today=_ANY_DAY.date()
    )
    gate = SentenceGate(judging.judge, language=lang)
    gate.push(_FIGURE.format(said=said))
    gate.finish()
