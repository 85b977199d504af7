"""Which artefacts an installation serves: those pinned by the code, and those it signed itself.

`models/TRUSTED` ships with the code and has a line `name version sha256-of-manifest` for each
model that ships. A model trained on this installation is registered first: that signs its
manifest with the installation's model key (docs/decisions/0014). The manifest holds the hash of
the arrays, so that either covers the whole artefact.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.ml.registry import SIGNATURE_FILE, ArtefactError

PINS_FILE = "TRUSTED"
_FIELDS = 3

Pins = Mapping[tuple[str, str], str]


class TrustedBy(StrEnum):
    """Why an artefact is served."""

    PIN = "pin"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Trust:
    """Pinned digests by (name, version), and the public half of the installation's model key."""

    pins: Pins
    public_key: bytes | None = None
    """32 raw Ed25519 bytes; without it only what ships is trusted."""

    def __call__(self, folder: Path, manifest: bytes) -> None:
        """Raise ArtefactError unless the artefact with this manifest is pinned or signed."""
        self.why(folder, manifest)

    def why(self, folder: Path, manifest: bytes) -> TrustedBy:
        """Return why an artefact is served. Raises ArtefactError when it is not."""
        if self.pins.get(_named(folder, manifest)) == hashlib.sha256(manifest).hexdigest():
            return TrustedBy.PIN
        if not (folder / SIGNATURE_FILE).is_file():
            raise ArtefactError(
                f"{folder.name} is neither shipped nor signed by this installation:"
                " check it and run `finnami models register`"
            )
        if self.public_key is None:
            raise ArtefactError(f"{folder.name} is signed, and there is no key to check it with")
        try:
            signature = base64.b64decode((folder / SIGNATURE_FILE).read_bytes(), validate=False)
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, manifest)
        except (InvalidSignature, ValueError, OSError) as exc:
            raise ArtefactError(
                f"{folder.name} is not signed by this installation, or its manifest was altered"
            ) from exc
        return TrustedBy.SIGNATURE


def read_pins(path: Path) -> Pins:
    """Return the pinned digest of each (name, version). Raises ArtefactError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise ArtefactError(f"{path} cannot be read: {exc}") from exc
    rows = [line.split() for line in lines if line.strip()]
    if any(len(row) != _FIELDS for row in rows):
        raise ArtefactError(f"{path.name} has a line that is not: name version sha256")
    return {(name, version): digest for name, version, digest in rows}


def write_pin(path: Path, name: str, version: str, manifest: bytes) -> None:
    """Pin one version of a model, in place of those pinned before under its name."""
    kept = {key: digest for key, digest in read_pins(path).items() if key[0] != name}
    rows = {**kept, (name, version): hashlib.sha256(manifest).hexdigest()}
    lines = [f"{named} {of} {digest}\n" for (named, of), digest in sorted(rows.items())]
    part = path.with_name(path.name + ".part")
    part.write_text("".join(lines), encoding="utf-8")
    part.replace(path)


def _named(folder: Path, manifest: bytes) -> tuple[str, str]:
    try:
        found = json.loads(manifest)
        return str(found["name"]), str(found["version"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ArtefactError(f"the manifest of {folder.name} names no model and version") from exc
