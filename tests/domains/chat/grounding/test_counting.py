"""What counts things is no money; what numbers a thing, or weighs it, is no figure of its own."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from tests.domains.chat.grounding.facts import judged, money, percent

pytestmark = pytest.mark.row("CH3")
SHARES = Evidence("v1", Kind.QUANTITY, Decimal(350), Metric.QUANTITY, Source.PORTFOLIO)
CARD = Evidence("v1", Kind.ID, "****4471", Metric.OTHER, Source.PORTFOLIO)


class TestCounted:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("You hold 350 shares.", "en"),
            ("You have 350 units.", "en"),
            ("Tienes 350 acciones.", "es"),
            ("Tienes 350 participaciones.", "es"),
            ("Vous détenez 350 actions.", "fr"),
            ("Vous avez 350 parts.", "fr"),
            ("Sie halten 350 Aktien.", "de"),
            ("Sie haben 350 Anteile.", "de"),
            ("Você tem 350 ações.", "pt"),
            ("Você tem 350 cotas.", "pt"),
            ("आपके पास 350 शेयर हैं।", "hi"),
            ("لديك 350 سهما.", "ar"),
            ("您持有350股。", "zh"),
        ],
    )
    def test_shares_rest_on_a_count_and_never_on_money(self, text: str, locale: str) -> None:
        assert judged(text, SHARES, locale=locale).ok
        assert not judged(text, money("v1", "350"), locale=locale).ok

    def test_a_time_or_a_number_of_payments_rests_on_no_money(self) -> None:
        limit = money("v1", "500", Metric.LIMIT)
        for text in ("You have 500 days.", "Your limit is 500 transfers.", "500 payments a day."):
            assert not judged(text, limit, locale="en").ok

    def test_a_bare_figure_may_still_be_money(self) -> None:
        assert judged("Your limit is 500.", money("v1", "500", Metric.LIMIT), locale="en").ok


class TestNumbered:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("Article 21 of the GDPR gives you that right, see section 3 and step 2.", "en"),
            ("We are certified to ISO 27001; the code has six digits and lives 30 seconds.", "en"),
            ("El modelo 720 y la ley 16/2022: elija la opción 2.", "es"),
            ("Le formulaire 2086, l'article 21 et l'étape 2.", "fr"),
            ("Nach Artikel 15 DSGVO und § 20 EStG, Zeile 7.", "de"),
            ("A Lei 13.709/2018 e o artigo 18: escolha a opção 2.", "pt"),
            ("धारा 80C और फॉर्म 16 देखें, विकल्प 2 चुनें।", "hi"),
            ("وفق المادة 15، اختر الخيار 2.", "ar"),
            ("根据第15条规定，请选择选项2。", "zh"),
        ],
    )
    def test_a_number_that_names_a_thing_is_no_figure(self, text: str, locale: str) -> None:
        assert judged(text, locale=locale).ok

    @pytest.mark.parametrize(
        ("text", "locale"),
        [
            ("With this option 2,000 € more.", "en"),
            ("On this page 12 % was promised.", "en"),
            ("Con esta opción 2.000 € más.", "es"),
            ("Dans cette section 12 % de plus.", "fr"),
            ("Mit dieser Option 2.000 Euro mehr.", "de"),
            ("Your score is 21.", "en"),
        ],
    )
    def test_an_amount_behind_such_a_word_stays_one(self, text: str, locale: str) -> None:
        assert not judged(text, locale=locale).ok


class TestWeight:
    @pytest.mark.parametrize(
        ("text", "locale"),
        [("Tiene un peso del 64,2 %.", "es"), ("Tem um peso de 64,2%.", "pt")],
    )
    def test_a_weight_is_no_coin(self, text: str, locale: str) -> None:
        weight = percent("v1", "64.2", Metric.WEIGHT)
        assert judged(text, weight, locale=locale).ok
        assert not judged(text.replace("64", "63"), weight, locale=locale).ok

    def test_pesos_are_coins(self) -> None:
        assert not judged("Tienes dos pesos.", locale="es-MX").ok


class TestHiddenDigits:
    def test_a_card_is_named_by_the_end_of_its_number(self) -> None:
        assert judged("Tarjeta Oro (****4471).", CARD, locale="es").ok
        assert judged("Card ending in 4471.", CARD, locale="en").ok
        assert not judged("Card ending in 4472.", CARD, locale="en").ok
        assert not judged("Card ****4471.", replace(CARD, value="****4472"), locale="en").ok
