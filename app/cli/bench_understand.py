"""`finnami bench understand`: memory, loading and time of understanding a message."""

import gc
import os
import time
from datetime import UTC, datetime

import click

from app.cli.benching.host import rss_mb
from app.cli.benching.options import BenchOptions, bench_options
from app.cli.benching.report import Measured, arm_of
from app.core.config import Settings
from app.services import model_store

RSS_BAR_MB, COLD_BAR_S, P50_BAR_MS = 150.0, 1.0, 15.0
TEXTS, QUICK_TEXTS = 500, 80
_PATTERNS = (
    "how is my portfolio doing this year?",
    "buy 50 euros of VTI",
    "¿cuánto gasté en Mercadona el mes pasado?",
    "verkauf die Hälfte vom Goldfonds bitte",
    "combien j'ai sur mon compte joint ?",
    "quero guardar 200 reais todo mês para viagem",
    "मेरे ₹10,000 SBI खाता में भेज दो",
    "كم ربحت الشهر الماضي",
    "把GLD卖掉三成",
    "pichle mahine kitna kharch hua",
)


@click.command()
@bench_options
def understand(*, options: BenchOptions) -> None:
    """Understand messages of eight languages one by one: screen, intent, language, slots.

    Added memory and cold loading are those of this process, imports included.
    """
    report = options.report("understand")
    texts = [
        f"{_PATTERNS[i % len(_PATTERNS)]} {i}"
        for i in range(QUICK_TEXTS if options.quick else TEXTS)
    ]
    gc.collect()
    before = rss_mb(os.getpid())
    started = time.perf_counter()
    # Imported here: loading is part of what is measured.
    from app.domains.chat.talk_types import Names
    from app.domains.chat.understanding.understander import load_understander

    settings = Settings()
    known = load_understander(settings.models_dir, trust=model_store(settings).trust)
    names, today = Names(), datetime(2026, 1, 5, tzinfo=UTC)
    known.understand(texts[0], locale="en", names=names, today=today)
    cold_s = time.perf_counter() - started
    options.say(f"{len(texts)} messages")
    latencies, cpu, begun = [], time.process_time(), time.perf_counter()
    for text in texts:
        at = time.perf_counter()
        known.understand(text, locale="en", names=names, today=today)
        latencies.append(time.perf_counter() - at)
    elapsed, cpu = time.perf_counter() - begun, time.process_time() - cpu
    after = rss_mb(os.getpid())
    measured = Measured(latencies, elapsed, cpu, 1e6 * cpu / len(texts), rss_mb=after)
    report.add(arm_of("understand", "candidate", measured))
    added = None if before is None or after is None else round(after - before, 1)
    report.note("added_rss_mb", added)
    report.note("cold_s", round(cold_s, 3))
    report.check("added RSS MB", added, bar=RSS_BAR_MB)
    report.check_time("cold load and first message s", round(cold_s, 3), bar=COLD_BAR_S)
    report.check_time("p50 ms", report.value("understand", "p50_ms"), bar=P50_BAR_MS)
    options.finish(report)
