"""The exclusive lock on a data folder, and who holds it."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import IO

from app.cli.launch.errors import LaunchError, LockedError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NEEDED_BYTES = 300 * 1024 * 1024
"""The database preallocates its log; below this it stops in the middle of a write."""


def usable_folder(data_dir: Path, *, needed_bytes: int = NEEDED_BYTES) -> Path:
    """Return the absolute data folder, created, private and writable.

    Raises LaunchError naming the folder and what is wrong with it.
    """
    folder = data_dir.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for part in ("logs", "run"):
            (folder / part).mkdir(exist_ok=True)
        probe = folder / "run" / "probe"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        raise LaunchError(f"cannot write to the data folder {folder}: {reason}") from error
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        need, left = needed_bytes >> 20, free >> 20
        raise LaunchError(f"the disk of {folder} is full: {left} MB free, {need} MB needed")
    return folder


class FolderLock:
    """Held as long as the file stays open; the system releases it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "run" / "lock"
        self._holder = folder / "run" / "running.json"
        self._stream: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock. Raises LockedError naming the running address."""
        stream = self._file.open("a+", encoding="utf-8")
        try:
            if sys.platform == "win32":
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stream.close()
            raise LockedError(
                f"already running at {self._running_at()} (data folder {self._file.parents[1]})"
            ) from None
        self._stream = stream

    def announce(self, url: str) -> None:
        """Write down where this run answers, for the next one that finds the lock taken."""
        self._holder.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")

    def release(self) -> None:
        """Give the lock back."""
        if self._stream is not None:
            self._holder.unlink(missing_ok=True)
            self._stream.close()
            self._stream = None

    def _running_at(self) -> str:
        try:
            return str(json.loads(self._holder.read_text(encoding="utf-8"))["url"])
        except (OSError, ValueError, KeyError):
            return "an address it has not chosen yet"
