"""`finnami evaluate chat`: shares by category and language; a drop below the baseline fails."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.domains.chat.evaluation.questions import CATEGORIES, read_questions
from app.domains.chat.evaluation.scoring import Score
from app.domains.chat.talk_types import LANGUAGES

pytestmark = pytest.mark.row("CH10")


def run(*more: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", "chat", *more])


def test_every_language_has_questions_of_every_category() -> None:
    found = Counter((one.lang, one.category) for one in read_questions(None))
    assert set(found) == {(lang, category) for lang in LANGUAGES for category in CATEGORIES}
    for lang in LANGUAGES:
        assert sum(found[lang, category] for category in CATEGORIES) >= 25


def test_the_shipped_adviser_is_no_worse_than_its_baseline_and_a_drop_fails(
    tmp_path: Path,
) -> None:
    done = run("--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    right, of = (
        sum(cell[n] for row in report["right_of"].values() for cell in row.values()) for n in (0, 1)
    )
    assert right / of >= 0.95
    report["right_of"]["happy"]["en"][0] += 1
    better = tmp_path / "better.json"
    better.write_text(json.dumps(report), encoding="utf-8")
    suite = tmp_path / "suite"
    suite.mkdir()
    line = {
        "id": "x", "category": "happy", "lang": "en",
        "turns": [{"text": "What's my portfolio worth?", "expect": {"intent": "portfolio_risk"}}],
    }  # fmt: skip
    (suite / "en.jsonl").write_text(json.dumps(line), encoding="utf-8")
    worse = run("--suite", str(suite), "--baseline", str(better))
    assert worse.exit_code == 1
    assert "below the baseline: happy en: 0/1, was 11/10" in worse.stderr
    assert "understood portfolio_value, not portfolio_risk" in worse.stdout


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "JSON"),
        ('{"id": "x"}', "turns"),
        ('{"id":"x","category":"odd","lang":"en","turns":[]}', "category is one of"),
        ('{"id":"x","category":"edge","lang":"xx","turns":[]}', "lang is one of"),
        ('{"id":"x","category":"edge","lang":"en","turns":[{"text":"a","expect":{"y":1}}]}', "y"),
        ("", "between 1 and"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "a.jsonl").write_text(line, encoding="utf-8")
    done = run("--suite", str(tmp_path))
    assert done.exit_code == 2
    assert why in done.stderr


def test_a_baseline_of_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="plain"):
        Score("vectors").drops({"model": "plain", "right_of": {}})
    with pytest.raises(ValueError, match="no report"):
        Score("vectors").drops({"model": "vectors", "right_of": {"happy": {"en": 1}}})
