"""The models an installation holds: what ships with the code, and what was registered here.

<shipped>/<name>/<version>/   part of the code, pinned in <shipped>/TRUSTED
<own>/<name>/<version>/       registered on this installation, signed with its model key
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.ml import registry
from app.ml.registry import CARD_FILE, MANIFEST_FILE, SIGNATURE_FILE, ArtefactError
from app.ml.trust import Trust, TrustedBy

MAX_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version on disk; `trusted_by` is None, with the reason, when it would be refused."""

    name: str
    version: str
    folder: Path
    manifest: Mapping[str, Any]
    trusted_by: TrustedBy | None
    refusal: str | None = None

    def card(self) -> str:
        """Return the model card (Markdown), generated when the model was trained."""
        try:
            return (self.folder / CARD_FILE).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Finds versions by name, whichever folder holds them; never writes to the shipped one."""

    shipped: Path
    own: Path
    trust: Trust

    def shipped_version(self, name: str) -> str:
        """Return the version that ships as current. Raises ArtefactError."""
        return registry.newest(self.shipped, name).name

    def folder(self, name: str, version: str) -> Path:
        """Return the folder of one stored version. Raises ArtefactError."""
        if "/" in version or "\\" in version or version.startswith(".") or not version:
            raise ArtefactError(f"{version!r} is not a version of {name}")
        for root in (self.own, self.shipped):
            if (root / name / version / MANIFEST_FILE).is_file():
                return root / name / version
        raise ArtefactError(f"{name} has no stored version {version}")

    def find(self, name: str, version: str) -> StoredModel:
        """Return one stored version, trusted or not. Raises ArtefactError."""
        folder = self.folder(name, version)
        raw, manifest = _manifest(folder)
        try:
            return StoredModel(name, version, folder, manifest, self.trust.why(folder, raw))
        except ArtefactError as error:
            return StoredModel(name, version, folder, manifest, None, error.detail)

    def versions(self, name: str) -> list[StoredModel]:
        """Return the stored versions by name, at most a hundred; the unreadable are left out."""
        named = {
            path.parent.name
            for root in (self.own, self.shipped)
            for path in sorted((root / name).glob(f"*/{MANIFEST_FILE}"))
            if not path.parent.name.startswith(".")
        }
        found = []
        for version in sorted(named)[-MAX_VERSIONS:]:
            try:
                found.append(self.find(name, version))
            except ArtefactError:
                continue
        return found

    def register(self, source: Path, *, signing_key: bytes) -> StoredModel:
        """Copy an artefact into the own folder, signed; the same one again changes nothing.

        The caller has checked that it loads. `signing_key` is 32 raw Ed25519 private bytes.
        Raises ArtefactError when another artefact has its name and version already.
        """
        raw, manifest = _manifest(source)
        name, version = str(manifest["name"]), str(manifest["version"])
        folder = self.own / name / version
        staging = folder.with_name(f".{version}.part")
        try:
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(parents=True)
            for file in (registry.ARRAYS_FILE, CARD_FILE):
                shutil.copyfile(source / file, staging / file)
            (staging / MANIFEST_FILE).write_bytes(raw)
            (staging / SIGNATURE_FILE).write_bytes(registry.sign(raw, signing_key))
            registry.publish(staging, folder, raw)
        except OSError as exc:
            raise ArtefactError(f"{folder} cannot be written: {exc.strerror or exc}") from exc
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return self.find(name, version)


def _manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    try:
        raw = (folder / MANIFEST_FILE).read_bytes()
        manifest = json.loads(raw)
    except (OSError, ValueError) as exc:
        raise ArtefactError(f"{folder / MANIFEST_FILE} cannot be read: {exc}") from exc
    if not isinstance(manifest, dict) or not {"name", "version"} <= manifest.keys():
        raise ArtefactError(f"{folder.name}/{MANIFEST_FILE} names no model and version")
    return raw, manifest
