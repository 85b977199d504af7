"""What first messages would wait for is done before them; what fails is left to them."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.domains.chat.assembling import AtFirstUse
from app.domains.chat.engines.phrases import phrases
from app.domains.chat.talk_types import LANGUAGES, Names, Understander
from app.domains.chat.usecases.warming import warmed
from app.domains.chat.warming import steps
from app.ml.registry import ArtefactError
from tests.fakes.chat.engines import Understands

pytestmark = pytest.mark.row("CH4")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Hears(Understands):
    """Remembers what it was asked in which language."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def understand(self, text: str, *, locale: str, **more: object) -> object:
        self.heard.append((locale, text))
        return super().understand(text, locale=locale, names=Names(), today=NOW)


class Broken:
    """Loads at its second try."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self) -> Understander:
        self.tries += 1
        if self.tries == 1:
            raise ArtefactError("not there yet")
        return Understands()


class TestSteps:
    def test_each_language_is_understood_once_in_its_own_words(self) -> None:
        hears = Hears()

        for step in steps(hears):
            step()

        assert [lang for lang, _ in hears.heard] == list(LANGUAGES)
        assert all(
            text == phrases(lang).say("intents", "portfolio_value") for lang, text in hears.heard
        )


class TestWarmed:
    async def test_loop_goes_on_while_a_step_works(self) -> None:
        let_go = threading.Event()
        warming = asyncio.create_task(warmed((lambda: _waits(let_go),)))

        await asyncio.sleep(0)
        assert not warming.done()
        let_go.set()

        await warming

    async def test_step_that_fails_is_the_last_and_raises_nothing(self) -> None:
        ran: list[str] = []

        await warmed((_notes(ran, "one"), _fails, _notes(ran, "three")))

        assert ran == ["one"]

    async def test_message_after_a_failed_warming_loads_what_it_needs(self) -> None:
        load = Broken()
        first_use = AtFirstUse(load)

        await warmed(steps(first_use))
        found = first_use.understand("hello", locale="en", names=Names(), today=NOW)

        assert (load.tries, found.intent) == (2, "portfolio_value")

    async def test_no_steps_are_nothing_to_do(self) -> None:
        await warmed(())


def _waits(let_go: threading.Event) -> None:
    assert let_go.wait(10)


def _notes(ran: list[str], name: str) -> Callable[[], None]:
    return lambda: ran.append(name)


def _fails() -> None:
    raise ArtefactError("no model")
