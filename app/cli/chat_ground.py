"""`finnami chat ground`: judge stored answers, figure by figure."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from app.domains.chat.evidence_types import Evidence, Verdict
from app.domains.chat.grounding.evidence_json import evidence_of, verdict_row
from app.domains.chat.grounding.judging import judge

LINE_MAX = 2_000_000
EVIDENCE_MAX = 5_000


class RefusedError(click.ClickException):
    """Wrong usage or data: one line, exit code 2."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One line of the input."""

    id: str
    locale: str
    base_currency: str
    user: str
    evidence: tuple[Evidence, ...]
    answer: str
    names: Mapping[str, str]
    today: date | None

    def judge(self) -> Verdict:
        """Judge the answer."""
        return judge(
            self.answer, evidence=self.evidence, locale=self.locale,
            base_currency=self.base_currency, user_text=self.user, names=self.names,
            today=self.today,
        )  # fmt: skip


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
    help="JSON lines with id, locale, base_currency, user, evidence and answer.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="JSON lines with id, ok and claims, in the order of the file.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def ground(*, data: Path, out: Path, as_json: bool) -> None:
    """Bind every figure of stored answers to their evidence.

    Evidence is {id, kind, value, metric, source, currency, signed, entity, as_of}: kind is money,
    percent, quantity, count, date or id, value a text (percent as a ratio: "0.05" is 5 %). A
    claim's start and end are code points of the answer; its status is grounded, ungrounded,
    unparseable or exempt, and ok means none is ungrounded or unparseable. Optional per line:
    today (a day) and names (the user's own things, name to what evidence calls it).

    Exit codes: 0 good, 2 the file cannot be used (the file, line and field are named).
    """
    counts: Counter[str] = Counter()
    try:
        rows = list(_rows(data))
        lines = []
        with click.progressbar(rows, label="Judging", file=sys.stderr) as bar:
            for row in bar:
                verdict = row.judge()
                counts["answers"] += 1
                counts["ok"] += verdict.ok
                for claim in verdict.claims:
                    counts[claim.status.value] += 1
                lines.append(json.dumps(verdict_row(row.id, verdict), ensure_ascii=False))
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{data} cannot be read: {error}") from error
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    names = ("answers", "ok", "grounded", "exempt", "ungrounded", "unparseable")
    summary: dict[str, Any] = {name: counts[name] for name in names}
    if as_json:
        click.echo(json.dumps(summary | {"out": str(out)}))
    else:
        click.echo(", ".join(f"{value} {name}" for name, value in summary.items()))


def _rows(path: Path) -> Iterator[StoredAnswer]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            place = f"{path} line {number}"
            if len(line) > LINE_MAX:
                raise RefusedError(f"{place}: longer than {LINE_MAX} characters")
            try:
                row = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                raise RefusedError(f"{place}: no JSON ({error})") from error
            try:
                yield _stored(row, number)
            except ValueError as error:
                raise RefusedError(f"{place}: {error}") from error


def _stored(row: Any, number: int) -> StoredAnswer:
    """Return one line's answer. Raises ValueError naming the field."""
    if not isinstance(row, dict):
        raise ValueError("an object is expected")
    found = row.get("evidence")
    if not isinstance(found, list) or len(found) > EVIDENCE_MAX:
        raise ValueError(f"evidence: a list of at most {EVIDENCE_MAX} objects is expected")
    evidence = tuple(
        evidence_of(one, place=f"evidence[{index}]") for index, one in enumerate(found)
    )
    today = row.get("today")
    names = row.get("names") or {}
    if isinstance(names, list):
        names = {name: name for name in names}
    if not isinstance(names, dict) or not all(
        isinstance(part, str) for pair in names.items() for part in pair
    ):
        raise ValueError("names: an object of texts, or a list of them, is expected")
    key = row.get("id", number)
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise ValueError("id: a text is expected")
    return StoredAnswer(
        id=str(key), locale=_text(row, "locale", needed=True),
        base_currency=_text(row, "base_currency", needed=True), user=_text(row, "user"),
        evidence=evidence, answer=_text(row, "answer", needed=True), names=names,
        today=_day(today),
    )  # fmt: skip


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("today: a day such as 2026-11-26 is expected") from None


def _text(row: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    value = row.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name}: a text is expected")
    return value
