"""Content-addressed folders outside the checkout: a finished install is copied, not repeated.

An entry is built in a temporary sibling and renamed, so that two runs at once never see half
of it. Nothing in here is needed for a correct result: deleting the folder costs time only.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKER = ".finnami-complete"
KEPT_ENTRIES = 3


def cache_dir() -> Path:
    """Return FINNAMI_CACHE_DIR, else $XDG_CACHE_HOME/finnami, else ~/.cache/finnami."""
    asked = os.environ.get("FINNAMI_CACHE_DIR")
    if asked:
        return Path(asked).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "finnami"


def fingerprint(*files: Path, extra: str = "") -> str:
    """Return one hash over the files' names and bytes, this platform and `extra`."""
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()} {extra}".encode())
    for file in files:
        digest.update(f"\0{file.name}\0".encode())
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()[:32]


def tree_fingerprint(folders: list[Path], files: list[Path]) -> str:
    """Return one hash over every file below the folders, by relative path, and the files."""
    digest = hashlib.sha256()
    inside = [
        file
        for folder in folders
        if folder.is_dir()
        for file in folder.rglob("*")
        if file.is_file()
    ]
    for file in sorted([*inside, *(file for file in files if file.is_file())]):
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def entry(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """Return the folder of this key, built by `build(folder)` when it is not there yet."""
    home = cache_dir() / kind
    folder = home / key
    if (folder / MARKER).is_file():
        os.utime(folder)
        return folder
    home.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{key[:8]}-", dir=home))
    try:
        build(building)
        (building / MARKER).touch()
        if folder.exists() and not (folder / MARKER).is_file():
            shutil.rmtree(folder)
        try:
            building.rename(folder)
        except OSError:
            # Somebody else finished the same entry first: theirs is as good.
            if not (folder / MARKER).is_file():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _prune(home, keep=folder)
    return folder


def copy_out(source: Path, target: Path) -> None:
    """Copy a cached folder into the checkout, by hard links where the disk allows.

    Never a symbolic link: the front end's builder refuses files outside its root.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    links = ["cp", "-al"] if sys.platform == "linux" else ["cp", "-Rp"]
    if subprocess.run([*links, str(source), str(target)], capture_output=True).returncode != 0:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True)


def stamp_is(name: str, value: str) -> bool:
    """Tell whether this checkout's step `name` was last done for `value`."""
    file = ROOT / ".finnami" / "stamps" / name
    return file.is_file() and file.read_text(encoding="utf-8") == value


def set_stamp(name: str, value: str) -> None:
    """Note that the step `name` is done for `value`."""
    file = ROOT / ".finnami" / "stamps" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(value, encoding="utf-8")


def _prune(home: Path, *, keep: Path) -> None:
    complete = [folder for folder in home.iterdir() if (folder / MARKER).is_file()]
    newest = sorted(complete, key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest[KEPT_ENTRIES:]:
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
