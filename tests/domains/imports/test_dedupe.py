"""The same file twice adds nothing, equal trades stay two, and the export imports again."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.imports.rules import exporting
from app.domains.imports.rules.codes import is_isin
from app.domains.imports.rules.numbers import NumberError, mark_of, parse
from app.domains.imports.rules.text import escaped, unescaped, usable
from app.domains.imports.types import (
    DecimalMark,
    JudgedRow,
    PriceUnit,
    Reading,
    Row,
    RowOutcome,
    RowType,
)
from tests.factories.imports import FILES, read

pytestmark = pytest.mark.row("PA1")

HEAD = "date,type,symbol,quantity,price,amount,currency\n"
BUY = "2026-01-05,buy,VTI,1,10.00,-10.00,USD\n"


def new_keys(reading: Reading) -> set[str]:
    return {r.key for r in reading.rows if r.key is not None and r.outcome is RowOutcome.NEW}


class TestOccurrence:
    def test_two_equal_trades_of_a_day_are_two_rows(self) -> None:
        reading = read(HEAD + BUY + BUY)
        assert (reading.counts.new, len(new_keys(reading))) == (2, 2)

    @pytest.mark.parametrize("broker", sorted(FILES))
    def test_same_file_again_has_no_new_row(self, broker: str) -> None:
        first = read(FILES[broker], currency="USD")
        again = read(FILES[broker], currency="USD", known=new_keys(first))
        assert again.counts.new == 0
        assert again.counts.duplicate == first.counts.new
        assert again.counts.rows == first.counts.rows

    def test_overlapping_file_adds_only_what_it_has_more(self) -> None:
        first = read(HEAD + BUY + BUY)
        longer = HEAD + BUY + BUY + BUY + BUY.replace("05", "06")
        assert read(longer, known=new_keys(first)).counts.new == 2

    def test_spelling_of_numbers_and_order_of_rows_do_not_matter(self) -> None:
        other = BUY.replace("05", "06")
        first = read(HEAD + BUY + other)
        turned = "currency;amount;price;quantity;symbol;type;date\nUSD;-10;10;1.0;vti;Kauf;"
        again = read(turned + "06.01.2026\nUSD;-10;10;1.0;VTI;Kauf;05.01.2026\n",
                     known=new_keys(first))  # fmt: skip
        assert again.counts.new == 0

    def test_another_account_is_another_history(self) -> None:
        first = read(HEAD + BUY)
        assert read(HEAD + BUY, account="Second", known=new_keys(first)).counts.new == 1


LINE = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda t: " ".join(t.split()))
TEXT = LINE.filter(usable).map(lambda t: t or None)
SYMBOL = (
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    .map(lambda t: " ".join(t.split()).upper()[:40])
    .filter(lambda t: bool(t) and usable(t) and not is_isin(t) and t == t.upper())
)
NUMBER = st.decimals("0.000000000000000001", "999999999999999", places=18).map(
    lambda value: Decimal(f"{value:f}")
)
MINOR = st.integers(-(2**53) + 1, 2**53 - 1)
DAYS = st.dates(date(1900, 1, 1), date(2026, 11, 26))


@st.composite
def transactions(draw: st.DrawFn) -> Row:
    """Any row that an import could have kept."""
    kind = draw(st.sampled_from(RowType))
    currency = draw(st.sampled_from(("USD", "EUR", "JPY", "BHD")))
    ratio, quantity, amount = None, draw(st.none() | NUMBER), None
    if kind in {RowType.BUY, RowType.SELL, RowType.TRANSFER_IN, RowType.TRANSFER_OUT}:
        quantity = draw(NUMBER)
    if kind is RowType.SPLIT:
        ratio = draw(st.none() | st.tuples(st.integers(1, 999_999), st.integers(1, 999_999)))
        quantity = None if ratio else draw(NUMBER) * draw(st.sampled_from((1, -1)))
    if kind not in {RowType.TRANSFER_IN, RowType.TRANSFER_OUT, RowType.SPLIT}:
        amount = Money(draw(MINOR), currency)
    costs = st.none() | MINOR.filter(bool).map(lambda minor: Money(minor, currency))
    return Row(
        kind=kind,
        day=draw(DAYS),
        clock=draw(st.sampled_from((None, "09:30", "23:59:59.123Z", "9:30 pm"))),
        symbol=draw(SYMBOL),
        isin=draw(st.sampled_from((None, "US0378331005"))),
        name=draw(TEXT),
        quantity=quantity,
        ratio=ratio,
        price=draw(st.none() | NUMBER),
        price_unit=draw(st.sampled_from(PriceUnit)),
        price_currency=draw(st.sampled_from((None, "GBP"))),
        amount=amount,
        fee=draw(costs),
        tax=draw(costs),
        currency=currency,
        reference=draw(TEXT),
        note=draw(TEXT),
    )


class TestExport:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(transactions(), min_size=1, max_size=4))
    def test_imports_again_row_for_row(self, rows: list[Row]) -> None:
        judged = [JudgedRow(n, (), row, (), RowOutcome.NEW, "k") for n, row in enumerate(rows)]
        for content in (exporting.as_csv(rows), exporting.as_json(judged, ())):
            reading = read(content)
            assert [row.errors for row in reading.rows] == [()] * len(rows)
            assert [row.row for row in reading.rows] == rows

    @pytest.mark.parametrize("broker", sorted(FILES))
    def test_of_a_brokers_file_is_all_duplicates_in_its_own_account(self, broker: str) -> None:
        first = read(FILES[broker], currency="USD")
        rows = [row.row for row in first.rows if row.row is not None]
        again = read(exporting.as_csv(rows), known=new_keys(first))
        assert (again.counts.new, again.counts.refused) == (0, 0)

    @given(st.text(max_size=20))
    def test_text_that_a_spreadsheet_would_run_comes_back(self, text: str) -> None:
        assert unescaped(escaped(text)) == text
        assert not escaped(text).startswith(("=", "+", "-", "@"))


class TestNumbers:
    @given(
        st.decimals(-(10**12), 10**12, places=2),
        st.sampled_from([(",", ".", "point"), (".", ",", "comma"), ("\u00a0", ",", "comma"),
                         ("'", ".", "point"), ("", ".", "point")]),
    )  # fmt: skip
    def test_grouped_numbers_are_read_as_written(
        self, value: Decimal, style: tuple[str, str, str]
    ) -> None:
        grouping, mark, name = style
        text = f"{value:,.2f}".replace(",", "_").replace(".", mark).replace("_", grouping)
        assert parse(text, DecimalMark(name)) == value
        assert parse(f"{text} EUR", DecimalMark(name)) == value

    @given(st.text("0123456789.,-+eE ()%$'x", max_size=24))
    def test_any_text_is_a_number_or_refused(self, text: str) -> None:
        mark_of(text)
        for mark in (None, *DecimalMark):
            with suppress(NumberError):
                assert parse(text, mark).is_finite()


class TestAnyFile:
    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.lists(st.text('abc019.,;"-/ \t', max_size=8), min_size=1, max_size=9),
            min_size=1,
            max_size=8,
        )
    )
    def test_rows_in_are_rows_told(self, lines: list[list[str]]) -> None:
        body = "".join(",".join(cells) + "\n" for cells in lines)
        reading = read(HEAD + BUY + body)
        told = reading.counts
        assert told.rows == told.new + told.duplicate + told.refused == len(reading.rows)
        starts = [row.line for row in reading.rows]
        assert starts == sorted(set(starts))
        for row in reading.rows:
            assert (row.row is None) == bool(row.errors)
