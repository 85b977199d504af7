"""From ticks to the stream: conflation, patience, suspects; bounded whatever is slow."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UnavailableError
from app.domains.market.adapters.intake import Intake, gate_for
from app.domains.market.errors import FeedRefusedError
from app.domains.market.feed_types import FeedCounts, Judgement, Suspect, Tick
from app.domains.market.types import Quote, Source

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOURCE = Source(
    "import-1", "import", "Test", "USD", ("AAA", "BBB"), date(2020, 1, 1), AT.date(), ""
)


def tick(symbol: str, price: object, second: float, currency: str = "USD") -> Tick:
    at = AT + timedelta(seconds=second)
    return Tick(symbol, Decimal(str(price)), currency, "fake", at, at)


class Scripted:
    """A feed that yields given batches, then waits for ever or refuses."""

    name = "fake"

    def __init__(self, *batches: tuple[Tick, ...], refuses: bool = False) -> None:
        self.counts = FeedCounts()
        self._batches = batches
        self._refuses = refuses

    async def ticks(self) -> AsyncIterator[tuple[Tick, ...]]:
        for batch in self._batches:
            yield batch
        if self._refuses:
            raise FeedRefusedError
        await asyncio.Event().wait()


class Sink:
    """Takes batches, unless it is told to be slow or away."""

    def __init__(self) -> None:
        self.batches: list[tuple[Quote, ...]] = []
        self.suspects: list[Suspect] = []
        self.answers: list[bool | Exception] = []

    async def hand_on(self, batch: tuple[Quote, ...]) -> bool:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        if answer:
            self.batches.append(batch)
        return answer

    async def keep_apart(self, suspects: tuple[Suspect, ...]) -> None:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        self.suspects += suspects

    @property
    def quotes(self) -> list[tuple[str, str]]:
        return [(quote.symbol, str(quote.price)) for batch in self.batches for quote in batch]


@pytest.fixture
def sink() -> Sink:
    return Sink()


def intake_of(sink: Sink, feed: Scripted) -> Intake:
    return Intake(
        feed,
        SOURCE,
        label="fake:import-1",
        gate=gate_for(SOURCE, {}),
        hand_on=sink.hand_on,
        keep_apart=sink.keep_apart,
    )


async def run_until(intake: Intake, done) -> None:
    task = asyncio.create_task(intake.run())
    try:
        async with asyncio.timeout(10):
            # The fake sink has no event to wait for.
            while not done():  # noqa: ASYNC110 - nobody to tell us
                await asyncio.sleep(0.005)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.row("MD2")
class TestIntake:
    async def test_good_ticks_become_quotes_of_their_source(self, sink: Sink) -> None:
        intake = intake_of(sink, Scripted((tick("AAA", "1.10", 0),)))
        await run_until(intake, lambda: sink.batches)
        ((quote,),) = sink.batches
        assert (quote.symbol, quote.price, quote.currency) == ("AAA", Decimal("1.10"), "USD")
        assert (quote.source, quote.market_date, quote.exchange_at) == (
            "fake:import-1",
            AT.date(),
            AT,
        )

    async def test_a_burst_is_conflated_to_the_newest_and_counted(self, sink: Sink) -> None:
        burst = tuple(tick("AAA", 100 + n / 1000, n / 1000) for n in range(1000))
        intake = intake_of(sink, Scripted(burst, (tick("BBB", 5, 1),)))
        await run_until(intake, lambda: ("BBB", "5") in sink.quotes)
        assert ("AAA", "100.999") in sink.quotes
        counts = intake.counts
        assert counts.published + counts.conflated == counts.accepted == 1001

    async def test_patience_keeps_the_newest_of_each_symbol_and_no_more(self, sink: Sink) -> None:
        sink.answers = [False, UnavailableError()]
        batches = [(tick("AAA", 100 + n / 10, n), tick("BBB", 50 + n / 10, n)) for n in range(20)]
        intake = intake_of(sink, Scripted(*batches))
        await run_until(intake, lambda: sink.batches)
        assert sorted(sink.quotes) == [("AAA", "101.9"), ("BBB", "51.9")]
        assert intake.counts.held_back == 2
        assert intake.counts.conflated == 38

    async def test_suspects_are_kept_with_their_reason_and_never_handed_on(
        self, sink: Sink
    ) -> None:
        feed = Scripted(
            (
                tick("AAA", 100, 0),
                tick("AAA", 0, 1),
                tick("AAA", 1000, 2),
                tick("BBB", 7, 2, currency="EUR"),
                tick("ZZZ", 7, 2),
            )
        )
        intake = intake_of(sink, feed)
        await run_until(intake, lambda: len(sink.suspects) == 3)
        assert [suspect.reason for suspect in sink.suspects] == [
            Judgement.NOT_A_PRICE,
            Judgement.OUTLIER,
            Judgement.CROSSED_CURRENCY,
        ]
        assert sink.quotes == [("AAA", "100")]
        assert (feed.counts.quarantined, feed.counts.unknown) == (3, 1)

    async def test_suspects_wait_for_a_database_that_is_away(self, sink: Sink) -> None:
        sink.answers = [UnavailableError()]
        feed = Scripted((tick("AAA", 0, 0),), (tick("AAA", 0, 1),))
        intake = intake_of(sink, feed)
        task = asyncio.create_task(intake.run())
        await asyncio.sleep(0.1)
        intake.take(tick("AAA", -1, 2))
        async with asyncio.timeout(10):
            # The fake sink has no event to wait for.
            while len(sink.suspects) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        task.cancel()

    async def test_a_refusal_of_the_provider_reaches_the_caller(self, sink: Sink) -> None:
        with pytest.raises(FeedRefusedError):
            await intake_of(sink, Scripted(refuses=True)).run()

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["AAA", "BBB", "ZZZ"]),
                st.sampled_from(["99", "100", "101", "0", "500"]),
                st.integers(0, 9),
            ),
            max_size=80,
        )
    )
    def test_never_more_waits_than_there_are_symbols(
        self, rows: list[tuple[str, str, int]]
    ) -> None:
        intake = intake_of(Sink(), Scripted())
        for symbol, price, second in rows:
            intake.take(tick(symbol, price, second))
            assert intake.held <= 2
        counts = intake.counts
        assert counts.accepted + counts.late + counts.unknown + counts.quarantined == len(rows)
        assert counts.accepted - counts.conflated == intake.held
