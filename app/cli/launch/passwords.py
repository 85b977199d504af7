"""Secrets of a sandbox installation: made once, readable by their owner only."""

import json
import os
import secrets
from pathlib import Path

from app.cli.launch.errors import LaunchError
from app.core.keys import KeyRing


def kept_passwords(file: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return one random password per name, made at the first call and kept in `file`.

    Raises LaunchError when the file is there but cannot be understood: new passwords
    would lock the old data away.
    """
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(kept[name]) for name in names}
    except FileNotFoundError:
        made = {name: secrets.token_hex(24) for name in names}
        _write_private(file, json.dumps(made))
        return made
    except (ValueError, KeyError, TypeError) as error:
        raise LaunchError(f"{file} is damaged; restore it from a copy") from error


def kept_key_ring(file: Path) -> Path:
    """Return the key ring's file, made at the first call."""
    if not file.exists():
        KeyRing.generate().save(file)
    return file


def _write_private(file: Path, text: str) -> None:
    # Written beside and renamed: a crash in between leaves no half file.
    beside = file.with_name(file.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
