"""Every shape of intent file is read; what cannot be used is refused by name."""

import json
from pathlib import Path

import pytest

from app.ml.training.intent_rows import RowsError, Use, read_all_rows, read_training_rows

pytestmark = pytest.mark.row("CH4")


def _write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


class TestReadAllRows:
    @pytest.mark.parametrize("text", ["text", "utterance", "query"])
    @pytest.mark.parametrize("label", ["label", "category", "intent"])
    def test_csv_columns_by_any_of_their_names_in_any_order(
        self, tmp_path: Path, text: str, label: str
    ) -> None:
        file = _write(tmp_path / "a.csv", f"﻿{label},{text}\nx?,hello\nY_é,two\n")
        assert [(r.text, r.label) for r in read_all_rows(file)] == [("hello", "x?"), ("two", "Y_é")]

    def test_a_quoted_line_break_is_one_row(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "a.csv", 'text,category\n"two\nlines",a\n"say ""hi""",b\n')
        assert [r.text for r in read_all_rows(file)] == ["two\nlines", 'say "hi"']

    def test_json_lines(self, tmp_path: Path) -> None:
        lines = '{"utterance": "a", "intent": "x"}\n\n{"utterance": "b\u2028c"}\n'
        rows = read_all_rows(_write(tmp_path / "a.jsonl", lines))
        assert [(r.text, r.label) for r in rows] == [("a", "x"), ("b\u2028c", None)]

    def test_json_array_of_objects(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "a.json", '[{"text": "a", "label": "x"}, {"text": "b"}]')
        assert [(r.text, r.label) for r in read_all_rows(file)] == [("a", "x"), ("b", None)]

    def test_json_splits_in_the_order_of_the_file(self, tmp_path: Path) -> None:
        content = {"val": [["b", "x"]], "oos_test": [["c", "oos"]], "train": [["a", "x"]]}
        rows = read_all_rows(_write(tmp_path / "a.json", json.dumps(content)))
        assert [(r.text, r.label) for r in rows] == [("b", "x"), ("c", "oos"), ("a", "x")]

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("a.csv", "sentence,label\nhello,x\n", r"a\.csv .*text column"),
            ("a.jsonl", '{"text": "a"}\n[1]\n', r"a\.jsonl line 2"),
            ("a.json", "{", r"a\.json is not JSON"),
            ("a.json", '{"a": {"b": 1}}', r"a\.json .*text column"),
            ("a.json", '[{"text": 5}]', r"a\.json row 1: column text"),
            ("a.json", "[" * 100_000, r"a\.json is not JSON"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_named(
        self, tmp_path: Path, name: str, content: str, said: str
    ) -> None:
        with pytest.raises(RowsError, match=said):
            read_all_rows(_write(tmp_path / name, content))

    def test_bytes_that_are_not_text_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"text,label\n\xff\xfe,x\n")
        with pytest.raises(RowsError, match=r"a\.csv is not UTF-8"):
            read_all_rows(tmp_path / "a.csv")


class TestReadTrainingRows:
    def test_a_folder_splits_by_name_and_skips_what_has_no_texts(self, tmp_path: Path) -> None:
        for name in ("train.csv", "my_val.csv", "test.csv", "en.csv"):
            _write(tmp_path / name, f"text,label\n{name},x\n")
        _write(tmp_path / "categories.json", '["x", "y"]')
        _write(tmp_path / "x_intents.csv", "en,ar\nx,ي\n")
        rows = {row.text: row.use for row in read_training_rows(tmp_path)}
        assert rows == {"train.csv": Use.FIT, "my_val.csv": Use.CALIBRATE, "en.csv": Use.FIT}

    def test_keys_of_a_json_file_win_over_its_name(self, tmp_path: Path) -> None:
        content = {
            "train": [["a", "x"]], "val": [["b", "x"]], "test": [["c", "x"]],
            "oos_train": [["d", "oos"]], "oos_train_plus": [["e", "oos"]],
            "oos_val": [["f", "oos"]],
        }  # fmt: skip
        file = _write(tmp_path / "dev.json", json.dumps(content))
        rows = {row.text: row.use for row in read_training_rows(file)}
        assert rows == {"a": Use.FIT, "b": Use.CALIBRATE, "e": Use.FIT, "f": Use.CALIBRATE}

    def test_a_single_file_is_all_learnt_from(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "dev.csv", "text,label\na,x\n")
        assert [row.use for row in read_training_rows(file)] == [Use.FIT]

    def test_test_rows_are_never_learnt_from(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "test.csv", "text,label\na,x\n")
        with pytest.raises(RowsError, match="no row to learn from"):
            read_training_rows(file)

    def test_a_missing_label_names_file_row_and_column(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "a.csv", "text,label\na,x\nb,\n")
        with pytest.raises(RowsError, match=r"a\.csv row 2: column label"):
            read_training_rows(file)

    def test_no_label_column_is_named(self, tmp_path: Path) -> None:
        file = _write(tmp_path / "a.csv", "text,kind\na,x\n")
        with pytest.raises(RowsError, match=r"a\.csv has no label column"):
            read_training_rows(file)
