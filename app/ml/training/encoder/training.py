"""`finnami train encoder`: the encoder's last layers from labelled lines, stored as an artefact."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numba
import numpy as np

from app.ml import registry
from app.ml.features.text import TEXT_SET, normalise
from app.ml.features.vectors import E5Vectors, VectorSource, read
from app.ml.registry import ArtefactError
from app.ml.serving.intents import FEATURE_SET as INTENT_FEATURES
from app.ml.serving.intents import MODEL_NAME
from app.ml.training.encoder.tuning import EncoderRecipe, Progress, Tuned, tune
from app.ml.training.held_out import SHARE, Marks, hold_out, marks_of
from app.ml.training.intent_rows import Row, RowsError, Use, rows_sha256
from app.ml.training.intents import LEARNT, under
from app.ml.training.misspelling import misspelt

Source = TypeVar("Source", bound=VectorSource)
NAME: Final = "encoder"
FEATURE_SET: Final = f"encoder-2/{TEXT_SET}"


def lines_of(rows: Sequence[Row], recipe: EncoderRecipe) -> tuple[list[str], list[str]]:
    """Return the texts and labels to learn from: rows not held out, and some misspelt copies."""
    kept = [row for row in hold_out(rows, seed=recipe.seed) if row.use is Use.FIT]
    texts = [normalise(row.text) for row in kept]
    labels = [str(row.label) for row in kept]
    draw = np.random.default_rng(recipe.seed)
    copies = [
        (copy, label)
        for text, copy, label in zip(texts, misspelt(texts, seed=recipe.seed), labels, strict=True)
        if copy != text and draw.random() < recipe.copies
    ]
    texts += [copy for copy, _ in copies]
    labels += [label for _, label in copies]
    return [read(text) for text in texts], labels


def train_encoder(
    rows: Sequence[Row],
    lines: tuple[Sequence[str], Sequence[str]],
    out: Path,
    *,
    encoder: E5Vectors,
    recipe: EncoderRecipe,
    progress: Progress = lambda _count: None,
) -> dict[str, Any]:
    """Tune on `lines` of `rows` (see `lines_of`), write the artefact, return its manifest.

    Raises RowsError, and ArtefactError when the folder holds something else.
    """
    try:
        tuned = tune(encoder.folder, *lines, recipe=recipe, progress=progress)
    except ValueError as exc:
        raise RowsError(str(exc)) from exc
    arrays = under("encoder", tuned.layers) | {LEARNT: marks_of(hold_out(rows, seed=recipe.seed))}
    data, layers = rows_sha256(rows), registry.arrays_sha256(tuned.layers)
    manifest = {
        "name": NAME,
        "version": f"{data[:8]}-{layers[:8]}-s{recipe.seed}",
        "feature_version": FEATURE_SET,
        "vectors": encoder.over(tuned.layers).model_hash,
        "seed": recipe.seed,
        "recipe": recipe.to_dict(),
        "data": {"sha256": data, "held_out_share": SHARE, "lines": len(lines[0])},
        "metrics": {"head_accuracy": round(tuned.accuracy, 4), "head_loss": round(tuned.loss, 4)},
        "libraries": {"numpy": np.__version__, "numba": numba.__version__},
    }
    return dict(registry.save(out, arrays, manifest, _card(manifest, tuned)).manifest)


def load_tuned(folder: Path, vectors: Source) -> tuple[Source, Marks]:
    """Return the encoder with the tuned layers of a folder, and marks of the rows they learnt.

    The folder is one of `train encoder`, or an intent model trained with such layers: then new
    rows cost no training of the encoder. Raises ArtefactError, also when the layers were learnt
    over another encoder.
    """
    name = json.loads(registry.manifest_bytes(folder)).get("name")
    features = {NAME: FEATURE_SET, MODEL_NAME: INTENT_FEATURES}.get(name)
    if features is None:
        raise ArtefactError(f"{folder.name} is a model of {name}: it holds no layers of an encoder")
    artefact = registry.load(folder, feature_version=features)
    layers = artefact.group("encoder")
    if not layers or LEARNT not in artefact.arrays:
        raise ArtefactError(f"{folder.name} does not say which layers were learnt from which rows")
    tuned = vectors.over(layers)
    if tuned.model_hash != artefact.manifest["vectors"]:
        raise ArtefactError(f"{folder.name} was learnt over another encoder")
    return tuned, artefact.arrays[LEARNT]


def _card(manifest: dict[str, Any], tuned: Tuned) -> str:
    return (
        f"# {NAME} {manifest['version']}\n\n"
        f"The last {manifest['recipe']['layers']} layers of the packaged sentence encoder, trained"
        f" further on {manifest['data']['lines']:,} labelled lines; the others stay as they came.\n"
        f"A tenth of the lines was set aside by sentence pattern and never seen.\n\n"
        f"On its last steps the head named {tuned.accuracy:.1%} of the lines it was learning from."
        " That measures nothing: see the card of the model that reads with it.\n"
    )
