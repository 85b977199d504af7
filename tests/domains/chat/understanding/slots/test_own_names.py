"""Her own names in a text: found in both scripts, not where another word is meant."""

import pytest

from app.domains.chat.talk_types import Names
from app.domains.chat.understanding.slots.own_names import closed, handle_of
from app.domains.chat.understanding.slots.recogniser import recognise

pytestmark = pytest.mark.row("CH4")


def found(text: str, intent: str, lang: str, names: Names) -> list[tuple[str, str]]:
    return [(s.name, s.value) for s in recognise(text, intent=intent, lang=lang, names=names)]


class TestNames:
    @pytest.mark.parametrize("name", ["玉山帳戶", "玉山账户"])
    @pytest.mark.parametrize("text", ["凍結玉山帳戶", "冻结玉山账户"])
    def test_a_name_is_found_in_either_chinese_script(self, name: str, text: str) -> None:
        names = Names(accounts={name: "acc_7"})
        assert found(text, "freeze_account", "zh", names) == [("account", "acc_7")]

    def test_a_word_that_differs_by_a_mark_is_not_the_name(self) -> None:
        names = Names(merchants={"Uber": "Uber"})
        slots = found("alle Zahlungen über 30 Euro", "transaction_search", "de", names)
        assert slots == [("amount", "30"), ("currency", "EUR")]
        assert ("merchant", "Uber") in found(
            "alle Zahlungen an Uber", "transaction_search", "de", names
        )

    def test_a_name_written_without_its_marks_is_found(self) -> None:
        names = Names(merchants={"Café Zürbli": "m_1"})
        assert ("merchant", "m_1") in found("mes achats chez cafe zurbli", "transaction_search",
                                            "fr", names)  # fmt: skip


class TestClosed:
    def test_all_goals_are_known_but_where_a_new_one_is_named(self) -> None:
        names = Names(goals={"Boat": "g"}, accounts={"Main": "a"})
        assert closed(names, "goal_progress") == {"goal", "account"}
        assert closed(names, "goal_change") == {"account"}
        assert closed(None, "goal_progress") == closed(Names(), "goal_progress") == frozenset()


class TestHandleOf:
    def test_the_same_letters_before_letters_alike(self) -> None:
        names = Names(goals={"boot": "g_1", "Boot": "g_2", "Été": "g_3"})
        assert handle_of("Boot", "goal", names, "de") == "g_2"
        assert handle_of("ete", "goal", names, "fr") == "g_3"
        assert handle_of("ship", "goal", names, "en") is None
        assert handle_of("Boot", "term", names, "de") is None
