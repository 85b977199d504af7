"""The gate before a drafted action: sure, ahead, and said as a request."""

import pytest

from app.ml.features.text import normalise
from app.ml.serving.propose import SURE_CONFIDENCE, SURE_MARGIN, Evidence, is_request, may_propose

pytestmark = pytest.mark.row("CH4")


@pytest.mark.parametrize(
    ("text", "label", "lang"),
    [
        ("please sell 5 shares of VTI", "sell", "en"),
        ("verkaufe meine VTI", "sell", "de"),
        ("achète pour 50 € de VTI", "buy", "fr"),
        ("cancela mi orden", "cancel_order", "es"),
        ("congele a minha conta", "freeze_account", "pt"),
        ("मेरा खाता फ्रीज कर दो", "freeze_account", "hi"),
        ("اسحب 200 ريال", "withdraw", "ar"),
        ("卖出5股VTI", "sell", "zh"),
        ("withdraw 200 to my bank", "withdraw", "en"),
        ("zahl 200 Euro auf mein Konto aus, ich möchte sie abheben", "withdraw", "de"),
        ("save 20 weekly", "recurring_plan", "en"),
        ("rebalance back to 60/40", "rebalance", "en"),
    ],
)
def test_a_request_opens_the_gate(text: str, label: str, lang: str) -> None:
    assert is_request(normalise(text), label, lang)


@pytest.mark.parametrize(
    ("text", "label", "lang"),
    [
        ("don't sell VTI", "sell", "en"),
        ("do not ever buy that", "buy", "en"),
        ("how do I sell VTI", "sell", "en"),
        ("what if I withdraw 200", "withdraw", "en"),
        ("why did you freeze my account", "freeze_account", "en"),
        ("VTI 5 shares", "sell", "en"),
        ("nicht verkaufen", "sell", "de"),
        ("ne vends rien", "sell", "fr"),
        ("no canceles mi orden", "cancel_order", "es"),
        ("não venda nada", "sell", "pt"),
        ("VTI मत बेचो", "sell", "hi"),
        ("لا تبيع شي", "sell", "ar"),
        ("不要卖出VTI", "sell", "zh"),
        ("can you sell VTI?", "sell", "en"),
        ("my withdrawal of 200 to my bank is stuck since yesterday", "withdraw", "en"),
        ("kal bank se 200 nikale the", "withdraw", "hi"),
        ("pull 250 from my current account", "withdraw", "en"),
        ("von meiner Bank 200 abholen", "withdraw", "de"),
        ("bloquea la cuenta de mi exmarido", "freeze_account", "es"),
        ("قفلتوا حسابي بعد 3 محاولات", "freeze_account", "ar"),
        ("cancela la tarjeta", "cancel_order", "es"),
        ("Schritte zum Rebalancen", "rebalance", "de"),
        ("讲讲再平衡", "rebalance", "zh"),
        ("only 20 weekly", "recurring_plan", "en"),
        ("sell VTI", "portfolio_value", "en"),
        ("sell VTI", "sell", "xx"),
    ],
)
def test_denied_asked_or_unsaid_keeps_it_shut(text: str, label: str, lang: str) -> None:
    assert not is_request(normalise(text), label, lang)


@pytest.mark.parametrize(
    ("confidence", "margin", "opens"),
    [(0.90, 0.30, True), (0.8999, 0.9, False), (0.99, 0.2999, False)],
)
def test_it_must_be_sure_and_ahead(confidence: float, margin: float, opens: bool) -> None:
    assert may_propose(Evidence("sell", confidence, margin, "en", "sell VTI")) is opens


@pytest.mark.parametrize(
    ("text", "label", "lang"),
    [("turn my card off", "freeze_account", "en"), ("llena la cuenta con 600", "deposit", "es")],
)
def test_a_very_sure_request_needs_no_listed_verb(text: str, label: str, lang: str) -> None:
    assert not is_request(text, label, lang)
    assert may_propose(Evidence(label, SURE_CONFIDENCE, SURE_MARGIN, lang, text))
    assert not may_propose(Evidence(label, SURE_CONFIDENCE - 0.01, SURE_MARGIN, lang, text))
    assert not may_propose(Evidence(label, SURE_CONFIDENCE, SURE_MARGIN - 0.01, lang, text))


@pytest.mark.parametrize(
    ("text", "label", "lang"),
    [
        ("don't turn my card off", "freeze_account", "en"),
        ("how do I turn my card off", "freeze_account", "en"),
        ("turn my card off?", "freeze_account", "en"),
        ("my card has been turned off since yesterday", "freeze_account", "en"),
        ("take 200 out of my bank and put it here", "withdraw", "en"),
        ("turn my card off", "freeze_account", "xx"),
    ],
)
def test_no_sureness_outweighs_what_speaks_against(text: str, label: str, lang: str) -> None:
    assert not may_propose(Evidence(label, 1.0, 1.0, lang, text))
