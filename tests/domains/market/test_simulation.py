"""The sandbox market: the same seed the same prices, yesterday never changes, moods cluster."""

from datetime import date, timedelta

import numpy as np
import pytest

from app.domains.market.rules import simulation

LAST = date(2026, 11, 20)


@pytest.mark.row("MD1")
class TestCloses:
    def test_longer_horizon_leaves_earlier_days_as_they_were(self) -> None:
        days, prices = simulation.closes(LAST, 7)
        earlier_days, earlier = simulation.closes(LAST - timedelta(days=900), 7)
        assert (days[: len(earlier_days)] == earlier_days).all()
        assert (prices[: len(earlier)] == earlier).all()

    def test_another_seed_is_another_market(self) -> None:
        assert not np.array_equal(simulation.closes(LAST, 7)[1], simulation.closes(LAST, 8)[1])

    def test_prices_are_positive_on_weekdays_only(self) -> None:
        days, prices = simulation.closes(LAST, 7)
        assert (prices > 0).all()
        assert np.is_busday(days).all()
        assert str(days[-1]) == "2026-11-20"

    def test_classes_keep_their_order_of_risk(self) -> None:
        returns = simulation.daily_returns(2500, 7)
        risk = dict(zip(simulation.SYMBOLS, returns.std(axis=0), strict=True))
        assert risk["BIL"] < risk["SHY"] < risk["AGG"] < risk["TLT"] < risk["EEM"]

    def test_volatility_clusters_so_that_there_is_something_to_forecast(self) -> None:
        size = np.abs(simulation.daily_returns(2500, 7)[:, 0])
        assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.08

    def test_labels_say_simulated(self) -> None:
        assert all("simulated" in i.name for i in simulation.instruments(simulated=True))


class TestIntraday:
    def test_day_begins_at_yesterdays_close_and_ends_at_its_own(self) -> None:
        common = {"day": 5, "seed": 7, "volatility": 0.01, "move": 0.02}
        assert simulation.intraday_factor(seconds=0, **common) == pytest.approx(1.0)
        end = simulation.intraday_factor(seconds=86_400, **common)
        assert end == pytest.approx(np.exp(0.02))
