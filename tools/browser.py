"""Chromium and fonts for the browser tests, from Debian's packages."""

import os
import shutil
import subprocess

from tools.steps import RefusedError, run

PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-core", "fonts-noto-cjk")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the browser of FINNAMI_CHROMIUM, else the first one installed."""
    asked = os.environ.get("FINNAMI_CHROMIUM")
    if asked:
        return asked if os.access(asked, os.X_OK) else None
    return next((path for path in map(shutil.which, NAMES) if path), None)


def install() -> str:
    """Return the browser's path, installing it first when this is root on Debian.

    Raises RefusedError with the one line to run otherwise.
    """
    missing = [name for name in PACKAGES if not _installed(name)]
    browser = find()
    if browser is not None and (not missing or shutil.which("apt-get") is None):
        return browser
    if browser is not None and os.geteuid() != 0:
        # Fonts only change how a screenshot looks; a browser is what the tests need.
        return browser
    if shutil.which("apt-get") is None:
        raise RefusedError(
            "the browser tests need Chromium: install it and set FINNAMI_CHROMIUM to its path"
        )
    line = f"apt-get install -y {' '.join(PACKAGES)}"
    if os.geteuid() != 0:
        raise RefusedError(f"the browser tests need Chromium and fonts: sudo {line}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=env, what="reading Debian's package lists")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing,
        env=env, what=f"installing {' '.join(missing)}")  # fmt: skip
    browser = find()
    if browser is None:
        raise RefusedError(f"Chromium is still not there after: {line}")
    return browser


def _installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True
    )
    return asked.stdout == "installed"
