"""The document every bench prints: arms side by side, ratios and checks against their bars."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from app.cli.benching.host import OTHER_CPU_MAX, HostWatch, commit, product_version

SCHEMA = "finnami.bench/1"


class Gating(StrEnum):
    """Which bars decide the exit code: `ratios` leaves absolute times out (shared machines)."""

    RATIOS = "ratios"
    ALL = "all"
    NONE = "none"


class Verdict(StrEnum):
    """What a run is worth."""

    PASS = "pass"  # noqa: S105 (a verdict)
    FAIL = "fail"
    INVALID = "invalid"


EXIT_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INVALID: 3}


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of the comparison; None where a figure does not apply."""

    name: str
    role: str
    n: int
    errors: Mapping[str, int] = field(default_factory=dict)
    rps: float | None = None
    cpu_us_per_op: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None
    rss_mb_max: float | None = None
    cpu_cores: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What an arm's rounds gave together: `latencies_s` of every operation, CPU of the best round.

    `cpu_us_per_op` is the minimum over rounds, because a neighbour can only add to it.
    """

    latencies_s: Sequence[float]
    elapsed_s: float
    cpu_s: float | None = None
    cpu_us_per_op: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    rss_mb: float | None = None


def percentile_ms(latencies_s: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile in milliseconds; None without samples."""
    if not latencies_s:
        return None
    ordered = sorted(latencies_s)
    rank = max(1, math.ceil(share * len(ordered)))
    return round(ordered[rank - 1] * 1000, 3)


def arm_of(name: str, role: str, measured: Measured) -> Arm:
    """Return an arm with percentiles over the merged rounds. `role`: baseline or candidate."""
    count = len(measured.latencies_s)
    return Arm(
        name=name,
        role=role,
        n=count,
        errors=dict(measured.errors),
        rps=round(count / measured.elapsed_s, 1) if measured.elapsed_s > 0 else None,
        cpu_us_per_op=_rounded(measured.cpu_us_per_op),
        p50_ms=percentile_ms(measured.latencies_s, 0.50),
        p95_ms=percentile_ms(measured.latencies_s, 0.95),
        p99_ms=percentile_ms(measured.latencies_s, 0.99),
        max_ms=percentile_ms(measured.latencies_s, 1.0),
        rss_mb_max=measured.rss_mb,
        cpu_cores=(
            round(measured.cpu_s / measured.elapsed_s, 2)
            if measured.cpu_s is not None and measured.elapsed_s > 0
            else None
        ),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4 if abs(value) < 10 else 2)


def _holds(value: float, op: str, bar: float) -> bool:
    return {"<=": value <= bar, ">=": value >= bar, "==": value == bar}[op]


class Report:
    """Collects arms, bars and what could not run; knows the verdict.

    A bar whose arm was skipped is neither passed nor failed (`ok` is null).
    """

    def __init__(
        self,
        name: str,
        *,
        seed: int,
        quick: bool,
        gating: Gating = Gating.RATIOS,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._seed = seed
        self._quick = quick
        self._gating = gating
        self._settings = dict(settings or {})
        self._watch = HostWatch()
        self._host: dict[str, Any] | None = None
        self._backend: dict[str, Any] = {
            "mongo": None,
            "mongo_version": None,
            "redis_version": None,
            "api_workers": None,
        }
        self._arms: dict[str, Arm] = {}
        self._ratios: list[dict[str, Any]] = []
        self._checks: list[dict[str, Any]] = []
        self._skipped: list[dict[str, str]] = []
        self._absolute_failed = False
        self._failed = False
        self._invalid: list[str] = []
        self._extra: dict[str, Any] = {}

    def backend(self, **facts: str | int | None) -> None:
        """Say which servers were measured: mongo, mongo_version, redis_version, api_workers."""
        self._backend.update(facts)

    def add(self, arm: Arm) -> None:
        """Add an arm; the baseline first."""
        self._arms[arm.name] = arm

    def value(self, arm: str, metric: str) -> float | None:
        """Return one figure of an arm; None when the arm or the figure is missing."""
        found: float | None = getattr(self._arms[arm], metric) if arm in self._arms else None
        return found

    def skip(self, name: str, why: str) -> None:
        """Note an arm or bar that could not run here."""
        self._skipped.append({"name": name, "why": why})

    def note(self, key: str, value: Any) -> None:
        """Add a field of this bench's own to the document."""
        self._extra[key] = value

    def invalidate(self, why: str) -> None:
        """Declare the run worthless as a measurement."""
        self._invalid.append(why)

    def ratio(
        self, name: str, *, arm: str, baseline: str, metric: str, bar: float, op: str = "<="
    ) -> float | None:
        """Compare one metric of two arms (arm ÷ baseline) with a bar; return the ratio."""
        value = self._quotient(arm, baseline, metric)
        ok = None if value is None else _holds(value, op, bar)
        self._failed |= ok is False
        self._ratios.append(
            {
                "name": name,
                "arm": arm,
                "baseline": baseline,
                "metric": metric,
                "value": _rounded(value),
                "bar": bar,
                "op": op,
                "ok": ok,
            }
        )
        return value

    def _quotient(self, arm: str, baseline: str, metric: str) -> float | None:
        over, under = self.value(arm, metric), self.value(baseline, metric)
        return None if over is None or not under else over / under

    def check(self, name: str, value: float | None, *, bar: float, op: str = "<=") -> None:
        """Hold a count or a CPU cost against a bar: it decides unless gating is `none`."""
        ok = self._record(name, value, bar=bar, op=op)
        self._failed |= ok is False

    def check_time(self, name: str, value: float | None, *, bar: float, op: str = "<=") -> None:
        """Hold an absolute time or rate against a bar: it decides only with `--gate all`."""
        ok = self._record(name, value, bar=bar, op=op)
        self._absolute_failed |= ok is False

    def _record(self, name: str, value: float | None, *, bar: float, op: str) -> bool | None:
        ok = None if value is None else _holds(value, op, bar)
        row = {"name": name, "value": _rounded(value), "bar": bar, "op": op, "ok": ok}
        self._checks.append(row)
        return ok

    @property
    def verdict(self) -> Verdict:
        """The outcome under the chosen gating. Stops the watch on the machine."""
        if self._host is None:
            self._host = self._watch.stop()
        if self._invalid:
            return Verdict.INVALID
        if self._gating is Gating.NONE:
            return Verdict.PASS
        if self._failed:
            return Verdict.FAIL
        if self._gating is Gating.ALL:
            if (self._host["other_cpu"] or 0.0) > OTHER_CPU_MAX:
                return Verdict.INVALID
            if self._absolute_failed:
                return Verdict.FAIL
        return Verdict.PASS

    def document(self) -> dict[str, Any]:
        """Return the document of schema finnami.bench/1."""
        verdict = self.verdict
        return {
            "schema": SCHEMA,
            "name": self._name,
            "version": product_version(),
            "commit": commit(),
            "seed": self._seed,
            "quick": self._quick,
            "host": self._host,
            "backend": self._backend,
            "settings": self._settings,
            "arms": [asdict(arm) for arm in self._arms.values()],
            "ratios": self._ratios,
            "checks": self._checks,
            "skipped": self._skipped,
            **self._extra,
            **({"invalid": self._invalid} if self._invalid else {}),
            "verdict": verdict.value,
        }

    def json(self) -> str:
        """Return the document as one JSON text."""
        return json.dumps(self.document(), indent=1, default=str)
