"""Price files: good ones in both layouts, and every fault named with its row."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domains.market.adapters import price_file
from app.domains.market.types import PriceFile

TODAY = date(2026, 11, 24)
WIDE = "date,AAA,BBB\n2024-01-02,10,20\n2024-01-03,10.5,20.1\n2024-01-04,10.4,20.2\n"
LONG = (
    "symbol,date,close\nAAA,2024-01-03,10.5\nAAA,2024-01-02,10\nBBB,2024-01-02,20\n"
    "BBB,2024-01-03,20.1\n"
)


def read_price_file(path: Path, layout: str = "auto") -> PriceFile:
    return price_file.read_price_file(path, today=TODAY, layout=layout)


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
            ("2024-01-03", "2026-11-25", "impossible_day", 2),
            ("2024-01-02", "1599-12-31", "impossible_day", 1),
            ("10.5", "1e300", "out_of_range", 2),
            ("10.5", "1e-9", "out_of_range", 2),
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
            ("date,aaa\n2024-01-02,1\n2024-01-03,1\n", "bad_symbol"),
            ("date,$where\n2024-01-02,1\n2024-01-03,1\n", "bad_symbol"),
            ("date,symbol,price\n", "too_short"),
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

    def test_rows_are_those_of_the_file_after_a_row_that_could_not_be_read(
        self, tmp_path: Path
    ) -> None:
        text = "date,AAA\n2024-01-02,1\nyesterday,1\n2024-01-04,0\n"
        found = read_price_file(written(tmp_path, text))
        assert {(p.row, p.code) for p in found.problems} >= {(2, "bad_date"), (3, "not_positive")}

    def test_many_notes_do_not_hide_the_one_fault(self, tmp_path: Path) -> None:
        months = [f"{year}-{month:02d}-01" for year in range(2000, 2026) for month in range(1, 13)]
        lines = ["date,AAA", *(f"{day},10" for day in months[:-1]), f"{months[-1]},"]
        found = read_price_file(written(tmp_path, "\n".join(lines)))
        assert not found.usable
        assert found.problems[0].code == "missing_price"

    @pytest.mark.parametrize("tail", [b"\xff\xfe", b'"unclosed\x00' + b"x" * 140_000])
    def test_bytes_that_are_no_text_are_a_fault_not_a_crash(
        self, tmp_path: Path, tail: bytes
    ) -> None:
        path = tmp_path / "cut.csv"
        path.write_bytes(WIDE.encode() * 500 + tail)
        assert not read_price_file(path).usable

    def test_missing_day_of_one_symbol_in_a_long_file_names_the_day(self, tmp_path: Path) -> None:
        text = "symbol,date,close\nA,2024-01-02,1\nA,2024-01-03,1\nB,2024-01-03,2\n"
        problem = read_price_file(written(tmp_path, text)).problems[0]
        assert (problem.row, problem.column, problem.code) == (None, "B", "missing_price")
        assert "2024-01-02" in problem.message


CELL = st.one_of(
    st.sampled_from(
        ["date", "symbol", "close", "AAA", "2024-01-02", "2024-01-03", "", "NaN", "-1"]
    ),
    st.floats(width=32).map(str),
    st.text(max_size=8),
)
ANY_TABLE = st.lists(st.lists(CELL, max_size=4), max_size=8).map(
    lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")
)

DAYS = st.sampled_from(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"])
PRICES = st.sampled_from(["10", "10.5", "9", "", "0", "1e12"])
NEARLY_GOOD = st.lists(st.tuples(DAYS, PRICES, PRICES), min_size=2, max_size=4).map(
    lambda rows: "\n".join(["date,AAA,BBB", *(",".join(row) for row in rows)]).encode()
)


@pytest.mark.row("MD3")
class TestAnyFile:
    @settings(
        max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        st.one_of(NEARLY_GOOD, ANY_TABLE, st.binary(max_size=200)),
        st.sampled_from([".csv", ".parquet"]),
    )
    def test_never_raises_and_what_is_usable_is_a_clean_table(
        self, tmp_path: Path, data: bytes, suffix: str
    ) -> None:
        path = tmp_path / f"any{suffix}"
        path.write_bytes(data)
        found = read_price_file(path)
        assert found.prices.shape == (len(found.dates), len(found.symbols))
        if found.usable:
            assert np.isfinite(found.prices).all()
            assert (found.prices > 0).all()
            assert (np.diff(found.dates) > np.timedelta64(0, "D")).all()
        else:
            assert all(problem.message for problem in found.problems)
