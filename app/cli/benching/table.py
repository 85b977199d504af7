"""A bench document as text for people."""

from collections.abc import Mapping, Sequence
from typing import Any

_ARM_COLUMNS = (
    ("name", "arm"),
    ("n", "n"),
    ("rps", "per s"),
    ("cpu_us_per_op", "cpu us/op"),
    ("p50_ms", "p50 ms"),
    ("p95_ms", "p95 ms"),
    ("p99_ms", "p99 ms"),
    ("max_ms", "max ms"),
    ("rss_mb_max", "rss MB"),
    ("cpu_cores", "cores"),
)


def render(document: Mapping[str, Any]) -> str:
    """Return the tables of a document and its last line, the verdict."""
    host = document["host"]
    lines = [
        f"bench {document['name']}  seed {document['seed']}  {host['cores']} cores {host['cpu']}  "
        f"load {host['load_before']} -> {host['load_after']}  other cpu {host['other_cpu']}",
        "",
        *_grid(
            [title for _, title in _ARM_COLUMNS],
            [[_cell(arm[key]) for key, _ in _ARM_COLUMNS] for arm in document["arms"]],
        ),
        "",
    ]
    bars = [*document["ratios"], *document["checks"]]
    rows = [
        [row["name"], _cell(row["value"]), f"{row['op']} {_cell(row['bar'])}", _mark(row["ok"])]
        for row in bars
    ]
    if rows:
        lines += [*_grid(["bar", "value", "wanted", ""], rows), ""]
    lines += [f"skipped {item['name']}: {item['why']}" for item in document["skipped"]]
    lines += [f"invalid: {why}" for why in document.get("invalid", ())]
    lines.append(f"-> {document['verdict'].upper()}{_unjudged(document['verdict'], bars)}")
    return "\n".join(lines)


def _unjudged(verdict: str, bars: Sequence[Mapping[str, Any]]) -> str:
    """Say what a pass leaves out: bars that were missed and did not decide."""
    missed = sum(row["ok"] is False for row in bars)
    return f" ({missed} missed, not judged: see --gate)" if verdict == "pass" and missed else ""


def _mark(ok: bool | None) -> str:  # noqa: FBT001 (a cell's value)
    return "not run" if ok is None else "ok" if ok else "MISSED"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.6g}" if isinstance(value, float) else f"{value}"


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    ]
