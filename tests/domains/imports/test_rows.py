"""What each kind of row becomes: right, or refused by its line with a code."""

from decimal import Decimal

import pytest

from app.domains.imports.errors import (
    ColumnMappingError,
    FileTooLargeError,
    FileUnreadableError,
)
from app.domains.imports.rules.elsewhere import held_elsewhere
from app.domains.imports.types import (
    MAX_BYTES,
    MAX_ROWS,
    DateOrder,
    DecimalMark,
    PriceUnit,
    Question,
    Reading,
    Row,
    RowCode,
    RowField,
    RowOutcome,
    RowType,
)
from tests.factories.imports import FILES, read

pytestmark = pytest.mark.row("PA1")

HEAD = "date,type,symbol,quantity,price,amount,fee,currency,note\n"


def codes(reading: Reading) -> list[tuple[int, str]]:
    return [(row.line, e.code.value) for row in reading.rows for e in row.errors]


def rows(reading: Reading) -> list[Row]:
    return [row.row for row in reading.rows if row.row is not None]


def amounts(reading: Reading) -> list[str | None]:
    return [row.amount and row.amount.decimal_string() for row in rows(reading)]


class TestBrokers:
    @pytest.mark.parametrize("broker", sorted(FILES))
    def test_columns_are_proposed_and_every_transaction_is_read(self, broker: str) -> None:
        said = {"currency": "USD"} if broker == "schwab" else {}
        reading = read(FILES[broker], **said)
        assert [c for _, c in codes(reading)] == (["totals_line"] if broker == "schwab" else [])
        assert reading.questions == ()
        assert reading.counts.rows == len(reading.table.records)

    def test_signs_costs_and_units_of_known_exports(self) -> None:
        assert amounts(read(FILES["trading 212"])) == ["-245.45", "500.00"]
        # Proceeds come before the commission, which is written as a negative cost.
        assert amounts(read(FILES["interactive brokers"])) == ["-2206.00", "883.00"]
        assert amounts(read(FILES["degiro"])) == ["-1805.00", "543.00"]
        assert amounts(read(FILES["portfolio performance"])) == ["-1805.50", "2000.00", "-100.00"]
        assert amounts(read(FILES["ghostfolio"])) == ["-331.75", "1.20"]


class TestAcceptance:
    def test_without_a_currency_column_it_is_asked_for_and_never_guessed(self) -> None:
        text = "date,type,symbol,quantity,price\n2026-01-05,buy,VTI,2,10.50\n"
        asked = read(text)
        assert codes(asked) == [(2, "currency_missing")]
        assert asked.questions == (Question.CURRENCY,)
        told = read(text, currency="EUR")
        assert amounts(told) == ["-21.00"]
        assert rows(told)[0].currency == "EUR"

    def test_date_only_buy_and_sell_of_one_day_are_two_rows_in_any_order(self) -> None:
        buy = "2026-01-05,buy,VTI,10,10.00,-100.00,0,USD,\n"
        sell = "2026-01-05,sell,VTI,10,11.00,110.00,0,USD,\n"
        for text in (HEAD + buy + sell, HEAD + sell + buy):
            reading = read(text)
            assert reading.counts.new == 2
            found = held_elsewhere(("Elsewhere", row) for row in rows(reading))
            assert found.holdings == ()
            assert [cash.total.decimal_string() for cash in found.cash] == ["10.00"]

    def test_bond_in_per_cent_of_par_is_seen_from_its_amount(self) -> None:
        reading = read(HEAD + "2026-01-05,buy,BOND,10000,98.50,-9850.00,0,EUR,\n")
        assert rows(reading)[0].price_unit is PriceUnit.PERCENT
        assert amounts(reading) == ["-9850.00"]

    def test_bond_without_an_amount_needs_its_unit(self) -> None:
        head = "date,type,symbol,quantity,price,currency,asset class\n"
        asked = read(head + "2026-01-05,buy,BOND,10000,98.50,EUR,Bond\n")
        assert codes(asked) == [(2, "price_unit_unknown")]
        told = read(head + "2026-01-05,buy,BOND,10000,98.50%,EUR,Bond\n")
        assert amounts(told) == ["-9850.00"]

    def test_negative_quantity_is_a_sale_and_a_negative_purchase_is_refused(self) -> None:
        text = (
            "date,symbol,quantity,price,currency\n"
            "2026-01-05,VTI,-4,10.00,USD\n2026-01-05,VTI,4,10.00,USD\n"
        )
        assert [(r.kind, r.quantity) for r in rows(read(text))] == [
            (RowType.SELL, Decimal(4)),
            (RowType.BUY, Decimal(4)),
        ]
        sold = read(HEAD + "2026-01-05,sell,VTI,-4,10.00,-40.00,0,USD,\n")
        assert amounts(sold) == ["40.00"]
        odd = read(HEAD + "2026-01-05,buy,VTI,-4,10.00,40.00,0,USD,\n")
        assert codes(odd) == [(2, "sign_conflict")]

    def test_no_row_is_dropped_whatever_it_says(self) -> None:
        text = (
            "My broker;;\nAccount;12345;\n\n"
            "Datum;Typ;ISIN;Stück;Kurs;Betrag;Währung\n"
            "05.01.2026;Kauf;US0378331005;10;10,00;-100,00;EUR\n"
            "\n"
            "31.02.2026;Kauf;US0378331005;10;10,00;-100,00;EUR\n"
            "05.01.2026;Kauf;US0378331006;10;10,00;-100,00;EUR\n"
            "05.01.2026;Zauber;;;;-1,00;EUR\n"
            "05.01.2026;Kauf;US0378331005;10;10,00;-900,00;EUR\n"
            "05.01.2026;Einlage;;;;1,00;EURO\n"
            "05.01.2026;Einlage;;;;1,00;EUR;mehr\n"
            '05.01.2026;"Einlage;;;;1,00;EUR\n'
            "Datum;Typ;ISIN;Stück;Kurs;Betrag;Währung\n"
            "05.01.2030;Einlage;;;;1,00;EUR\n"
            "Summe;;;;;-98,00;EUR\n"
        )
        reading = read(text)
        assert reading.table.header_line == 4
        assert reading.table.preamble == (1, 2)
        assert reading.counts.rows == 11
        assert reading.counts.new == 1
        assert codes(reading) == [
            (7, "date_unreadable"),
            (8, "isin_invalid"),
            (9, "type_unknown"),
            (10, "amount_mismatch"),
            (11, "currency_unknown"),
            (12, "column_count"),
            (13, "quote_open"),
            (14, "header_line"),
            (15, "date_out_of_range"),
            (16, "totals_line"),
        ]
        assert reading.unknown_types == ("Zauber",)


class TestKinds:
    def test_splits_by_ratio_words_or_added_shares(self) -> None:
        text = (
            HEAD
            + "2026-01-05,buy,VTI,10,10.00,-100.00,0,USD,\n"
            + "2026-02-05,split,VTI,4:1,,,,,\n"
            + "2026-03-05,split,VTI,,,,,,1 for 2\n"
            + "2026-04-05,split,VTI,20,,,,,\n"
            + "2026-04-06,split,VTI,,,,,,soon\n"
        )
        reading = read(text)
        assert codes(reading) == [(6, "split_unreadable")]
        found = held_elsewhere(("A", row) for row in rows(reading))
        assert [held.quantity for held in found.holdings] == [Decimal(40)]

    def test_dividends_fees_deposits_withdrawals_transfers(self) -> None:
        text = (
            HEAD
            + "2026-01-05,dividend,VTI,10,0.50,5.00,0,USD,\n"
            + "2026-01-05,custody fee,,,,2.50,,USD,\n"
            + "2026-01-05,fee,,,,,1.25,USD,\n"
            + "2026-01-05,deposit,,,,100.00,,USD,\n"
            + "2026-01-05,withdrawal,,,,40.00,,USD,\n"
            + "2026-01-05,transfer in,VTI,3,,,,,\n"
            + "2026-01-05,transfer out,VTI,-2,,,,,\n"
            + "2026-01-05,interest,,,,-0.75,,USD,\n"
        )
        reading = read(text)
        assert codes(reading) == []
        assert amounts(reading) == [
            "5.00", "-2.50", "-1.25", "100.00", "-40.00", None, None, "-0.75",
        ]  # fmt: skip
        found = held_elsewhere(("A", row) for row in rows(reading))
        assert [(held.symbol, held.quantity) for held in found.holdings] == [("VTI", Decimal(1))]

    def test_tax_withheld_from_a_dividend_is_taken_off_once(self) -> None:
        head = "date,type,symbol,quantity,price,amount,tax,currency\n"
        gross = read(head + "2026-01-05,dividend,VTI,10,1.00,10.00,1.50,USD\n")
        net = read(head + "2026-01-05,dividend,VTI,10,1.00,8.50,1.50,USD\n")
        assert amounts(gross) == amounts(net) == ["8.50"]

    def test_pence_become_pounds_and_trade_currency_is_kept(self) -> None:
        head = "date,type,symbol,quantity,price,price currency,amount,currency\n"
        reading = read(head + "2026-01-05,buy,VOD,100,72.50,GBX,-72.50,GBP\n")
        assert (rows(reading)[0].price, amounts(reading)) == (Decimal("0.7250"), ["-72.50"])
        foreign = rows(read(head + "2026-01-05,buy,VTI,2,100.00,USD,-180.00,EUR\n"))[0]
        assert (foreign.price_currency, foreign.currency) == ("USD", "EUR")

    def test_more_sold_than_bought_is_told_as_incomplete(self) -> None:
        reading = read(HEAD + "2026-01-05,sell,VTI,4,10.00,40.00,0,USD,\n")
        found = held_elsewhere(("A", row) for row in rows(reading))
        assert [(held.quantity, held.complete) for held in found.holdings] == [(-4, False)]

    def test_amount_finer_than_its_currency_is_refused_or_rounded_when_asked(self) -> None:
        text = HEAD + "2026-01-05,dividend,VTI,,,1.2345,,USD,\n"
        assert codes(read(text)) == [(2, "too_precise")]
        assert read(text).questions == (Question.ROUNDING,)
        assert amounts(read(text, round_amounts=True)) == ["1.23"]


class TestOptions:
    def test_ambiguous_dates_and_numbers_are_asked_for(self) -> None:
        text = (
            "date;type;symbol;quantity;price;currency\n"
            "03/04/2026;buy;VTI;1.234;10;USD\n04/03/2026;buy;VTI;1;10;USD\n"
        )
        asked = read(text)
        assert codes(asked) == [
            (2, "date_ambiguous"), (3, "date_ambiguous"),
        ]  # fmt: skip
        dated = read(text, date_order=DateOrder.DAY_FIRST)
        assert codes(dated) == [(2, "number_ambiguous")]
        assert dated.questions == (Question.DECIMAL_MARK,)
        comma = read(text, date_order=DateOrder.DAY_FIRST, decimal_mark=DecimalMark.COMMA)
        assert [row.quantity for row in rows(comma)] == [Decimal(1234), Decimal(1)]
        assert rows(comma)[0].day.isoformat() == "2026-04-03"

    def test_one_date_past_the_twelfth_settles_the_order_for_all(self) -> None:
        text = HEAD + "03/04/2026,deposit,,,,1,,USD,\n03/25/2026,deposit,,,,1,,USD,\n"
        assert [row.day.month for row in rows(read(text))] == [3, 3]

    def test_columns_and_words_can_be_said_and_left_out_rows_are_told(self) -> None:
        text = "when,what,how much,cur\n2026-01-05,Gift,5.00,USD\n2026-01-05,Noise,1.00,USD\n"
        assert Question.COLUMNS in read(text).questions
        reading = read(
            text,
            columns={
                RowField.DATE: "when",
                RowField.TYPE: "what",
                RowField.AMOUNT: "how much",
                RowField.CURRENCY: "cur",
            },
            types={"gift": RowType.DEPOSIT, "Noise": None},
        )
        assert amounts(reading) == ["5.00"]
        assert codes(reading) == [(3, "left_out")]
        with pytest.raises(ColumnMappingError):
            read(text, columns={RowField.DATE: "date"})


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encodings_and_line_ends(self, encoding: str) -> None:
        text = "Datum;Typ;Betrag;Währung;Notiz\r\n05.01.2026;Einlage;1.234,50;EUR;Für “Käufe”\r\n"
        reading = read(text.encode(encoding))
        assert amounts(reading) == ["1234.50"]
        assert rows(reading)[0].note == "Für “Käufe”"

    def test_quoted_cells_span_lines_and_keep_their_lines_number(self) -> None:
        text = HEAD + '2026-01-05,deposit,,,,1.00,,USD,"two\nlines"\n2026-01-05,nope,,,,,,,\n'
        reading = read(text)
        assert rows(reading)[0].note == "two lines"
        assert codes(reading) == [(4, "type_unknown")]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b" \n ", "empty"),
            (b"\x00\x01\x02\x81\x8d", "encoding"),
            (b"hello\nworld\n", "no_table"),
            (b"date,type,amount\n", "no_rows"),
            (b"[]", "no_rows"),
            (b"{}", "no_table"),
            (b"[NaN]", "json"),
            (b'[{"date":', "json"),
            (b"[" * 100_000, "json"),
        ],
    )
    def test_what_is_no_table_is_refused_with_its_reason(self, content: bytes, reason: str) -> None:
        with pytest.raises(FileUnreadableError) as refused:
            read(content)
        assert refused.value.fields == {"reason": reason}

    def test_limits(self) -> None:
        with pytest.raises(FileTooLargeError):
            read(b"a" * (MAX_BYTES + 1))
        with pytest.raises(FileTooLargeError):
            read(HEAD + "x,\n" * (MAX_ROWS + 1))
        with pytest.raises(FileTooLargeError):
            read(b'[{"a":1}' + b',{"a":1}' * MAX_ROWS + b"]")

    def test_cells_made_to_be_slow_are_refused_like_others(self) -> None:
        row = "T" * 999 + ",deposit,,,,1,,USD," + "1 " * 400 + "\n"
        reading = read(HEAD + row * 2500)
        assert reading.counts.refused == 2500

    def test_json_keeps_digits_and_refuses_entries_by_number(self) -> None:
        text = (
            '[{"date":"2026-01-05","type":"buy","symbol":"BTC","quantity":0.123456789012345678,'
            '"amount":-10.00,"currency":"USD"},7,{"date":"2026-01-05","type":"buy","symbol":"X",'
            '"quantity":1e999999999,"amount":1,"currency":"USD"}]'
        )
        reading = read(text)
        assert rows(reading)[0].quantity == Decimal("0.123456789012345678")
        assert codes(reading) == [(2, "not_an_object"), (3, "number_invalid")]

    def test_every_code_has_one_meaning_and_every_row_one_outcome(self) -> None:
        assert len({code.value for code in RowCode}) == len(RowCode)
        reading = read(FILES["schwab"])
        for row in reading.rows:
            assert (row.row is None) == (row.outcome is RowOutcome.REFUSED) == bool(row.errors)
