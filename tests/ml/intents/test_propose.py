"""The gate before a drafted action: very sure, well ahead, and nothing that speaks against it."""

import pytest

from app.ml.features.text import normalise
from app.ml.serving.propose import (
    ASK_CONFIDENCE,
    ASK_MARGIN,
    MIN_CONFIDENCE,
    MIN_MARGIN,
    Evidence,
    may_ask,
    may_propose,
    speaks_against,
)

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
        ("turn my card off", "freeze_account", "en"),
        ("llena la cuenta con 600", "deposit", "es"),
        # "नाश्ते" is no "ना", "किस्त" no "किस".
        ("नाश्ते की हर महीने 500 की किस्त शुरू करो", "recurring_plan", "hi"),
        ("vende tudo o que tenho de VTI", "sell", "pt"),
        ("ابدأ خطة ادخار 50 دولار كل شهر", "recurring_plan", "ar"),
        ("唔該幫我賣5股VTI", "sell", "zh"),
    ],
)
def test_nothing_speaks_against_a_request(text: str, label: str, lang: str) -> None:
    assert not speaks_against(normalise(text), label, lang)


@pytest.mark.parametrize(
    ("text", "label", "lang"),
    [
        ("don't sell VTI", "sell", "en"),
        ("do not ever buy that", "buy", "en"),
        ("how do I sell VTI", "sell", "en"),
        ("what if I withdraw 200", "withdraw", "en"),
        ("why did you freeze my account", "freeze_account", "en"),
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
        ("Schritte zum Rebalancen", "rebalance", "de"),
        ("turn my card off?", "freeze_account", "en"),
        ("my card has been turned off since yesterday", "freeze_account", "en"),
        ("sell VTI", "sell", "xx"),
        ("متبيعش VTI", "sell", "ar"),
        ("matbi3sh VTI", "sell", "ar"),
        ("شلون ابيع VTI", "sell", "ar"),
        ("طريقة بيع VTI", "sell", "ar"),
        ("kifach nbi3 VTI", "sell", "ar"),
        ("VTI बेचने का तरीका", "sell", "hi"),
        ("VTI nhi bechna", "sell", "hi"),
        ("唔好賣VTI", "sell", "zh"),
        ("點樣賣VTI", "sell", "zh"),
        ("教我卖VTI", "sell", "zh"),
        ("tell me whether to sell VTI", "sell", "en"),
        ("dime si vendo VTI", "sell", "es"),
        ("je veux savoir vendre VTI", "sell", "fr"),
        ("VTI ned verkaufa", "sell", "de"),
        ("nem venda VTI", "sell", "pt"),
    ],
)
def test_no_sureness_outweighs_what_speaks_against(text: str, label: str, lang: str) -> None:
    assert not may_propose(Evidence(label, 1.0, 1.0, lang, normalise(text)))


@pytest.mark.parametrize(
    ("confidence", "margin", "opens"),
    [
        (MIN_CONFIDENCE, MIN_MARGIN, True),
        (MIN_CONFIDENCE - 1e-4, 1.0, False),
        (1.0, MIN_MARGIN - 1e-4, False),
    ],
)
def test_it_must_be_sure_and_ahead(confidence: float, margin: float, opens: bool) -> None:
    assert may_propose(Evidence("sell", confidence, margin, "en", "sell VTI")) is opens


def test_what_is_missing_is_asked_for_at_a_lower_bar() -> None:
    text = "i want to pay money in"
    enough = Evidence("deposit", ASK_CONFIDENCE, ASK_MARGIN, "en", text)
    assert (may_ask(enough), may_propose(enough)) == (True, False)
    assert not may_ask(Evidence("deposit", ASK_CONFIDENCE - 1e-4, 1.0, "en", text))
    assert not may_ask(Evidence("deposit", 1.0, ASK_MARGIN - 1e-4, "en", text))
    assert not may_ask(Evidence("deposit", 1.0, 1.0, "en", "how do i pay money in"))
