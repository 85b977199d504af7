"""Models for tests: the shipped store, and variants of the shipped fraud model."""

from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.config import Settings
from app.core.files import shipped
from app.domains.fraud.adapters.model import ModelScorer, ScoringPath, StoredScorers
from app.ml import registry
from app.ml.store import ModelStore
from app.ml.training.fraud_shared import golden_rows
from app.ml.trust import PINS_FILE, Trust, read_pins
from app.services import model_store

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
NAME = "fraud"


def shipped_store(models_dir: Path | None = None) -> ModelStore:
    """What an installation without models of its own has, or the same in another folder."""
    settings = Settings(models_dir=models_dir) if models_dir else Settings()
    return model_store(settings)


def shipped_scorer(*, path: ScoringPath = "plain") -> ModelScorer:
    scorers = StoredScorers(shipped_store(), path=path)
    return scorers.load(scorers.shipped_version())


def own_store(own: Path) -> ModelStore:
    """The shipped models, and a folder of models signed with KEY."""
    pins = read_pins(shipped("models") / PINS_FILE)
    trust = Trust(pins, KEY.public_key().public_bytes_raw())
    return ModelStore(shipped("models"), own, trust)


def variant(
    folder: Path, version: str, *, weights: tuple[float, float, float] | None = None
) -> Path:
    """Write the shipped fraud model under another version; other weights judge otherwise."""
    store = shipped_store()
    source = store.folder(NAME, store.shipped_version(NAME))
    stored = registry.load(source, feature_version="fraud-50/v1")
    arrays = dict(stored.arrays)
    manifest = {k: v for k, v in stored.manifest.items() if k != "sha256"} | {"version": version}
    if weights is not None:
        arrays["weights"] = np.array(weights)
        arrays |= golden_rows(arrays, manifest, arrays["golden.x"], arrays["golden.behaviour"])
    registry.save(folder, arrays, manifest, f"# fraud {version}\n")
    return folder


def registered(
    store: ModelStore, tmp: Path, version: str, weights: tuple[float, float, float] | None = None
) -> str:
    """Make a variant and register it; return its version."""
    made = variant(tmp / version, version, weights=weights)
    return store.register(made, signing_key=KEY.private_bytes_raw()).version
