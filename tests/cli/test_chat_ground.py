"""`finnami chat ground` from file to file, and the bench of judging in its short form."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main

pytestmark = pytest.mark.row("CH3")
GOOD: dict[str, Any] = {
    "id": "a1", "locale": "en", "base_currency": "EUR", "user": "",
    "evidence": [
        {"id": "v1", "kind": "money", "value": "50", "currency": "EUR", "metric": "fee"},
        {"id": "v2", "kind": "date", "value": "2026-11-03", "metric": "date"},
    ],
    "answer": "😀 The fee on 3 November 2026 was €50.00, not €60.",
}  # fmt: skip


def run(folder: Path, *rows: object, options: tuple[str, ...] = ()) -> tuple[Result, Path]:
    data, out = folder / "in.jsonl", folder / "out.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["chat", "ground", "--data", str(data), "--out", str(out), *options]
    return CliRunner().invoke(main, arguments), out


def test_every_claim_is_written_with_its_place(tmp_path: Path) -> None:
    done, out = run(tmp_path, GOOD, options=("--json",))

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["ungrounded"] == 1
    (row,) = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (row["id"], row["ok"]) == ("a1", False)
    assert [
        (claim["text"], claim["value"], claim["kind"], claim["status"], claim["evidence_id"])
        for claim in row["claims"]
    ] == [
        ("3 November 2026", "2026-11-03", "date", "grounded", "v2"),
        ("€50.00", "50.00", "money", "grounded", "v1"),
        ("€60", "60", "money", "ungrounded", None),
    ]
    for claim in row["claims"]:
        assert GOOD["answer"][claim["start"] : claim["end"]] == claim["text"]


def test_running_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    first = run(tmp_path, GOOD)[1].read_bytes()

    assert run(tmp_path, GOOD)[1].read_bytes() == first


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "no JSON"),
        ("[]", "an object is expected"),
        (GOOD | {"answer": 5}, "answer: a text"),
        (GOOD | {"locale": None}, "locale: a text"),
        (GOOD | {"evidence": {}}, "evidence: a list"),
        (GOOD | {"evidence": [{"id": "v1", "kind": "sum"}]}, "evidence[0].kind"),
        (GOOD | {"evidence": [{"id": "v1", "kind": "money", "value": "1"}]}, ".currency"),
        (GOOD | {"evidence": [{"id": "v1", "kind": "count", "value": 1.5}]}, "never a float"),
        (GOOD | {"evidence": [{"id": "v1", "kind": "count", "value": "x"}]}, "no usable number"),
        (GOOD | {"evidence": [{"id": "v1", "kind": "date", "value": "3/11"}]}, "no date"),
        (GOOD | {"today": "yesterday"}, "today: a day"),
        (GOOD | {"names": 5}, "names:"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, row: object, said: str) -> None:
    done, out = run(tmp_path, GOOD, row)

    assert done.exit_code == 2
    assert "in.jsonl line 2" in done.output
    assert said in done.output
    assert not out.exists()


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "in.jsonl"
    data.write_bytes(b"\xff\xfe\x00")
    arguments = ["chat", "ground", "--data", str(data), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(main, arguments)

    assert done.exit_code == 2
    assert "cannot be read" in done.output


def test_bench_judges_every_language_rightly() -> None:
    done = CliRunner().invoke(main, ["bench", "ground", "--quick", "--json", "--gate", "ratios"])

    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [arm["name"] for arm in document["arms"]] == ["whole", "turn", "stream"]
    assert document["checks"][0] == {
        "name": "sentences judged wrongly", "value": 0, "bar": 0, "op": "<=", "ok": True,
    }  # fmt: skip
