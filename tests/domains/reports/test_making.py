"""Making a report: once, with the ledger's totals, sealed; refused when they differ."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import structlog
from structlog.testing import LogCapture

from app.domains.portfolio.errors import LotsUnclearError
from app.domains.portfolio.lot_types import LotMethod
from app.domains.reports.errors import ReportEmptyError, ReportPeriodError
from app.domains.reports.types import CUSTOMER_KINDS, Report, ReportKind, ReportState
from app.domains.reports.usecases import making
from tests.domains.portfolio.test_orders import Desk, desk
from tests.domains.portfolio.test_performance import pass_days, trade
from tests.factories.reports import go_to, reports_on

__all__ = ["desk"]
pytestmark = pytest.mark.row("AN3")


async def november(desk: Desk) -> None:
    """She buys, sells a part, gets and pays money in November; December has begun."""
    await trade(desk, "VTI", 2_000_000)
    await desk.bank.deposit("amina", 250_00)
    await pass_days(desk, 2)
    await trade(desk, "VTI", -750_000)
    await desk.bank.withdraw("amina", 100_00)
    go_to(desk, 2026, 12, 2)
    await desk.market.ensure_simulated()
    await desk.quote()


def content(report: Report) -> Any:
    assert report.state is ReportState.ISSUED, report.differences
    return orjson.loads(report.content)


async def postings(desk: Desk) -> list[Any]:
    account = f"{desk.user_id}.USD"
    return [row for row in desk.bank.db.rows("postings").values() if row["account"] == account]


class TestTotals:
    async def test_statement_is_opening_and_movements_to_the_cent(self, desk: Desk) -> None:
        await november(desk)
        made = content(await reports_on(desk).make(desk.user_id, ReportKind.STATEMENT, "2026-11"))
        rows = await postings(desk)
        (account,) = made["body"]["accounts"]
        assert account["opening_minor"] == 0
        assert [line["amount_minor"] for line in account["lines"]] == [r["amount"] for r in rows]
        assert account["in_minor"] + account["out_minor"] == account["closing_minor"]
        assert account["closing_minor"] == rows[-1]["balance"]
        fees = [
            row["balance"] for key, row in desk.bank.db.rows("accounts").items() if ".fees." in key
        ]
        assert account["fees_minor"] == sum(fees) > 0
        (holding,) = made["body"]["holdings"]
        assert (holding["symbol"], holding["closing_micro"]) == ("VTI", 1_250_000)
        assert len(made["compared"]) >= 4
        assert all(one["report"] == one["ledger"] for one in made["compared"])

    async def test_next_month_opens_where_the_last_one_closed(self, desk: Desk) -> None:
        await november(desk)
        await desk.bank.deposit("amina", 77_00)
        go_to(desk, 2027, 1, 3)
        door = reports_on(desk)
        first = content(await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11"))
        second = content(await door.make(desk.user_id, ReportKind.STATEMENT, "2026-12"))
        (before,), (after,) = first["body"]["accounts"], second["body"]["accounts"]
        assert after["opening_minor"] == before["closing_minor"]
        assert after["closing_minor"] == before["closing_minor"] + 77_00
        assert second["body"]["holdings"][0]["opening_micro"] == 1_250_000

    async def test_tax_lots_end_with_the_period_whatever_was_sold_later(self, desk: Desk) -> None:
        await november(desk)
        await trade(desk, "VTI", -1_000_000)
        made = content(await reports_on(desk).make(desk.user_id, ReportKind.TAX_LOTS, "2026-11"))
        body = made["body"]
        (sold,), (left,) = body["realised"], body["open"]
        assert (sold["quantity_micro"], left["quantity_micro"]) == (750_000, 1_250_000)
        assert body["gain_minor"] == sold["proceeds_minor"] - sold["cost_minor"]
        assert body["gain_minor"] == body["short_gain_minor"] + body["long_gain_minor"]

    async def test_performance_adds_up_and_its_flows_are_postings(self, desk: Desk) -> None:
        await november(desk)
        made = content(await reports_on(desk).make(desk.user_id, ReportKind.PERFORMANCE, "2026-11"))
        body = made["body"]
        assert body["start_minor"] + body["flows_minor"] + body["gain_minor"] == body["end_minor"]
        moved = [
            row["amount"]
            for row in await postings(desk)
            if row["kind"] in {"deposit", "withdrawal"}
        ]
        assert body["flows_minor"] == sum(moved)
        assert (body["first"], body["last"]) == ("2026-11-24", "2026-11-30")

    async def test_reversed_order_is_in_no_lot_and_totals_still_agree(self, desk: Desk) -> None:
        await trade(desk, "VTI", 1_000_000)
        (bought,) = [r for r in desk.bank.db.rows("journal").values() if r["kind"] == "order"]
        await desk.bank.reverse(bought["_id"])
        await trade(desk, "VTI", 500_000)
        go_to(desk, 2026, 12, 2)
        await desk.market.ensure_simulated()
        await desk.quote()
        door = reports_on(desk)
        for kind in (ReportKind.STATEMENT, ReportKind.TAX_LOTS, ReportKind.PERFORMANCE):
            content(await door.make(desk.user_id, kind, "2026-11"))

    async def test_suitability_file_has_every_advice_of_the_period(self, desk: Desk) -> None:
        await desk.preview()
        await desk.portfolio.recommend(desk.user_id, key="second")
        go_to(desk, 2026, 12, 2)
        door = reports_on(desk, portfolio=_stated(desk))
        made = content(await door.make(desk.user_id, ReportKind.SUITABILITY, "2026-11"))
        told = {one["recommendation_id"] for one in made["body"]["statements"]}
        kept = await desk.portfolio.statements.given(
            desk.user_id, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
        )
        assert told == set(kept)
        assert len(told) == 2


def _stated(desk: Desk) -> Any:
    """The desk's portfolio, whose profile has no stored version: statements are the test's."""

    class Statements:
        given = desk.portfolio.statements.given

        async def statement(self, user_id: str, recommendation_id: str) -> dict[str, Any]:
            found = await desk.portfolio.recommendation(user_id, recommendation_id)
            return {
                "statement": "suitability/1",
                "recommendation_id": recommendation_id,
                "record_hash": found.record_hash,
            }

    class Portfolio:
        statements = Statements()

    return Portfolio()


class TestOnce:
    async def test_asked_again_or_by_two_at_once_it_is_the_same_sealed_document(
        self, desk: Desk
    ) -> None:
        await november(desk)
        door = reports_on(desk)
        first, second = await asyncio.gather(
            *(door.make(desk.user_id, ReportKind.STATEMENT, "2026-11") for _ in range(2))
        )
        await desk.bank.deposit("amina", 5_00)
        third = await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11")
        assert first == second == third
        assert first.sha256 == hashlib.sha256(first.content.encode()).hexdigest()
        sealed = [entry for entry in desk.bank.db.sealed if entry[0].startswith("report:")]
        assert sealed == [(f"report:{first.report_id}", first.sha256)]
        assert len(desk.bank.db.rows("reports")) == 1

    async def test_pages_and_tables_are_byte_equal_from_the_stored_content(
        self, desk: Desk
    ) -> None:
        await november(desk)
        door = reports_on(desk)
        for kind in (ReportKind.STATEMENT, ReportKind.PERFORMANCE, ReportKind.TAX_LOTS):
            made = await door.make(desk.user_id, kind, "2026-11")
            files = [
                (
                    await door.kept.pdf(desk.user_id, made.report_id),
                    await door.kept.csv(desk.user_id, made.report_id),
                )
            ]
            await desk.bank.deposit("amina", 5_00)
            files.append(
                (
                    await reports_on(desk).kept.pdf(desk.user_id, made.report_id),
                    await reports_on(desk).kept.csv(desk.user_id, made.report_id),
                )
            )
            assert files[0] == files[1]
            assert files[0][0].startswith(b"%PDF-")
            assert made.sha256.encode() in files[0][1]

    async def test_day_is_the_month_up_to_it_and_stays_what_it_was(self, desk: Desk) -> None:
        door = reports_on(desk)
        desk.bank.clock.advance(1)
        first = await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11-24")
        await desk.bank.deposit("amina", 5_00)
        again = await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11-24")
        assert again == first
        assert first.until < first.period.end


class TestRefusal:
    @pytest.mark.parametrize("kind", [ReportKind.STATEMENT, ReportKind.PERFORMANCE])
    async def test_one_cent_of_difference_is_refused_with_an_alarm(
        self, desk: Desk, kind: ReportKind, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await november(desk)
        rows = [r for r in await postings(desk) if r["kind"] == "withdrawal"]
        desk.bank.db.rows("postings")[rows[0]["_id"]]["amount"] += 1
        door = reports_on(desk)
        # A logger that was used once keeps its processors, so capture_logs may come too late.
        capture = LogCapture()
        monkeypatch.setattr(making, "log", structlog.wrap_logger(None, processors=[capture]))
        refused = await door.make(desk.user_id, kind, "2026-11")
        said = capture.entries
        assert (refused.state, refused.reason) == (ReportState.REFUSED, "difference")
        assert (refused.content, refused.sha256) == ("", "")
        assert {abs(one.report - one.ledger) for one in refused.differences} == {1}
        assert [(line["event"], line["log_level"]) for line in said] == [
            ("report_refused", "error")
        ]
        assert not [e for e in desk.bank.db.sealed if e[0].startswith("report:")]
        desk.bank.db.rows("postings")[rows[0]["_id"]]["amount"] -= 1  # a transaction copies rows
        issued = await door.make(desk.user_id, kind, "2026-11")
        assert (issued.state, issued.report_id) == (ReportState.ISSUED, refused.report_id)
        actions = [row["action"] for row in desk.bank.db.rows("audit").values()]
        assert actions.count("report.refused") == actions.count("report.issued") == 1

    async def test_lost_posting_and_lost_entry_are_found(self, desk: Desk) -> None:
        await november(desk)
        door = reports_on(desk)
        rows = await postings(desk)
        kept = desk.bank.db.rows("journal").pop(rows[-1]["journal"])
        made = await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11")
        assert made.state is ReportState.REFUSED
        desk.bank.db.rows("journal")[kept["_id"]] = kept
        desk.bank.db.rows("postings").pop(rows[1]["_id"])
        made = await door.make(desk.user_id, ReportKind.STATEMENT, "2026-11")
        assert made.state is ReportState.REFUSED

    async def test_shares_that_no_lot_explains_are_refused(self, desk: Desk) -> None:
        await november(desk)
        for row in desk.bank.db.rows("postings").values():
            if row["account"] == f"{desk.user_id}.VTI" and row["seq"] == 2:
                row["balance"] -= 1
        made = await reports_on(desk).make(desk.user_id, ReportKind.TAX_LOTS, "2026-11")
        assert [one.what for one in made.differences] == ["open lots"]

    async def test_purchase_reversed_after_its_sale_is_refused_and_never_a_crash(
        self, desk: Desk
    ) -> None:
        await trade(desk, "VTI", 1_000_000)
        (bought,) = [r for r in desk.bank.db.rows("journal").values() if r["kind"] == "order"]
        await trade(desk, "VTI", -1_000_000)
        await trade(desk, "VTI", 1_000_000)
        await desk.bank.reverse(bought["_id"])
        with pytest.raises(LotsUnclearError):
            await desk.portfolio.lots.of(desk.user_id, LotMethod.FIFO)
        desk.bank.clock.advance(1)
        made = await reports_on(desk).make(desk.user_id, ReportKind.TAX_LOTS, "2026-11-24")
        assert (made.state, made.reason) == (ReportState.REFUSED, "lots_unclear")

    async def test_nothing_to_tell_is_said_and_not_kept(self, desk: Desk) -> None:
        stranger = await desk.bank.person("stranger")
        door = reports_on(desk)
        for kind in CUSTOMER_KINDS:
            with pytest.raises(ReportEmptyError):
                await door.make(stranger, kind, "2026-10")
        with pytest.raises(ReportEmptyError):
            await door.make(desk.user_id, ReportKind.STATEMENT, "2026-10")
        assert not desk.bank.db.rows("reports")

    @pytest.mark.parametrize(
        "label", ["2026-11", "2026-12", "2026-13", "2026-11-25", "2026-W40", "2015-01", "x", ""]
    )
    async def test_period_that_cannot_be_told_is_refused(self, desk: Desk, label: str) -> None:
        with pytest.raises(ReportPeriodError):
            await reports_on(desk).make(desk.user_id, ReportKind.STATEMENT, label)
