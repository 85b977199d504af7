"""Trained artefacts on disk: one immutable hashed folder per model version, no pickles.

    models/<name>/<version>/artefact.npz    flat arrays, loaded with allow_pickle=False
                            manifest.json   name, version, feature version, hashes, constants
                            manifest.sig    Ed25519 signature of manifest.json (app/ml/trust.py)
                            card.md         the model card, generated from the manifest

ArtefactError (503, artefact_refused): missing, altered, unsigned, of another feature
version, or its golden rows no longer come out. The caller degrades; it never guesses.
"""

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from app.core.errors import UnavailableError

ARRAYS_FILE = "artefact.npz"
MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
CARD_FILE = "card.md"
GOLDEN_TOLERANCE = 1e-6

Arrays = Mapping[str, NDArray[Any]]
GoldenCheck = Callable[["Artefact"], float]
"""Recompute the golden rows; return the largest absolute difference."""

TrustCheck = Callable[[Path, bytes], None]
"""Raise ArtefactError unless the folder with this manifest may be served (app/ml/trust.py)."""


class ArtefactError(UnavailableError):
    """The artefact cannot be trusted, so it is not served."""

    code = "artefact_refused"
    title = "The model artefact was refused"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Verified arrays and the manifest that describes them."""

    arrays: Arrays
    manifest: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Return the version that decision records quote."""
        return str(self.manifest["version"])

    def group(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays named `<prefix>.<key>` by key."""
        start = prefix + "."
        return {k.removeprefix(start): v for k, v in self.arrays.items() if k.startswith(start)}


def load(
    folder: Path,
    *,
    feature_version: str,
    golden: GoldenCheck | None = None,
    trust: TrustCheck | None = None,
) -> Artefact:
    """Return the artefact of a folder after every check passed.

    `feature_version` is the one the caller computes. Whatever serves people passes `trust`;
    without it the artefact is only what its manifest says, which is enough to measure it.
    Raises ArtefactError naming the first failed check.
    """
    raw = _read(folder, MANIFEST_FILE)
    if trust is not None:
        trust(folder, raw)
    manifest = _parse(raw, folder)
    data = _read(folder, ARRAYS_FILE)
    digest = hashlib.sha256(data).hexdigest()
    if digest != manifest["sha256"]:
        raise ArtefactError(
            f"{folder.name}/{ARRAYS_FILE} has sha256 {digest[:12]}, "
            f"its manifest says {str(manifest['sha256'])[:12]}: the file was altered"
        )
    if manifest["feature_version"] != feature_version:
        raise ArtefactError(
            f"{folder.name} needs features {manifest['feature_version']}, "
            f"this program computes {feature_version}"
        )
    artefact = Artefact(arrays=_arrays(folder), manifest=manifest)
    if golden is not None:
        _check_golden(artefact, golden, folder)
    return artefact


def save(
    folder: Path,
    arrays: Arrays,
    manifest: Mapping[str, Any],
    card: str,
    *,
    signing_key: bytes | None = None,
) -> Artefact:
    """Write one immutable artefact and return it as stored.

    The folder appears whole or not at all. Writing the same content again changes nothing.
    `signing_key` is 32 raw Ed25519 private bytes. Raises ArtefactError when the folder
    already holds something else: versions are never overwritten.
    """
    staging = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        with (staging / ARRAYS_FILE).open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **dict(arrays))
        digest = hashlib.sha256((staging / ARRAYS_FILE).read_bytes()).hexdigest()
        sealed = {**manifest, "sha256": digest}
        raw = (json.dumps(sealed, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
        (staging / MANIFEST_FILE).write_bytes(raw)
        (staging / CARD_FILE).write_text(card, encoding="utf-8")
        if signing_key is not None:
            (staging / SIGNATURE_FILE).write_bytes(sign(raw, signing_key))
        publish(staging, folder, raw)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Artefact(arrays=dict(arrays), manifest=sealed)


def arrays_sha256(arrays: Arrays) -> str:
    """Return one hash over names and values, whatever file they will lie in."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def manifest_bytes(folder: Path) -> bytes:
    """Return the manifest of a stored artefact as it was signed. Raises ArtefactError."""
    return _read(folder, MANIFEST_FILE)


def fingerprint(folder: Path) -> str:
    """Return what changes with the files of a folder: the manifest's hash, the arrays' stat.

    For "is it still what was checked a moment ago", never for trust. Raises ArtefactError.
    """
    try:
        found = (folder / ARRAYS_FILE).stat()
    except OSError as exc:
        raise ArtefactError(f"{folder / ARRAYS_FILE} cannot be read: {exc.strerror}") from exc
    digest = hashlib.sha256(_read(folder, MANIFEST_FILE)).hexdigest()
    return f"{digest}:{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"


def newest(root: Path, name: str) -> Path:
    """Return the folder of the version that `<root>/<name>/CURRENT` names.

    Promotion and rollback are one atomic write of that file. Raises ArtefactError when
    nothing is promoted.
    """
    pointer = root / name / "CURRENT"
    try:
        version = pointer.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ArtefactError(f"no {name} model is promoted: {pointer} cannot be read") from exc
    if not version or "/" in version or version.startswith("."):
        raise ArtefactError(f"{pointer} names no version folder: {version!r}")
    return root / name / version


def promote(root: Path, name: str, version: str) -> str | None:
    """Point `<root>/<name>/CURRENT` at a stored version; return the one it named before.

    Raises ArtefactError when that version is not stored.
    """
    if not (root / name / version / MANIFEST_FILE).is_file():
        raise ArtefactError(f"{name} has no stored version {version}")
    pointer = root / name / "CURRENT"
    before = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else None
    part = pointer.with_name("CURRENT.part")
    part.write_text(version + "\n", encoding="utf-8")
    part.replace(pointer)
    return before


def publish(staging: Path, folder: Path, raw: bytes) -> None:
    """Move a whole artefact into place. Raises ArtefactError when something else is there."""
    if folder.is_dir() and any(folder.iterdir()):
        present = folder / MANIFEST_FILE
        if present.is_file() and present.read_bytes() == raw:
            return
        raise ArtefactError(f"{folder} already holds something else; versions are immutable")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_dir():
        folder.rmdir()
    staging.rename(folder)


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as exc:
        raise ArtefactError(f"{folder / name} cannot be read: {exc.strerror}") from exc


def _parse(raw: bytes, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(raw)
    except ValueError as exc:
        raise ArtefactError(f"{folder.name}/{MANIFEST_FILE} is not JSON: {exc}") from exc
    required = {"name", "version", "feature_version", "sha256"}
    if not isinstance(manifest, dict) or not required <= manifest.keys():
        raise ArtefactError(f"{folder.name}/{MANIFEST_FILE} lacks one of {sorted(required)}")
    return manifest


def _arrays(folder: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(folder / ARRAYS_FILE, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, BadZipFile) as exc:
        # A hash can match a file that was never an array archive, or one that hides a pickle.
        raise ArtefactError(f"{folder.name}/{ARRAYS_FILE} holds no plain arrays: {exc}") from exc


def _check_golden(artefact: Artefact, golden: GoldenCheck, folder: Path) -> None:
    try:
        worst = golden(artefact)
    except (KeyError, IndexError, ValueError) as exc:
        raise ArtefactError(f"golden rows of {folder.name} cannot be computed: {exc!r}") from exc
    # Written this way round so that NaN is refused as well.
    if not worst <= GOLDEN_TOLERANCE:
        raise ArtefactError(
            f"golden rows of {folder.name} differ by {worst:.3g}, more than {GOLDEN_TOLERANCE:g}"
        )


def sign(raw: bytes, signing_key: bytes) -> bytes:
    """Return the content of `manifest.sig`; `signing_key` is 32 raw Ed25519 private bytes."""
    # Imported late: most readers of artefacts never sign one.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(signing_key).sign(raw)) + b"\n"
