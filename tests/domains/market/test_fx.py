"""Exchange rates: files read row by row, fixings kept once, a week's fill, unknown is unknown."""

import asyncio
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.db import Database
from app.core.money import CurrencyMismatchError, Money, exponent
from app.domains.market.adapters import ecb_file
from app.domains.market.errors import RateFileError, RatesDifferError
from app.domains.market.fx_types import FILL_DAYS, Fixings, RateBook, RateFile
from app.domains.market.service import COLLECTIONS
from app.domains.market.usecases.fx import MAX_IMPORTS, Rates
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

pytestmark = pytest.mark.row("PA3")

TODAY = date(2026, 11, 24)
CSV = "date,USD,NGN\n2026-11-13,1.25,1500.5\n2026-11-16,1.2,\n2026-11-17,1.10,1650\n"
SHARED = Path("../shared/data/market/ecb_fx_per_eur.parquet")


def read(path: Path) -> RateFile:
    return ecb_file.read_rate_file(path, today=TODAY)


def file_of(tmp_path: Path, text: str, name: str = "rates.csv") -> RateFile:
    path = tmp_path / name
    path.write_text(text)
    return read(path)


def codes(file: RateFile) -> list[tuple[int | None, str | None, str]]:
    return [(p.row, p.column, p.code) for p in file.problems if p.fatal]


def fixings(*rows: tuple[str, str]) -> Fixings:
    days = tuple(date.fromisoformat(day).toordinal() for day, _ in rows)
    return Fixings(days, tuple(Decimal(value) for _, value in rows), ("test",) * len(rows))


BOOK = RateBook(
    {
        "USD": fixings(("2026-11-03", "1.25"), ("2026-11-17", "1.10")),
        "NGN": fixings(("2026-11-16", "1650")),
    },
    "",
)


class TestRate:
    def test_cross_goes_through_the_euro_with_the_older_day(self) -> None:
        rate = BOOK.rate("USD", "NGN", date(2026, 11, 18))
        assert rate is not None
        assert (rate.value, rate.day, rate.filled_days) == (
            Decimal(1500),
            date(2026, 11, 16),
            2,
        )

    def test_seven_days_are_filled_and_the_eighth_is_unknown(self) -> None:
        last = date(2026, 11, 17) + timedelta(days=FILL_DAYS)
        filled = BOOK.rate("USD", "EUR", last)
        assert filled is not None
        assert filled.filled_days == FILL_DAYS
        assert BOOK.rate("USD", "EUR", last + timedelta(days=1)) is None
        assert BOOK.rate("USD", "EUR", date(2026, 11, 2)) is None

    def test_same_currency_is_one_and_an_unknown_one_never_is(self) -> None:
        same = BOOK.rate("XXX", "XXX", TODAY)
        assert same is not None
        assert (same.value, same.filled_days) == (Decimal(1), 0)
        assert BOOK.rate("XXX", "EUR", TODAY) is None
        assert BOOK.rate("EUR", "XXX", TODAY) is None

    def test_daily_rates_are_the_single_ones(self) -> None:
        days = np.arange("2026-11-01", "2026-11-28", dtype="datetime64[D]")
        for base, quote in [("USD", "NGN"), ("EUR", "USD"), ("NGN", "EUR"), ("USD", "USD")]:
            row = BOOK.daily(base, quote, days)
            for day, value in zip(days, row, strict=True):
                single = BOOK.rate(base, quote, day.item())
                expected = np.nan if single is None else float(single.value)
                assert value == pytest.approx(expected, rel=1e-15, nan_ok=True)

    def test_unlike_currencies_do_not_add(self) -> None:
        with pytest.raises(CurrencyMismatchError):
            Money(1, "USD") + Money(1, "EUR")

    def test_rate_refuses_an_amount_of_another_currency(self) -> None:
        rate = BOOK.rate("USD", "EUR", TODAY)
        assert rate is not None
        with pytest.raises(AssertionError):
            rate.convert(Money(1, "NGN"))

    @given(
        minor=st.integers(-(10**9), 10**9),
        base=st.decimals("0.01", "99999", places=6),
        quote=st.decimals("0.01", "99999", places=6),
        into=st.sampled_from(["NGN", "JPY", "KWD"]),
    )
    def test_conversion_is_exact_to_half_a_unit_and_odd(
        self, minor: int, base: Decimal, quote: Decimal, into: str
    ) -> None:
        day = TODAY.toordinal()
        sides = {"USD": base, into: quote}
        book = RateBook({c: Fixings((day,), (v,), ("t",)) for c, v in sides.items()}, "")
        rate = book.rate("USD", into, TODAY)
        assert rate is not None
        found = rate.convert(Money(minor, "USD"))
        exact = Fraction(minor, 100) * Fraction(quote) / Fraction(base) * 10 ** exponent(into)
        assert abs(found.amount_minor - exact) <= Fraction(1, 2)
        assert rate.convert(Money(-minor, "USD")) == -found


class TestReadRateFile:
    def test_blank_is_no_fixing_and_text_stays_exact(self, tmp_path: Path) -> None:
        found = file_of(tmp_path, CSV)
        assert found.usable
        assert found.table[1] == (Decimal("1.2"), None)
        assert str(found.table[2][0]) == "1.10"

    def test_history_is_newest_first_and_ends_its_lines_with_a_comma(self, tmp_path: Path) -> None:
        text = "Date,USD,CYP,\n2026-11-17,1.1,N/A,\n2026-11-16,1.2,0.58,\n"
        found = file_of(tmp_path, text)
        assert found.usable, found.problems
        assert (found.days[0], found.rows) == (date(2026, 11, 16), (2, 1))

    def test_zip_and_the_daily_file_with_its_own_days(self, tmp_path: Path) -> None:
        text = "Date, USD, JPY, \n17 November 2026, 1.1172, 175.68, \n"
        with zipfile.ZipFile(tmp_path / "eurofxref.zip", "w") as archive:
            archive.writestr("eurofxref.csv", text)
        found = read(tmp_path / "eurofxref.zip")
        assert found.usable, found.problems
        assert (found.currencies, found.days) == (("USD", "JPY"), (date(2026, 11, 17),))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("date,USD\n2026-11-17,abc\n", (1, "USD", "bad_number")),
            ("date,USD\n2026-11-17,0\n", (1, "USD", "not_positive")),
            ("date,USD\n2026-11-17,-1.1\n", (1, "USD", "not_positive")),
            ("date,USD\n2026-11-17,1e30\n", (1, "USD", "out_of_range")),
            ("date,USD\n2026-11-17,Infinity\n", (1, "USD", "bad_number")),
            ("date,USD\nyesterday,1.1\n", (1, "date", "bad_date")),
            ("date,USD\n2026-11-17,1\n2026-11-17,1\n", (2, "date", "duplicate_day")),
            ("date,USD\n2026-12-24,1.1\n", (1, "date", "impossible_day")),
            ("date,USD\n2026-11-17,1.1,9\n", (1, None, "bad_row")),
            ("date,USD\n2026-11-17\n", (1, None, "bad_row")),
            ("date,usd\n2026-11-17,1.1\n", (None, "usd", "bad_currency")),
            ("date,EUR\n2026-11-17,1\n", (None, "EUR", "bad_currency")),
            ("date,USD,USD\n2026-11-17,1,1\n", (None, "USD", "bad_currency")),
            ("date,USD\n", (None, None, "too_short")),
            ("day,USD\n2026-11-17,1\n", (None, None, "unreadable")),
            ("", (None, None, "unreadable")),
        ],
    )
    def test_faults_name_row_and_column(
        self, tmp_path: Path, text: str, expected: tuple[int | None, str | None, str]
    ) -> None:
        found = file_of(tmp_path, text)
        assert not found.usable
        assert expected in codes(found)

    def test_rate_upside_down_is_a_note(self, tmp_path: Path) -> None:
        found = file_of(tmp_path, "date,USD\n2026-11-16,1.2\n2026-11-17,0.0012\n")
        assert found.usable
        assert [(p.row, p.code) for p in found.problems] == [(2, "jump")]

    @pytest.mark.parametrize("data", [b"PAR1junk", b"PK\x03\x04junk", b"\xff\xfe\x00"])
    def test_damaged_files_are_faults(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "x").write_bytes(data)
        assert codes(read(tmp_path / "x")) == [(None, None, "unreadable")]
        assert codes(read(tmp_path / "none")) == [(None, None, "missing_file")]

    @pytest.mark.skipif(not SHARED.exists(), reason="the shared market data is not here")
    async def test_shared_history_says_what_the_installed_one_says(self) -> None:
        found = read(SHARED)
        assert found.usable
        rates = Rates(db=_memory(), clock=FakeClock())
        await rates.ensure_packaged()
        assert await rates.compare(found) == (0, [])


def _memory() -> Any:
    return FakeDatabase(COLLECTIONS)


class TestRates:
    async def test_without_network_the_installed_history_answers(self) -> None:
        rates = Rates(db=_memory(), clock=FakeClock())
        assert await rates.currencies() == ()
        source = await rates.ensure_packaged()
        found = await rates.rate("EUR", "USD", date(1999, 1, 4))
        assert found is not None
        assert (found.value, found.source) == (Decimal("1.1789"), "European Central Bank")
        assert await rates.ensure_packaged() == source
        assert len(await rates.sources()) == 1
        assert await rates.rate("USD", "NGN", date(2026, 10, 30)) is None
        last = source.last_day + timedelta(days=FILL_DAYS)
        assert await rates.rate("USD", "GBP", last) is not None
        assert await rates.rate("USD", "GBP", last + timedelta(days=1)) is None

    async def test_second_import_changes_nothing_and_a_longer_file_adds_its_days(
        self, tmp_path: Path
    ) -> None:
        rates = Rates(db=_memory(), clock=FakeClock())
        first, _ = await rates.import_rates(file_of(tmp_path, CSV), label="Bank")
        assert first.fixings == 5
        assert await rates.import_rates(file_of(tmp_path, CSV), label="Bank") == (first, 0)
        longer = file_of(tmp_path, CSV + "2026-11-18,1.11,1660\n")
        added, _ = await rates.import_rates(longer, label="Bank, newer")
        assert added.fixings == 2
        rate = await rates.rate("USD", "NGN", date(2026, 11, 18))
        assert rate is not None
        assert rate.source == "Bank, newer"

    async def test_other_word_is_refused_until_it_is_a_correction(self, tmp_path: Path) -> None:
        rates = Rates(db=_memory(), clock=FakeClock())
        await rates.import_rates(file_of(tmp_path, CSV), label="Bank")
        before = await rates.book(("USD",), first=TODAY, last=TODAY)
        other = file_of(tmp_path, CSV.replace("1.10", "1.11"))
        fresh, problems = await rates.compare(other)
        assert (fresh, [(p.row, p.column) for p in problems]) == (0, [(3, "USD")])
        with pytest.raises(RatesDifferError):
            await rates.import_rates(other, label="Bank")
        _, corrected = await rates.import_rates(other, label="Bank", correct=True)
        assert corrected == 1
        after = await rates.book(("USD",), first=TODAY, last=TODAY)
        rate = after.rate("EUR", "USD", TODAY)
        assert rate is not None
        assert rate.value == Decimal("1.11")
        assert after.data_hash != before.data_hash
        # The first file may correct the correction: what counts is the last word.
        back, corrected = await rates.import_rates(
            file_of(tmp_path, CSV), label="Bank", correct=True
        )
        assert (back.fixings, corrected) == (1, 1)
        again = await rates.book(("USD",), first=TODAY, last=TODAY)
        assert again.data_hash == before.data_hash

    async def test_two_processes_at_once_keep_one_history(
        self, tmp_path: Path, db: Database
    ) -> None:
        file = file_of(tmp_path, CSV)
        doors = [Rates(db=db, clock=FakeClock()) for _ in range(2)]
        await asyncio.gather(*(door.import_rates(file, label="Bank") for door in doors))
        assert len(await doors[0].sources()) == 1
        book = await doors[0].book(("USD", "NGN"), first=date(2026, 11, 13), last=TODAY)
        assert [len(found.days) for found in book.fixings.values()] == [2, 3]

    async def test_files_end_somewhere(self, tmp_path: Path) -> None:
        db = _memory()
        rates = Rates(db=db, clock=FakeClock())
        source, _ = await rates.import_rates(file_of(tmp_path, CSV), label="Bank")
        for number in range(MAX_IMPORTS):
            kept = {"label": "x", "currencies": [], "first_day": "2026-11-13", "sha256": "x"}
            kept |= {"last_day": "2026-11-13", "fixings": 0, "order": 2 + number}
            await db.insert_one("rate_sources", {"_id": f"import-{number}", **kept})
        with pytest.raises(RateFileError):
            await rates.import_rates(file_of(tmp_path, CSV + "2026-11-18,1.1,\n"), label="Bank")
        assert await rates.import_rates(file_of(tmp_path, CSV), label="Bank") == (source, 0)

    async def test_faulty_file_and_endless_label_keep_nothing(self, tmp_path: Path) -> None:
        rates = Rates(db=_memory(), clock=FakeClock())
        with pytest.raises(RateFileError):
            await rates.import_rates(file_of(tmp_path, "date,USD\n2026-11-17,0\n"), label="x")
        with pytest.raises(RateFileError):
            await rates.import_rates(file_of(tmp_path, CSV), label="x" * 81)
        assert await rates.sources() == []

    async def test_installed_history_never_overwrites_a_correction(self, tmp_path: Path) -> None:
        rates = Rates(db=_memory(), clock=FakeClock())
        own = file_of(tmp_path, "date,USD\n1999-01-04,1.2\n")
        await rates.import_rates(own, label="Mine")
        await rates.ensure_packaged()
        found = await rates.rate("EUR", "USD", date(1999, 1, 4))
        assert found is not None
        assert (found.value, found.source) == (Decimal("1.2"), "Mine")

    async def test_real_database_keeps_and_returns_the_same(
        self, db: Database, tmp_path: Path
    ) -> None:
        rates = Rates(db=db, clock=FakeClock(datetime(2026, 11, 24, tzinfo=UTC)))
        await rates.import_rates(file_of(tmp_path, CSV), label="Bank")
        book = await rates.book(("USD", "NGN"), first=date(2026, 11, 13), last=TODAY)
        memory = Rates(db=_memory(), clock=FakeClock())
        await memory.import_rates(file_of(tmp_path, CSV), label="Bank")
        assert book == await memory.book(("USD", "NGN"), first=date(2026, 11, 13), last=TODAY)
