"""Stages of a long run kept on disk: a finished one is not run again, a broken one is."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHUNK = 1 << 20
KEY_FILE = "run.json"
DONE_FILE = "done.json"

Facts = dict[str, Any]


class Checkpoints:
    """Folder of finished stages of one run; `key` says which run they belong to."""

    def __init__(self, folder: Path, key: Facts) -> None:
        self._folder = folder
        text = json.dumps(key, sort_keys=True)
        held = folder / KEY_FILE
        if not held.is_file() or held.read_text(encoding="utf-8") != text:
            # Other data or settings: what lies here is of no use to this run.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _write(held, text)

    def stage(self, name: str, run: Callable[[Path], Facts]) -> tuple[Path, Facts]:
        """Return the stage's folder and facts, running it unless it is finished and unharmed."""
        folder = self._folder / name
        facts = self._finished(folder)
        if facts is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            facts = run(folder)
            _write(folder / DONE_FILE, json.dumps({"facts": facts, "files": _hashes(folder)}))
        return folder, facts

    def _finished(self, folder: Path) -> Facts | None:
        try:
            done = json.loads((folder / DONE_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        facts: Facts = done["facts"]
        return facts if done["files"] == _hashes(folder) else None


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name == DONE_FILE:
            continue
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        found[path.name] = digest.hexdigest()
    return found


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
