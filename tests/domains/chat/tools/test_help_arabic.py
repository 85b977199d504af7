"""Help is found by Arabic words with and without their article."""

import pytest

from app.domains.chat.help.library import articles
from app.domains.chat.tools.help_reads import ranked

pytestmark = pytest.mark.row("CH2")


@pytest.mark.parametrize("query", ["ما هو الصندوق المتداول؟", "صندوق متداول", "والصندوق المتداول"])
def test_the_article_does_not_hide_a_term(query: str) -> None:
    terms = [one for one in articles("ar").values() if one.kind == "term"]
    assert ranked(query, terms)[0].id == "etf"
