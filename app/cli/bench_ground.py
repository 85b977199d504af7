"""`finnami bench ground`: how long judging a sentence takes."""

import time
from decimal import Decimal

import click

from app.cli.benching.options import BenchOptions, bench_options
from app.cli.benching.report import Measured, Report, arm_of
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounding.gate import Release, SentenceGate
from app.domains.chat.grounding.judging import Judge
from app.domains.chat.grounding.rendering import render
from app.domains.chat.talk_types import LANGUAGES

MEDIAN_BAR_MS = 2.0
EVIDENCE, QUICK_REPEATS, REPEATS = 60, 20, 200
SENTENCES = {
    "en": "Your portfolio is worth [[v1]], a return of [[v2]], and you paid [[v3]] in fees.",
    "es": "Su cartera vale [[v1]], con una rentabilidad de [[v2]], y pagó [[v3]] en comisiones.",
    "fr": "Votre portefeuille vaut [[v1]], un rendement de [[v2]], et les frais sont de [[v3]].",
    "de": "Ihr Depotwert beträgt [[v1]], die Rendite [[v2]], und die Gebühren sind [[v3]].",
    "pt": "Sua carteira vale [[v1]], com rentabilidade de [[v2]], e a taxa paga foi de [[v3]].",
    "hi": "पोर्टफोलियो का मूल्य [[v1]] है, रिटर्न [[v2]] और शुल्क [[v3]] है।",
    "ar": "تبلغ قيمة محفظتك [[v1]] والعائد [[v2]] والرسوم [[v3]].",
    "zh": "您的投资组合价值[[v1]]，收益率[[v2]]，手续费[[v3]]。",
}


@click.command()
@bench_options
def ground(*, options: BenchOptions) -> None:
    """Judge a sentence of three figures against 60 pieces of evidence, in eight languages.

    whole judges a sentence of a prepared turn, turn prepares the turn too, stream passes the
    sentence through the gate in pieces of three characters.
    """
    evidence = _evidence()
    by_id = {one.id: one for one in evidence}
    report = options.report("ground", evidence=len(evidence), figures=3)
    spent: dict[str, list[float]] = {"whole": [], "turn": [], "stream": []}
    wrong = 0
    repeats = QUICK_REPEATS if options.quick else REPEATS
    options.say(f"{len(LANGUAGES)} sentences, {repeats} times")
    for language in LANGUAGES:
        shown = render(SENTENCES[language], evidence=by_id, locale=language, base_currency="EUR")
        for _ in range(repeats):
            wrong += _round(shown.text, language, evidence, spent)
    for name, latencies in spent.items():
        role = "baseline" if name == "whole" else "candidate"
        report.add(arm_of(name, role, Measured(latencies, sum(latencies))))
    report.check("sentences judged wrongly", wrong, bar=0)
    _bars(report)
    options.finish(report)


def _bars(report: Report) -> None:
    for name in ("whole", "turn"):
        report.check_time(f"{name} p50 ms", report.value(name, "p50_ms"), bar=MEDIAN_BAR_MS)


def _round(
    text: str, language: str, evidence: tuple[Evidence, ...], spent: dict[str, list[float]]
) -> int:
    """Judge a sentence once in each way; return how many verdicts were wrong."""
    started = time.perf_counter()
    judging = Judge(evidence=evidence, locale=language, base_currency="EUR")
    ready = time.perf_counter()
    verdict = judging.judge(text)
    done = time.perf_counter()
    gate = SentenceGate(judging.judge, language=language)
    steps = [step for at in range(0, len(text), 3) for step in gate.push(text[at : at + 3])]
    steps += gate.finish()
    ended = time.perf_counter()
    spent["whole"].append(done - ready)
    spent["turn"].append(done - started)
    spent["stream"].append(ended - done)
    passed = all(isinstance(step, Release) for step in steps)
    return int(not verdict.ok) + int(not passed)


def _evidence() -> tuple[Evidence, ...]:
    first = (
        Evidence("v1", Kind.MONEY, Decimal("48213.77"), Metric.VALUE, Source.PORTFOLIO, "EUR"),
        Evidence("v2", Kind.PERCENT, Decimal("0.0734"), Metric.RETURN, Source.PORTFOLIO),
        Evidence("v3", Kind.MONEY, Decimal("106.07"), Metric.FEE, Source.PORTFOLIO, "EUR"),
    )
    rest = tuple(
        Evidence(
            f"v{number}",
            Kind.MONEY,
            Decimal(number * 137),
            Metric.AMOUNT,
            Source.LEDGER,
            "EUR",
            entity=f"Merchant {number}",
        )
        for number in range(4, EVIDENCE + 1)
    )
    return first + rest
