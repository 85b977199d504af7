"""The Python environment `.venv`: exactly the locked packages, and this checkout on top."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import cache
from tools.cache import ROOT
from tools.steps import RefusedError, run, say

OLDEST = (3, 11)
TOO_NEW = (3, 14)
VENV = ROOT / ".venv"
DEV_LOCK = ROOT / "requirements" / "dev.lock"
BUILD_LOCK = ROOT / "requirements" / "build.lock"


def bin_dir(venv: Path = VENV) -> Path:
    """Return the folder of an environment's programs."""
    return venv / ("Scripts" if sys.platform == "win32" else "bin")


def python() -> Path:
    """Return the environment's interpreter."""
    return bin_dir() / "python"


def uv() -> Path:
    """Return uv, installed from its hashed lock into an environment of its own in the cache."""
    _check_interpreter()
    key = cache.fingerprint(BUILD_LOCK, extra=f"{sys.version_info[:3]} {sys.prefix}")

    def build(folder: Path) -> None:
        run(sys.executable, "-m", "venv", str(folder), what="making the environment of uv")
        pip = (str(bin_dir(folder) / "python"), "-m", "pip")
        run(*pip, "install", "--quiet", "--require-hashes", "--only-binary=:all:",
            "--disable-pip-version-check", "-r", str(BUILD_LOCK))  # fmt: skip

    return bin_dir(cache.entry("uv", key, build)) / "uv"


def uv_environment() -> dict[str, str]:
    """Return the environment for uv: its own cache beside ours, hard links out of it."""
    return {
        **os.environ,
        "UV_CACHE_DIR": str(cache.cache_dir() / "uv-cache"),
        "UV_LINK_MODE": "hardlink" if sys.platform != "win32" else "copy",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }


def install() -> None:
    """Bring `.venv` to the lock; quick when it is there already.

    Raises RefusedError when this interpreter is too old, too new, or has no venv.
    """
    _check_interpreter()
    value = cache.fingerprint(
        DEV_LOCK, BUILD_LOCK, ROOT / "pyproject.toml", extra=f"{sys.version_info[:3]} {ROOT}"
    )
    if cache.stamp_is("python", value) and (bin_dir() / "finnami").exists():
        return
    tool, env = str(uv()), uv_environment()
    if not _usable_venv():
        shutil.rmtree(VENV, ignore_errors=True)
        run(tool, "venv", "--python", sys.executable, str(VENV), env=env)
    target = ("--python", str(python()))
    run(tool, "pip", "sync", *target, "--require-hashes", "--compile-bytecode", str(DEV_LOCK),
        env=env, what="installing the locked Python packages")  # fmt: skip
    # The project itself is never cached: an editable install points at one checkout.
    run(tool, "pip", "install", *target, "--no-deps", "--build-constraints", str(BUILD_LOCK),
        "-e", str(ROOT), env=env)  # fmt: skip
    cache.set_stamp("python", value)


def lock() -> None:
    """Compile every lock again from pyproject.toml and requirements/build.in."""
    common = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
              "--python-version", "3.11", "--quiet")  # fmt: skip
    dev = (
        "--extra", "embedded", "--extra", "train", "--extra", "dask", "--extra", "chat",
        "--extra", "remote", "--group", "dev", "--group", "servers",
        "--override", "requirements/overrides.in", "-o",
    )  # fmt: skip
    # The image understands by sentence vectors and can ask a provider, as a checkout does.
    image = (
        "pyproject.toml", "--extra", "chat", "--extra", "remote", "-c", "requirements/dev.lock",
        "-o", "requirements/runtime.lock",
    )  # fmt: skip
    for arguments in (
        ("requirements/build.in", "-o", "requirements/build.lock"),
        ("pyproject.toml", *dev, "requirements/dev.lock"),
        image,
    ):
        run(str(uv()), "pip", "compile", *common, *arguments, env=uv_environment(),
            what=f"locking {arguments[-1]}")  # fmt: skip


def wheel(folder: Path) -> None:
    """Build the wheel into `folder`; the exported pages travel beside it, as in the image."""
    with tempfile.TemporaryDirectory() as scratch:
        run(str(uv()), "build", "--wheel", "--build-constraints", str(BUILD_LOCK),
            "--out-dir", scratch, str(ROOT),
            env=uv_environment(), what="building the wheel")  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        for file in Path(scratch).glob("*.whl"):
            shutil.copy(file, folder)
            say(f"{folder / file.name}")


def _check_interpreter() -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        raise RefusedError(
            f"Python {version} does not fit: 3.11, 3.12 or 3.13 is needed (make PYTHON=python3.11)"
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise RefusedError(f"Python {version} has no venv: apt-get install python3-venv")


def _usable_venv() -> bool:
    if not python().exists():
        return False
    code = "import sys; print(sys.version_info[:3], sys.prefix)"
    asked = subprocess.run([str(python()), "-c", code], capture_output=True, text=True)
    return asked.stdout.strip() == f"{sys.version_info[:3]} {VENV}"
