"""`finnami train|evaluate slots`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.models.intents import RefusedError

if TYPE_CHECKING:
    from app.domains.chat.understanding.slots.learning import Marked

SHAPES: Final = (
    "CSV or JSON lines with text, label (the intent) and slots: a JSON list of name, start, end"
    " (code points) and value. A folder: every such file in it."
)
DATA = click.option(
    "--data", type=click.Path(exists=True, path_type=Path), required=True, help=SHAPES
)


@click.command("slots")
@DATA
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File of the cues, .npz.",
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(*, data: Path, out: Path, seed: int, as_json: bool) -> None:  # noqa: ARG001 - always JSON
    """Learn what stands around the names of funds, goals, people and shops.

    A file's name tells its language (en.csv); files named test are refused. The same lines and
    seed give the same weights. Nothing is downloaded.

    Exit codes: 0 good, 2 the data or file cannot be used.
    """
    from app.domains.chat.understanding.slots.learning import learn, lessons_of, save

    lines = _lines(data, learning=True)
    with click.progressbar(length=lessons_of(lines), label="Learning", file=sys.stderr) as bar:
        cues = learn(lines, seed=seed, progress=bar.update)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        save(cues, out.with_suffix(".npz"))
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    click.echo(json.dumps({"lines": len(lines), "words": len(cues.words), "out": str(out)}))


@click.command("slots")
@DATA
@click.option("--lang", help="Language of all files; default: each file's name, as in en.csv.")
@click.option(
    "--own-names",
    is_flag=True,
    help="Take all names marked in a language's lines as one user's own objects.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def evaluate(*, data: Path, lang: str | None, own_names: bool, as_json: bool) -> None:  # noqa: ARG001 - always JSON
    """Measure how many lines have exactly the slots marked, their intent being given.

    A line is exact when names and values are all equal; lenient counts slots of the right name
    that overlap. Without --own-names no list of the user's objects is given, and names are found
    by what stands around them. Lines without marked slots are counted apart.

    Exit codes: 0 good, 2 the file cannot be used, or no line has slots.
    """
    from app.domains.chat.understanding.slots.measuring import names_of, report_of
    from app.domains.chat.understanding.slots.recogniser import recognise

    lines = _lines(data, learning=False, lang=lang)
    if not any(line.slots for line in lines):
        raise RefusedError(f"{data.name} has no line with slots (a column slots with a JSON list)")
    names = names_of(lines) if own_names else {}
    with click.progressbar(lines, label="Reading", file=sys.stderr) as bar:
        found = [
            recognise(line.text, intent=line.intent, lang=line.lang, names=names.get(line.lang))
            for line in bar
        ]
    click.echo(json.dumps(report_of(lines, found), indent=1))


def _lines(data: Path, *, learning: bool, lang: str | None = None) -> "list[Marked]":
    from app.domains.chat.talk_types import LANGUAGES
    from app.domains.chat.understanding.slots.learning import marked
    from app.ml.training.intent_rows import SUFFIXES, read_all_rows

    files = (
        [data]
        if data.is_file()
        else sorted(p for p in data.iterdir() if p.suffix.lower() in SUFFIXES)
    )
    lines = []
    for file in files:
        tongue = lang or file.stem[:2].lower()
        if lang is None and (tongue not in LANGUAGES or len(file.stem.split("_")[0]) != 2):
            if data.is_file():
                raise RefusedError(
                    f"{file.name}: its name tells no language ({', '.join(LANGUAGES)}); give --lang"
                )
            continue
        if tongue not in LANGUAGES:
            raise RefusedError(f"--lang {tongue} is not one of {', '.join(LANGUAGES)}")
        if learning and "test" in file.stem.lower():
            raise RefusedError(f"{file.name} is test data: nothing learns from it")
        try:
            rows = read_all_rows(file)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        for number, row in enumerate(rows, 1):
            try:
                lines.append(marked(row.text, row.label or "", tongue, row.slots))
            except ValueError as error:
                raise RefusedError(f"{file.name} row {number}: {error}") from error
    if not lines:
        raise RefusedError(f"{data} holds no file named after a language, such as en.csv")
    return lines
