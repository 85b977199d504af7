"""`finnami evaluate chat`: how many questions the embedded adviser answers rightly."""

import asyncio
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from app.core.config import Settings
from app.domains.chat.evaluation.asking import faults_of
from app.domains.chat.evaluation.questions import CATEGORIES, QuestionsError, read_questions
from app.domains.chat.evaluation.scoring import Score
from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.understanding.understander import load_understander
from app.ml.registry import ArtefactError
from app.services import model_store

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class RefusedError(click.ClickException):
    """Wrong usage or data: one line, exit code 2."""

    exit_code = 2


@click.command("chat")
@click.option(
    "--suite", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of *.jsonl with questions; without it those that ship.",
)  # fmt: skip
@click.option(
    "--baseline", type=_FILE,
    help="An earlier --json report; without it the one that ships, for the questions that ship.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def evaluate(*, suite: Path | None, baseline: Path | None, as_json: bool) -> None:
    """Ask the embedded adviser questions about a demo world and count right answers.

    Needs no database, no key and no network. An answer is right when the message was understood,
    the right tool was asked, every figure is that of a tool, and it ends in the language and the
    way it should. Results are told by category (happy, edge, multilingual, adversarial) and
    language, then what was wrong.

    A question is one line: {"id", "category", "lang", "turns": [{"text", "expect": {"intent",
    "tool", "finish", "lang", "safe"}}]}; each part of expect may be left out.

    Exit codes: 0 no share fell below the baseline, 1 some did, 2 a file cannot be used.
    """
    try:
        questions = read_questions(suite)
    except (QuestionsError, OSError, UnicodeDecodeError) as error:
        raise RefusedError(str(error)) from error
    settings = Settings()
    try:
        understander = load_understander(settings.models_dir, trust=model_store(settings).trust)
    except ArtefactError as error:
        raise RefusedError(str(error)) from error
    score = Score("plain" if understander.plain else "vectors")
    with click.progressbar(questions, label="Asking", file=sys.stderr) as bar:
        for question in bar:
            score.add(question, asyncio.run(faults_of(question, understander)))
    click.echo(json.dumps(score.document(), ensure_ascii=False) if as_json else _table(score))
    drops = _drops(score, suite, baseline)
    for drop in drops:
        click.echo(f"below the baseline: {drop}", err=True)
    if drops:
        raise SystemExit(1)


def _drops(score: Score, suite: Path | None, baseline: Path | None) -> list[str]:
    if baseline is None and suite is not None:
        return []
    shipped = files("app.domains.chat.evaluation") / f"baseline-{score.model}.json"
    place: Any = shipped if baseline is None else baseline
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        return score.drops(document)
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise RefusedError(f"{place}: {error}") from error


def _table(score: Score) -> str:
    langs = [lang for lang in LANGUAGES if any(lang in row for row in score.cells.values())]
    lines = ["".join(["".ljust(14), *(lang.rjust(8) for lang in langs), "all".rjust(9)])]
    for category in CATEGORIES:
        row = score.cells.get(category)
        if row is None:
            continue
        cells = [row.get(lang) for lang in langs]
        told = ["-" if cell is None else f"{cell[0]}/{cell[1]}" for cell in cells]
        right, of = (sum(cell[n] for cell in row.values()) for n in (0, 1))
        lines.append(
            "".join([category.ljust(14), *(one.rjust(8) for one in told), f"{right}/{of}".rjust(9)])
        )
    lines += [f"{key}: {'; '.join(found)}" for key, found in sorted(score.faults.items())]
    return "\n".join(lines)
