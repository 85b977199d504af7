"""How many derivations over real financial tables `calc` reproduces."""

import json
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from app.domains.chat.grounding.calculating import CalcError
from tests.domains.chat.grounding.formula import Formula

BAR = 0.99


def same(value: Decimal, answer: Decimal, scale: str) -> bool:
    """Whether a result is the answer as printed: percentages times 100, two decimals."""
    readings = [value, value * 100] if scale == "percent" else [value]
    half = Decimal("0.5000001") * Decimal(1).scaleb(int(answer.as_tuple().exponent))
    return any(abs(one - answer) <= max(half, Decimal("0.0051")) for one in readings)


@pytest.mark.shared_data
@pytest.mark.row("CH3")
def test_derivations_are_reproduced(shared_data: Path) -> None:
    path = shared_data / "chat" / "tatqa" / "tatqa_dataset_dev.json"
    if not path.exists():
        pytest.skip("needs the TAT-QA development data beside the checkout")
    questions = [
        question
        for passage in json.loads(path.read_text("utf-8"))
        for question in passage["questions"]
        if question["answer_type"] == "arithmetic" and question["derivation"]
    ]
    missed = []
    for question in questions:
        answer = Decimal(re.sub(r"[,%$]", "", str(question["answer"])))
        try:
            good = same(Formula(question["derivation"]).value(), answer, question["scale"])
        except (ValueError, IndexError, CalcError):
            good = False
        if not good:
            missed.append(f"{question['derivation']} -> {answer} {question['scale']}")
    rate = 1 - len(missed) / len(questions)
    headline = f"{len(questions) - len(missed)} of {len(questions)} derivations ({rate:.2%})"
    sys.stdout.write("\n".join([headline, *missed]) + "\n")
    assert rate >= BAR
