"""Money in more than one currency: worth, gain and return against a hand-computed example."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.ids import new_id
from app.core.money import Money
from app.domains.ledger.types import Fill, Movement, OrderBatch, Side
from app.domains.market.adapters import ecb_file, price_file
from app.domains.market.adapters.replay import ReplayFeed
from app.domains.portfolio.errors import BaseCurrencyError
from app.domains.portfolio.fx_report_types import NetWorth
from app.domains.portfolio.report_types import NotAvailable
from app.domains.portfolio.usecases import periods
from tests.domains.portfolio.test_orders import Desk, desk
from tests.factories.ledger import SESSION

__all__ = ["desk"]
pytestmark = [
    pytest.mark.row("PA3"),
    pytest.mark.parametrize("desk", [False], indirect=True, ids=["desk"]),
]

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "two_currencies.json").read_text()
)


async def deposit(desk: Desk, name: str, amount: str, currency: str) -> str:
    user = await desk.bank.person(name)
    wanted = Movement(user, SESSION, new_id(), Money.parse(amount, currency))
    await desk.bank.ledger.deposit(wanted)
    return user


async def load_rates(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    file = ecb_file.read_rate_file(path, today=date(2026, 12, 31))
    await desk.market.rates.import_rates(file, label="Desk", correct=True)


async def load_prices(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(text)
    file = price_file.read_price_file(path, today=date(2026, 12, 31))
    await desk.market.import_prices(file, currency="USD", label="Desk")


def go_to(desk: Desk, day: str) -> None:
    wanted = datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC)
    clock = desk.bank.clock
    clock.advance((wanted.replace(hour=9) - clock.now()).total_seconds())


@pytest.fixture
async def told(desk: Desk, tmp_path: Path) -> str:
    """The golden person after the golden steps, on the golden day."""
    await load_rates(desk, tmp_path, GOLDEN["rates_csv"])
    await load_prices(desk, tmp_path, GOLDEN["prices_csv"])
    user = ""
    for step in GOLDEN["steps"]:
        go_to(desk, step["day"])
        if "deposit" in step:
            user = await deposit(desk, "bola", step["deposit"], step["currency"])
            continue
        cost = Money.parse(step["cost"], "USD")
        fill = Fill(
            step["buy"], Side.BUY, step["shares"] * 10**6, Decimal(step["price"]), cost,
            Money.zero("USD"), "desk", desk.bank.clock.now(),
        )  # fmt: skip
        batch = OrderBatch(user, SESSION, new_id(), "USD", (fill,), "r", None)
        await desk.bank.ledger.execute(batch)
    go_to(desk, GOLDEN["last"])
    await desk.market.record_quotes(await ReplayFeed(desk.market, desk.bank.clock).now())
    return user


async def worth(desk: Desk, user: str, currency: str | None = None) -> NetWorth:
    return await desk.portfolio.net_worth.of(user, currency=currency)


def text(money: Money | None) -> str | None:
    return None if money is None else money.decimal_string()


class TestGolden:
    async def test_net_worth_is_the_hand_computed_one_with_rates_and_sources(
        self, desk: Desk, told: str
    ) -> None:
        for currency in ("USD", "NGN"):
            found = await worth(desk, told, currency)
            assert text(found.total) == GOLDEN[currency.lower()]["end_value"]
            assert found.total == found.known
            assert found.rates_hash is not None
        parts = {part.unit: part for part in (await worth(desk, told, "USD")).parts}
        naira = parts["NGN"].rate
        assert naira is not None
        assert (naira.day.isoformat(), naira.source, naira.filled_days) == (
            "2026-12-14", "Desk", 0,
        )  # fmt: skip
        assert parts["NGN"].value == Money(26_29, "USD")
        assert parts["XYZ"].quote is not None
        assert parts["XYZ"].value == Money(240_00, "USD")

    @pytest.mark.row("PA2")
    async def test_performance_is_the_hand_computed_one(self, desk: Desk, told: str) -> None:
        expected = GOLDEN["usd"]
        found = await desk.portfolio.performance.of(told, benchmark="XYZ")
        assert (found.currency, found.missing_rates) == ("USD", ())
        assert text(found.end_value) == expected["end_value"]
        assert text(found.gain) == expected["gain"]
        assert found.gains is not None
        assert found.gains.total == found.gain
        for name in ("capital", "dividend", "currency"):
            assert text(getattr(found.gains, name)) == expected[name], name
        assert found.measures[0].value == pytest.approx(expected["time_weighted"], abs=1e-12)
        assert found.measures[2].value == pytest.approx(expected["simple"], abs=1e-12)
        assert found.split is not None
        assert found.split.local == pytest.approx(expected["local"], abs=1e-12)
        assert found.split.currency == pytest.approx(expected["currency_return"], abs=1e-12)
        booked = [step for step in GOLDEN["steps"] if "deposit" in step]
        assert {(text(f.local), text(f.amount)) for f in found.flows} == {
            (step["deposit"], step["worth_usd"]) for step in booked
        }
        assert found.flows[2].rate is not None
        assert found.flows[2].rate.day.isoformat() == booked[2]["day"]

    async def test_same_story_in_naira_is_the_hand_computed_one(
        self, desk: Desk, told: str
    ) -> None:
        expected = GOLDEN["ngn"]
        found = await desk.portfolio.performance.of(told, benchmark="XYZ", currency="NGN")
        assert text(found.end_value) == expected["end_value"]
        assert text(found.gain) == expected["gain"]
        assert found.gains is not None
        assert text(found.gains.capital) == expected["capital"]
        assert text(found.gains.currency) == expected["currency"]
        assert found.benchmark is not None
        # XYZ rose by a fifth and the dollar from 1500 to 1750 naira.
        weighted = found.benchmark.measures[0].value
        assert weighted == pytest.approx(1.2 * 1750 / 1500 - 1, rel=1e-12)


class TestUnknown:
    async def test_currency_without_rates_is_unknown_with_the_rest_apart(
        self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await deposit(desk, "amina", "5000.00", "NGN")
        found = await worth(desk, desk.user_id)
        assert found.total is None
        assert found.known == Money(1_000_00, "USD")
        assert found.unknown == ("NGN",)
        (naira,) = (part for part in found.parts if part.unit == "NGN")
        assert (naira.local, naira.rate, naira.value) == (Money(5000_00, "NGN"), None, None)
        logged: list[str] = []
        note = SimpleNamespace(warning=lambda event, **_: logged.append(event))
        monkeypatch.setattr(periods, "log", note)
        report = await desk.portfolio.performance.of(desk.user_id)
        assert logged == ["rates_missing"]
        assert report.missing_rates == ("NGN",)
        assert (report.end_value, report.gain, report.gains) == (None, None, None)
        assert {m.reason for m in report.measures} == {NotAvailable.NO_RATE}
        assert [flow.amount for flow in report.flows if flow.local.currency == "NGN"] == [None]
        # An imported rate makes it known.
        await load_rates(desk, tmp_path, "date,USD,NGN\n2026-11-23,1.1,1650\n")
        known = await worth(desk, desk.user_id)
        assert text(known.total) == "1003.33"
        rate = next(part.rate for part in known.parts if part.unit == "NGN")
        assert rate is not None
        assert (rate.filled_days, rate.day.isoformat()) == (1, "2026-11-23")

    async def test_rate_older_than_a_week_is_no_rate(self, desk: Desk, tmp_path: Path) -> None:
        await load_rates(desk, tmp_path, "date,USD,NGN\n2026-11-17,1.1,1650\n")
        await deposit(desk, "amina", "5000.00", "NGN")
        assert (await worth(desk, desk.user_id)).total is not None
        desk.bank.clock.advance(86_400)
        assert (await worth(desk, desk.user_id)).unknown == ("NGN",)


class TestBase:
    async def test_only_currency_of_hers_is_the_default_and_needs_no_rate(self, desk: Desk) -> None:
        user = await deposit(desk, "bola", "7.00", "NGN")
        found = await worth(desk, user)
        assert (found.base.currency, found.base.chosen) == ("NGN", False)
        assert found.total == Money(7_00, "NGN")
        assert found.rates_hash is None
        report = await desk.portfolio.performance.of(user)
        assert (report.currency, text(report.end_value)) == ("NGN", "7.00")
        assert report.measures[0].value == 0.0

    async def test_chosen_currency_stays_and_a_strange_one_is_refused(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        await load_rates(desk, tmp_path, "date,USD,CHF\n2026-11-23,1.1,0.99\n")
        for _ in range(2):
            await desk.portfolio.bases.choose(desk.user_id, "CHF")
        found = await worth(desk, desk.user_id)
        assert (found.base.chosen, text(found.total)) == (True, "900.00")
        with pytest.raises(BaseCurrencyError):
            await desk.portfolio.bases.choose(desk.user_id, "XXX")
        with pytest.raises(BaseCurrencyError):
            await worth(desk, desk.user_id, "XXX")
        report = await desk.portfolio.performance.of(desk.user_id)
        assert (report.currency, report.fees) == ("CHF", Money.zero("CHF"))

    async def test_stranger_is_worth_nothing(self, desk: Desk) -> None:
        found = await worth(desk, await desk.bank.person("nobody"))
        assert (found.total, found.parts) == (Money.zero("USD"), ())
