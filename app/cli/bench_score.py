"""`finnami bench score`: one payment from stored state to decision, beside the usual way."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from app.cli.benching.options import BenchOptions, bench_options
from app.cli.benching.report import Measured, Report, arm_of, percentile_ms
from app.core.config import Settings
from app.ml import registry
from app.ml.features import fraud
from app.ml.features.behaviour import behaviour
from app.ml.features.behaviour_table import behaviour_table
from app.ml.features.fraud import CustomerEvents, Payment, TerminalEvents
from app.ml.features.fraud_table import feature_table
from app.ml.serving.fraud_fast import FastScorer
from app.ml.serving.fraud_scorer import FraudScorer

if TYPE_CHECKING:
    from app.ml.training.payments_data import PaymentData

NAIVE_FIT_ROWS = 20_000
NAIVE_ROWS, QUICK_NAIVE_ROWS, QUICK_ROWS = 100, 15, 1_000
FASTER_BAR, P99_BAR_MS, DIFFERENCE_BAR = 100.0, 2.0, 1e-6
FAST_P99_BAR_MS = 0.5
REASONS = 4

Stored = tuple[Payment, bytes, bytes]
Stages = dict[str, list[float]]


@click.command()
@click.option("--rows", default=10_000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--model", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of a fraud model; default: the one in force.")  # fmt: skip
@click.option("--data", multiple=True, help="Payments; default: the payment simulator.")
@bench_options
def score(*, options: BenchOptions, rows: int, model: Path | None, data: tuple[str, ...]) -> None:
    """Score payments inline by both paths (features, ensemble, anomaly, reasons) and the naive way.

    plain is the interpreter with numpy, fast one compiled kernel; both must agree to 1e-6.
    """
    from app.ml.training.payments_data import read_payments, simulated_payments

    rows = QUICK_ROWS if options.quick else rows
    scorer = FraudScorer.load(model or registry.newest(Settings().models_dir, "fraud"))
    options.say("payments and their stored state")
    payments = read_payments(data) if data else simulated_payments(seed=options.seed)
    vectors = feature_table(payments.table, scorer.constants)
    chosen = np.sort(np.random.default_rng(options.seed).permutation(len(payments.table))[:rows])
    report = options.report("score", rows=int(chosen.size), model=scorer.version)
    _naive(report, options, payments, vectors, scorer)
    stored = _stored(payments, vectors, chosen)
    _inline(report, options, scorer, stored)
    fast = FastScorer.of(scorer)
    _fast(report, options, fast, stored)
    _differences(report, scorer, fast, stored)
    # On a busy machine waiting flatters the shorter arm; CPU time does not.
    for metric, words in (("p50_ms", "p50"), ("cpu_us_per_op", "CPU")):
        report.ratio(
            f"naive / fast, {words}", arm="naive", baseline="fast", metric=metric,
            bar=FASTER_BAR, op=">=",
        )  # fmt: skip
    usual, plain = report.value("naive", "p50_ms"), report.value("plain", "p50_ms")
    if usual is not None and plain:
        report.note("naive_over_plain_p50", round(usual / plain, 1))
    report.check_time("plain p99 ms", report.value("plain", "p99_ms"), bar=P99_BAR_MS)
    report.check_time("fast p99 ms", report.value("fast", "p99_ms"), bar=FAST_P99_BAR_MS)
    options.finish(report)


def _stored(payments: "PaymentData", vectors: np.ndarray, chosen: np.ndarray) -> list[Stored]:
    """Return each chosen payment with the packed state it would find."""
    from app.ml.training.fraud_replay import rows_by_entity

    table = payments.table
    high = (vectors[:, fraud.NAMES.index("c_lratio")] > fraud.HIGH_RATIO).astype(int)
    of_customer, of_terminal = rows_by_entity(table.customer), rows_by_entity(table.terminal)
    out: list[Stored] = []
    for row in chosen.tolist():
        own = of_customer[int(table.customer[row])]
        own = own[: np.searchsorted(own, row)]
        other = of_terminal[int(table.terminal[row])]
        other = other[: np.searchsorted(other, row)]
        customer = CustomerEvents(
            table.ts_s[own].tolist(), table.cents[own].tolist(), table.terminal[own].tolist(),
            high[own].tolist(),
        )  # fmt: skip
        terminal = TerminalEvents(
            table.ts_s[other].tolist(), table.cents[other].tolist(),
            table.known_at_s[other].tolist(), table.fraud[other].tolist(),
        )  # fmt: skip
        payment = Payment(int(table.ts_s[row]), int(table.cents[row]), int(table.terminal[row]))
        out.append((payment, customer.pack(), terminal.pack()))
    return out


def _inline(
    report: Report, options: BenchOptions, scorer: FraudScorer, stored: list[Stored]
) -> None:
    stages: Stages = {"state": [], "features": [], "score": [], "decision": []}
    options.say(f"{len(stored)} payments inline")
    totals, cpu = [], time.process_time()
    started = time.perf_counter()
    for payment, customer_bytes, terminal_bytes in stored:
        marks = [time.perf_counter()]
        customer = CustomerEvents.unpack(customer_bytes)
        terminal = TerminalEvents.unpack(terminal_bytes)
        marks.append(time.perf_counter())
        vector = fraud.features(payment, customer, terminal, scorer.constants)
        row = behaviour(payment, customer, terminal, scorer.habits)
        marks.append(time.perf_counter())
        found = scorer.score(vector, row)
        marks.append(time.perf_counter())
        scorer.decide(found)
        found.reasons(REASONS)
        marks.append(time.perf_counter())
        for name, spent in zip(stages, np.diff(marks).tolist(), strict=True):
            stages[name].append(spent)
        totals.append(marks[-1] - marks[0])
    elapsed = time.perf_counter() - started
    used = time.process_time() - cpu
    measured = Measured(totals, elapsed, used, used / len(stored) * 1e6)
    report.add(arm_of("plain", "candidate", measured))
    report.note(
        "stages_ms",
        {
            name: {"p50": percentile_ms(spent, 0.5), "p99": percentile_ms(spent, 0.99)}
            for name, spent in stages.items()
        },
    )


def _fast(report: Report, options: BenchOptions, fast: FastScorer, stored: list[Stored]) -> None:
    options.say(f"{len(stored)} payments by the compiled kernel")
    totals, cpu = [], time.process_time()
    started = time.perf_counter()
    for payment, customer_bytes, terminal_bytes in stored:
        begun = time.perf_counter()
        found = fast.judge_packed(payment, customer_bytes, terminal_bytes).score
        fast.decide(found)
        found.reasons(REASONS)
        totals.append(time.perf_counter() - begun)
    elapsed, used = time.perf_counter() - started, time.process_time() - cpu
    measured = Measured(totals, elapsed, used, used / len(stored) * 1e6)
    report.add(arm_of("fast", "candidate", measured))


def _naive(
    report: Report, options: BenchOptions, payments: "PaymentData", vectors: np.ndarray,
    scorer: FraudScorer,
) -> None:  # fmt: skip
    count = QUICK_NAIVE_ROWS if options.quick else NAIVE_ROWS
    options.say(f"{count} payments the usual way")
    try:
        from app.ml.training.naive_scorer import naive_scorer

        acts = behaviour_table(payments.table, scorer.habits)
        last = slice(-NAIVE_FIT_ROWS, None)
        naive: Callable[..., object] = naive_scorer(
            vectors[last], acts[last], payments.table.fraud[last], seed=options.seed
        )
    except ImportError as error:
        report.skip("naive", f"needs the training extra and shap: {error}")
        return
    latencies, cpu = [], time.process_time()
    started = time.perf_counter()
    for vector, row in zip(vectors[:count], acts[:count], strict=True):
        begun = time.perf_counter()
        naive(vector, row)
        latencies.append(time.perf_counter() - begun)
    elapsed, used = time.perf_counter() - started, time.process_time() - cpu
    report.add(arm_of("naive", "baseline", Measured(latencies, elapsed, used, used / count * 1e6)))


def _differences(
    report: Report, scorer: FraudScorer, fast: FastScorer, stored: list[Stored]
) -> None:
    """Check the two paths against each other and the reasons against the walked trees."""
    plain = []
    for payment, customer_bytes, terminal_bytes in stored:
        customer = CustomerEvents.unpack(customer_bytes)
        terminal = TerminalEvents.unpack(terminal_bytes)
        plain.append(scorer.judge(payment, customer, terminal))
    compiled = [fast.judge_packed(*payment) for payment in stored]
    probability = np.array([judged.score.probability for judged in plain])
    other = np.array([judged.score.probability for judged in compiled])
    anomaly = np.array([judged.score.anomaly for judged in plain])
    strange = np.array([judged.score.anomaly for judged in compiled])
    walked = scorer.probability_rows(np.stack([judged.vector for judged in plain]))
    for name, gap in (
        ("plain against fast, max |dp|", probability - other),
        ("plain against fast, max |d anomaly|", anomaly - strange),
        ("reasons path against tree walk, max |dp|", probability - walked),
    ):
        report.check(name, float(np.abs(gap).max()), bar=DIFFERENCE_BAR)
    report.note("rows_compared", len(stored))
