"""Train the intent models that ship, from FinNami's own sentences, and put them in force.

    .venv/bin/python -m tools.ship_intent_models [--layers FOLDER]

Two to three hours on two cores: the encoder's last layers, then a sentence vector of each line
and of its misspelt copy. With --layers those of an encoder or intent model are kept, the one in
force say, and only the lines are new: three quarters of an hour.
Writes models/intents (with vectors) and models/intents-plain (without, for where the encoder
cannot be installed), each with its card, pins them in models/TRUSTED, points CURRENT at them and
removes the versions shipped before.
Nothing but the project's own sentences may be shipped.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
SENTENCES = ROOT / "app" / "ml" / "data" / "intents"
FINNAMI = Path(sys.executable).with_name("finnami")
TIMEOUT_S = 4 * 3_600


def main() -> int:
    """Train and ship both models; return the exit code of the trainer when it refuses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=Path, help="artefact with layers to keep")
    kept: Path | None = parser.parse_args().layers
    with tempfile.TemporaryDirectory(dir=MODELS) as scratch:
        layers = kept or Path(scratch) / "encoder"
        if kept is None and (failed := _train("encoder", "--out", layers)):
            return failed
        for way in (["--encoder", layers], ["--no-vectors"]):
            trained = Path(scratch) / "model"
            if failed := _train("intents", "--compact", "--misspell", *way, "--out", trained):
                return failed
            ship(trained)
    return 0


def _train(noun: str, *options: str | Path) -> int:
    done = subprocess.run(
        [FINNAMI, "train", noun, "--data", SENTENCES, *options],
        stdout=subprocess.PIPE, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    return done.returncode


def ship(trained: Path) -> None:
    """Move a trained artefact under models/, pin it and make it the current one."""
    from app.ml import registry
    from app.ml.registry import MANIFEST_FILE
    from app.ml.trust import PINS_FILE, write_pin

    manifest = json.loads((trained / MANIFEST_FILE).read_text(encoding="utf-8"))
    name, version = str(manifest["name"]), str(manifest["version"])
    folder = MODELS / name / version
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        shutil.move(trained, folder)
    write_pin(MODELS / PINS_FILE, name, version, (folder / MANIFEST_FILE).read_bytes())
    before = registry.promote(MODELS, name, version)
    if before not in (None, version):
        shutil.rmtree(MODELS / name / str(before), ignore_errors=True)
    print(f"shipped {name} {version}, before {before}")


if __name__ == "__main__":
    raise SystemExit(main())
