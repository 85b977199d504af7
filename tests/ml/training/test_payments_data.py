"""Payment files: either spelling, any order; what cannot be used is named."""

from pathlib import Path

import numpy as np
import pytest

from app.ml.training.payments_data import PaymentDataError, expand, read_payments

HEADER = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n"
ROWS = [
    "2,2024-01-01 00:00:05,1,9,12.34,0",
    "1,2024-01-01 00:00:05,1,8,1.10,1",
    "3,2024-01-01 00:00:01,2,9,5,",
]


def written(folder: Path, rows: list[str], name: str = "pay.csv", header: str = HEADER) -> str:
    (folder / name).write_text(header + "\n".join(rows) + "\n")
    return str(folder / name)


class TestReadPayments:
    def test_rows_come_in_total_order(self, tmp_path: Path) -> None:
        data = read_payments([written(tmp_path, ROWS)])

        assert data.table.id.tolist() == [3, 1, 2]
        assert data.table.cents.tolist() == [500, 110, 1234]
        assert data.table.fraud.tolist() == [0, 1, 0]
        assert data.labelled.tolist() == [False, True, True]
        assert (data.table.known_at_s - data.table.ts_s == 7 * 86_400).all()

    def test_both_spellings_merge_and_repeats_are_dropped(self, tmp_path: Path) -> None:
        first = written(tmp_path, ROWS)
        other = "transaction_id,ts,customer_id,terminal_id,amount,is_fraud\n"
        second = written(tmp_path, [ROWS[0], "4,2024-01-02,1,9,1,0"], "b.csv", other)

        data = read_payments([f"{first},{second}"])

        assert (len(data.table), data.duplicates) == (4, 1)

    def test_other_tables_in_a_folder_are_skipped_and_named(self, tmp_path: Path) -> None:
        written(tmp_path, ROWS)
        written(tmp_path, ["1,2"], "features.csv", "transaction_id,c_n1\n")

        data = read_payments([str(tmp_path)])

        assert len(data.table) == 3
        assert data.skipped == ("features.csv: lacks ts, customer_id, terminal_id, amount",)

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("7,2024-01-01,1,9,nan,0", "amounts are not usable.*payment 7"),
            ("7,2024-01-01,1,9,-1,0", "amounts are not usable.*payment 7"),
            ("7,2024-01-01,1,9,1e300,0", "amounts are not usable"),
            ("7,,1,9,1,0", "TX_DATETIME is empty"),
            ("7,2024-01-01,,9,1,0", "CUSTOMER_ID is empty"),
            ("7,2024-01-01,1,9,1,2", "other than 0, 1"),
            ("2,2024-01-01 00:00:05,1,9,99,0", "payment 2 appears twice with different cents"),
        ],
    )
    def test_bad_rows_are_refused_and_named(self, tmp_path: Path, row: str, said: str) -> None:
        path = written(tmp_path, [*ROWS, row])

        with pytest.raises(PaymentDataError, match=said):
            read_payments([path])

    def test_nothing_usable_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path, ["1,2"], "a.csv", "transaction_id,c_n1\n")

        with pytest.raises(PaymentDataError, match="no file holds payments"):
            read_payments([path])
        with pytest.raises(PaymentDataError, match="names no payment file"):
            expand([str(tmp_path / "none*.parquet")])

    def test_globs_and_folders_expand_once(self, tmp_path: Path) -> None:
        path = written(tmp_path, ROWS)

        assert expand([str(tmp_path), str(tmp_path / "*.csv"), path]) == [Path(path)]
        assert np.array_equal(
            read_payments([str(tmp_path)]).table.id, read_payments([path]).table.id
        )
