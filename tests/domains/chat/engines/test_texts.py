"""Templates, help and glossary: complete in every language, and fit for the judge of figures."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.domains.chat.engines.embedded import EmbeddedEngine
from app.domains.chat.engines.helping import Helping
from app.domains.chat.engines.phrases import badge, disclaimer, phrases
from app.domains.chat.engines.plans import (
    FAILURES,
    FIXED_HELP,
    HELP,
    INTENTS,
    PLANS,
    SCREENS,
    SIGNS,
    SLOTS,
    WORDS,
)
from app.domains.chat.engines.plurals import FORMS, plural
from app.domains.chat.grounding.judging import judge
from app.domains.chat.grounding.rendering import render
from app.domains.chat.help.library import articles, help_line
from app.domains.chat.talk_types import LANGUAGES
from tests.domains.chat.engines.scripted import (
    EVERY_SLOT,
    ScriptedBox,
    answered,
    result_of,
    states,
    turn_of,
)

pytestmark = pytest.mark.row("CH2")
FRONTEND = Path(__file__).resolve().parents[4] / "frontend" / "src" / "app" / "[locale]"


@pytest.mark.parametrize("lang", LANGUAGES)
class TestTemplates:
    def test_every_sentence_and_variant_is_there(self, lang: str) -> None:
        groups = phrases(lang).groups
        wanted = {f"{intent}.{c.key}" for intent, plan in PLANS.items() for c in plan.sentences}
        assert set(groups["answers"]) == wanted
        for intent, plan in PLANS.items():
            for choice in plan.sentences:
                text = groups["answers"][f"{intent}.{choice.key}"]
                variants = {
                    "": set(),
                    "sign": set(SIGNS),
                    "count": {*FORMS[lang], "zero"},
                    "word": set(WORDS.get(intent, ())),
                }[choice.by]
                assert isinstance(text, dict) == bool(variants)
                assert not variants or set(text) == variants
        assert set(groups["failures"]) == {*FAILURES, "other"}
        assert set(groups["intents"]) == set(INTENTS)
        assert set(groups["slots"]) == {*SLOTS, "other"}
        assert set(SCREENS) < set(groups["screens"])

    def test_holes_are_the_same_as_in_english(self, lang: str) -> None:
        def holes(text: object) -> set[str]:
            return {part.split("}")[0] for part in json.dumps(text).split("{")[1:] if "}" in part}

        own, english = phrases(lang).groups, phrases("en").groups
        for group, texts in english.items():
            for key, text in texts.items():
                forms = [text] if isinstance(text, str) else list(text.values())
                mine = own[group][key]
                others = [mine] if isinstance(mine, str) else list(mine.values())
                wanted = {name for form in forms for name in holes("x" + form)}
                assert {name for form in others for name in holes("x" + form)} == wanted, key

    def test_badge_and_disclaimer_are_said(self, lang: str) -> None:
        assert disclaimer(lang)
        assert badge(lang, "no_vectors")
        assert badge(lang, "unknown") == ""

    async def test_every_rendered_answer_passes_the_judge(self, lang: str) -> None:
        engine = EmbeddedEngine(render=render)
        wrong = []
        for intent, plan in PLANS.items():
            for value in (Decimal("1250.5"), Decimal("-12.5"), Decimal(0)):
                result = result_of(plan.tool, value=value, state=states(intent)[0])
                box = ScriptedBox({plan.tool: result})
                _, last = await answered(turn_of(intent, lang, slots=EVERY_SLOT), box, engine)
                assert "[[" not in last.text
                verdict = judge(
                    last.text, evidence=last.evidence, locale=lang, base_currency="EUR",
                    user_text="", names=(), today=date(2026, 5, 1),
                )  # fmt: skip
                bad = [c for c in verdict.claims if c.status in ("ungrounded", "unparseable")]
                wrong += [(intent, last.text[max(0, c.start - 50) : c.end + 50]) for c in bad]
        assert wrong == []

    def test_every_other_text_and_article_passes_the_judge(self, lang: str) -> None:
        texts = [text for group in phrases(lang).groups.values() for text in group.values()]
        said = [text for text in texts if isinstance(text, str) and "{" not in text]
        said += [f"{one.title}. {one.text}" for one in articles(lang).values()]
        bad = {
            claim.text: text
            for text in said
            for claim in judge(text, evidence=(), locale=lang, base_currency="EUR").claims
            if claim.status in ("ungrounded", "unparseable")
        }
        assert bad == {}


@pytest.mark.parametrize("lang", LANGUAGES)
class TestHelp:
    def test_same_articles_and_terms_in_every_language(self, lang: str) -> None:
        own, english = articles(lang), articles("en")
        assert list(own) == list(english)
        kinds = [one.kind for one in own.values()]
        assert (kinds.count("help"), kinds.count("term")) >= (45, 60)
        assert len({one.title for one in own.values() if one.kind == "help"}) == kinds.count("help")

    def test_texts_are_written_in_the_language_and_without_figures(self, lang: str) -> None:
        for key, one in articles(lang).items():
            assert not any(char.isnumeric() and char.isdecimal() for char in one.title + one.text)
            assert len(one.text) > 10
            assert lang == "en" or one.text != articles("en")[key].text

    def test_what_is_said_when_nothing_is_found_exists(self, lang: str) -> None:
        assert all(Helping(lang).article(key) is not None for key in HELP.values())
        assert set(HELP) > FIXED_HELP


class TestLinks:
    def test_each_link_opens_a_page_of_the_product(self) -> None:
        pages = {"/"}
        for page in FRONTEND.rglob("page.tsx"):
            parts = [part for part in page.parent.relative_to(FRONTEND).parts if part[0] != "("]
            pages.add("/" + "/".join(parts))
        assert {one.link for one in articles("en").values()} <= pages

    def test_help_line_is_the_one_of_the_country_or_none(self) -> None:
        found = help_line("es-MX")
        assert found is not None
        assert found.name == "Línea de la Vida"
        assert help_line("en") is None
        assert help_line("es-AR") is None

    def test_arabic_has_its_six_forms(self) -> None:
        forms = [plural(Decimal(count), "ar") for count in (0, 1, 2, 3, 11, 100)]
        assert forms == ["zero", "one", "two", "few", "many", "other"]
