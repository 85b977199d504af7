"""Price files: good ones in both layouts, and every fault named with its row."""

from pathlib import Path

import pytest

from app.domains.market.adapters.price_file import read_price_file

WIDE = "date,AAA,BBB\n2024-01-02,10,20\n2024-01-03,10.5,20.1\n2024-01-04,10.4,20.2\n"
LONG = (
    "symbol,date,close\nAAA,2024-01-03,10.5\nAAA,2024-01-02,10\nBBB,2024-01-02,20\n"
    "BBB,2024-01-03,20.1\n"
)


def written(tmp_path: Path, text: str, name: str = "prices.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.row("MD3")
class TestGoodFiles:
    def test_wide(self, tmp_path: Path) -> None:
        found = read_price_file(written(tmp_path, WIDE))
        assert found.usable
        assert found.symbols == ("AAA", "BBB")
        assert found.prices[1].tolist() == [10.5, 20.1]

    def test_long_is_sorted_into_the_same_table(self, tmp_path: Path) -> None:
        found = read_price_file(written(tmp_path, LONG))
        assert found.usable
        assert [str(day) for day in found.dates] == ["2024-01-02", "2024-01-03"]
        assert found.prices[0].tolist() == [10, 20]

    def test_same_bytes_have_the_same_identity(self, tmp_path: Path) -> None:
        one = read_price_file(written(tmp_path, WIDE, "a.csv"))
        two = read_price_file(written(tmp_path, WIDE, "b.csv"))
        assert one.sha256 == two.sha256

    @pytest.mark.shared_data
    def test_real_parquet_is_clean(self, shared_data: Path) -> None:
        found = read_price_file(shared_data / "market" / "etf_adj_close.parquet")
        assert found.usable
        assert len(found.symbols) == 14
        assert len(found.dates) == 3171


@pytest.mark.row("MD3")
class TestBadFiles:
    @pytest.mark.parametrize(
        ("old", "new", "code", "row"),
        [
            ("10.5", "ten", "bad_number", 2),
            ("10.5", "", "missing_price", 2),
            ("10.5", "NaN", "missing_price", 2),
            ("10.5", "0", "not_positive", 2),
            ("10.5", "-3", "not_positive", 2),
            ("10.5", "inf", "missing_price", 2),
            ("2024-01-03", "yesterday", "bad_date", 2),
            ("2024-01-03", "2024-01-02", "duplicate_day", 2),
            ("2024-01-03", "2023-12-01", "unsorted", 2),
            ("10.5,20.1", "10.5", "bad_row", 2),
        ],
    )
    def test_fault_is_named_with_its_row_and_nothing_is_usable(
        self, tmp_path: Path, old: str, new: str, code: str, row: int
    ) -> None:
        found = read_price_file(written(tmp_path, WIDE.replace(old, new, 1)))
        assert not found.usable
        assert (row, code) in [(p.row, p.code) for p in found.problems]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "unreadable"),
            ("day,AAA\n2024-01-02,1\n", "no_date_column"),
            ("date\n2024-01-02\n", "bad_header"),
            ("date,AAA,AAA\n2024-01-02,1,1\n", "bad_header"),
            ("date,AAA\n2024-01-02,1\n", "too_short"),
            ("date,symbol\n2024-01-02,A\n", "bad_header"),
        ],
    )
    def test_file_that_is_no_price_table_is_refused_whole(
        self, tmp_path: Path, text: str, code: str
    ) -> None:
        found = read_price_file(written(tmp_path, text))
        assert code in [p.code for p in found.problems]
        assert not found.usable

    def test_missing_and_broken_parquet(self, tmp_path: Path) -> None:
        assert not read_price_file(tmp_path / "none.csv").usable
        broken = read_price_file(written(tmp_path, "not parquet", "x.parquet"))
        assert broken.problems[0].code == "unreadable"

    def test_split_and_gap_are_noted_but_do_not_refuse(self, tmp_path: Path) -> None:
        text = "date,AAA\n2024-01-02,100\n2024-01-03,10\n2024-03-01,10.1\n"
        found = read_price_file(written(tmp_path, text))
        assert found.usable
        assert {p.code for p in found.problems} == {"suspected_split", "gap"}

    def test_duplicate_in_a_long_file_is_fatal(self, tmp_path: Path) -> None:
        found = read_price_file(written(tmp_path, LONG + "AAA,2024-01-02,11\n"))
        assert "duplicate_day" in [p.code for p in found.problems]
