"""Train the fraud model that ships, from FinNami's own payment simulator, and put it in force.

    .venv/bin/python -m tools.ship_fraud_model

About two minutes. Writes models/fraud/<version>/ with its card, pins it in models/TRUSTED,
points CURRENT at it and removes the version shipped before. Nothing but simulated payments
may be shipped.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "models"
FINNAMI = Path(sys.executable).with_name("finnami")
TIMEOUT_S = 1_800


def main() -> int:
    """Train, store and promote; return the exit code of the trainer when it refuses."""
    from app.ml import registry
    from app.ml.registry import MANIFEST_FILE
    from app.ml.trust import PINS_FILE, write_pin

    root = MODELS / "fraud"
    with tempfile.TemporaryDirectory(dir=MODELS) as scratch:
        trained = Path(scratch) / "model"
        done = subprocess.run(
            [FINNAMI, "train", "fraud", "--reports", "--out", trained],
            stdout=subprocess.PIPE, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            return done.returncode
        version = json.loads(done.stdout)["version"]
        folder = root / version
        if folder.exists():
            print(f"{version} is shipped already")
            return 0
        trained.rename(folder)
    write_pin(MODELS / PINS_FILE, "fraud", version, (folder / MANIFEST_FILE).read_bytes())
    before = registry.promote(MODELS, "fraud", version)
    if before not in (None, version):
        shutil.rmtree(root / str(before), ignore_errors=True)
    print(f"shipped {version}, before {before}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
