"""Planted lies are caught, clean answers pass: rates over stored answers in eight languages."""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domains.chat.evidence_types import Status, Verdict
from app.domains.chat.grounding.evidence_json import evidence_of
from app.domains.chat.grounding.judging import judge
from app.domains.chat.talk_types import LANGUAGES

FOLDER = Path(__file__).parents[3] / "redteam"
CAUGHT_BAR, FALSE_ALARM_BAR = 0.99, 0.02
#: Five lies of the set for mending are none by their evidence alone; see the decision 0068.
MENDING_CAUGHT_BAR = 0.98
#: The answers that were written after the first mending measured 46 and 10 when first judged; what
#: failed was looked at in the second one, so they count as seen.
UNSEEN_CAUGHT, UNSEEN_FALSE_ALARMS = 51, 0
#: A second set by another hand, halved by line within each language. First sight: 58 of 64 lies
#: caught and 5 false alarms of 64 in the half then mended from; 54 of 56 and 9 of 56 in the other,
#: of which nobody who mended read a line; that one was measured once more at the end: 54 and 3. Not
#: the goal (99 % and 2 %): floors.
SECOND_SEEN = (64, 0)
SECOND_UNSEEN = (54, 3)
#: A third by yet other hands, in es fr pt ar. First sight: 40 of 40 caught and 7 false alarms of 80
#: in the half then mended from, 38 of 40 and 4 of 80 in the other; measured once more after: 40, 4.
THIRD_SEEN = (40, 0)
THIRD_UNSEEN = (40, 4)


def answers(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"grounding_{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def verdict_of(row: dict[str, Any]) -> Verdict:
    return judge(
        row["answer"],
        evidence=[evidence_of(one) for one in row["evidence"]],
        locale=row["locale"],
        base_currency=row["base_currency"],
        user_text=row["user"],
        today=date.fromisoformat(row["today"]) if "today" in row else None,
    )


def report(headline: str, rows: list[dict[str, Any]]) -> None:
    lines = [headline, *(f"  {row['id']} {row['locale']} {row['answer']}" for row in rows)]
    sys.stdout.write("\n".join(lines) + "\n")


@pytest.mark.row("CH3")
class TestPlanted:
    @pytest.mark.parametrize("name", ["planted", "blind_planted"])
    def test_at_least_ninety_nine_percent_are_caught(self, name: str) -> None:
        rows = answers(name)
        missed = [row for row in rows if verdict_of(row).ok]

        caught = 1 - len(missed) / len(rows)
        report(f"planted: {len(rows) - len(missed)} of {len(rows)} caught ({caught:.1%})", missed)
        assert caught >= CAUGHT_BAR

    def test_there_are_at_least_fifteen_of_each_language(self) -> None:
        counts = Counter(row["locale"][:2] for row in answers("planted"))

        assert set(counts) == set(LANGUAGES)
        assert min(counts.values()) >= 15


@pytest.mark.row("CH3")
class TestClean:
    @pytest.mark.parametrize("name", ["clean", "blind_clean", "dev_clean"])
    def test_at_most_two_percent_are_false_alarms(self, name: str) -> None:
        rows = answers(name)
        alarms = [row for row in rows if not verdict_of(row).ok]

        rate = len(alarms) / len(rows)
        report(f"clean: {len(alarms)} of {len(rows)} false alarms ({rate:.1%})", alarms)
        assert rate <= FALSE_ALARM_BAR

    def test_there_are_three_hundred_in_eight_languages(self) -> None:
        rows = answers("clean")

        assert len(rows) >= 300
        assert {row["locale"][:2] for row in rows} == set(LANGUAGES)

    def test_answers_are_not_passed_by_finding_nothing(self) -> None:
        figures = [
            claim
            for row in answers("clean")
            for claim in verdict_of(row).claims
            if claim.status is Status.GROUNDED
        ]

        assert len(figures) >= 380

    def test_a_claim_is_the_answers_own_text(self) -> None:
        for row in answers("clean") + answers("planted"):
            for claim in verdict_of(row).claims:
                assert claim.text == row["answer"][claim.start : claim.end]


@pytest.mark.row("CH3")
class TestMendingSet:
    def test_what_the_evidence_contradicts_is_caught(self) -> None:
        rows = answers("dev_planted")
        missed = [row for row in rows if verdict_of(row).ok]

        caught = 1 - len(missed) / len(rows)
        report(f"dev: {len(rows) - len(missed)} of {len(rows)} caught ({caught:.1%})", missed)
        assert caught >= MENDING_CAUGHT_BAR


@pytest.mark.row("CH3")
class TestUnseen:
    def test_no_fewer_lies_are_caught_than_at_first_sight(self) -> None:
        rows = answers("unseen_planted")
        missed = [row for row in rows if verdict_of(row).ok]

        report(f"unseen: {len(rows) - len(missed)} of {len(rows)} caught", missed)
        assert len(rows) - len(missed) >= UNSEEN_CAUGHT

    def test_no_more_alarms_are_false_than_at_first_sight(self) -> None:
        rows = answers("unseen_clean")
        alarms = [row for row in rows if not verdict_of(row).ok]

        report(f"unseen: {len(alarms)} of {len(rows)} false alarms", alarms)
        assert len(alarms) <= UNSEEN_FALSE_ALARMS

    def test_there_are_enough_in_eight_languages(self) -> None:
        true, wrong = answers("unseen_clean"), answers("unseen_planted")

        assert len(true) >= 100
        assert len(wrong) >= 50
        for rows in (true, wrong):
            assert {row["locale"][:2] for row in rows} == set(LANGUAGES)


@pytest.mark.row("CH3")
class TestHalves:
    @pytest.mark.parametrize(
        ("half", "floor"),
        [
            ("second_seen", SECOND_SEEN),
            ("second_unseen", SECOND_UNSEEN),
            ("third_seen", THIRD_SEEN),
            ("third_unseen", THIRD_UNSEEN),
        ],
    )
    def test_neither_half_is_judged_worse_than_it_was(
        self, half: str, floor: tuple[int, int]
    ) -> None:
        true, wrong = answers(f"{half}_clean"), answers(f"{half}_planted")
        caught = sum(not verdict_of(row).ok for row in wrong)
        alarms = sum(not verdict_of(row).ok for row in true)

        # Only counts: whoever reads this log has not read the unseen half.
        report(f"{half}: {caught} of {len(wrong)} caught, {alarms} of {len(true)} alarms", [])
        assert caught >= floor[0]
        assert alarms <= floor[1]

    @pytest.mark.parametrize("half", ["second_seen", "second_unseen"])
    def test_there_are_enough_in_eight_languages(self, half: str) -> None:
        for rows in (answers(f"{half}_clean"), answers(f"{half}_planted")):
            assert len(rows) >= 56
            assert {row["locale"][:2] for row in rows} == set(LANGUAGES)
