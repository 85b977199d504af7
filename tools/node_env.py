"""The front end: its locked packages, and the exported pages."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tools import cache
from tools.cache import ROOT
from tools.steps import RefusedError, run, say

OLDEST = (20, 9)
FRONTEND = ROOT / "frontend"
E2E = FRONTEND / "e2e"
OUT = FRONTEND / "out"
SOURCES = ("src", "messages", "public", "tools")


def check_node() -> str:
    """Return Node's version. Raises RefusedError when it or npm is missing or too old."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise RefusedError("Node >= 20.9 with npm is needed to build the pages, and none is here")
    text = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    found = re.match(r"v(\d+)\.(\d+)", text)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise RefusedError(f"Node {text or '?'} does not fit: >= 20.9 is needed")
    return text


def install(folder: Path) -> None:
    """Put `node_modules` beside a package.json, exactly as its lock says."""
    version = check_node()
    package, lock = folder / "package.json", folder / "package-lock.json"
    name = f"npm-{folder.name}"
    value = cache.fingerprint(package, lock, extra=version)
    if cache.stamp_is(name, value) and (folder / "node_modules").is_dir():
        return

    def build(target: Path) -> None:
        for file in (package, lock):
            shutil.copy(file, target)
        run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=target,
            env={**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
                 "NEXT_TELEMETRY_DISABLED": "1"},
            what=f"installing the locked packages of {folder.relative_to(ROOT)}")  # fmt: skip
        (target / "node_modules").mkdir(exist_ok=True)

    cached = cache.entry("npm", value, build)
    cache.copy_out(cached / "node_modules", folder / "node_modules")
    cache.set_stamp(name, value)


def source_hash() -> str:
    """Return the hash of everything that the exported pages are made of."""
    # `next build` writes tsconfig.json and next-env.d.ts itself.
    files = [
        file
        for file in FRONTEND.iterdir()
        if file.is_file()
        and file.name not in {"tsconfig.json", "next-env.d.ts"}
        and file.suffix != ".tsbuildinfo"
    ]
    return cache.tree_fingerprint([FRONTEND / part for part in SOURCES], files)


def build(*, quiet: bool = True) -> None:
    """Export the pages to frontend/out; skipped while their sources are the same."""
    value = source_hash()
    if cache.stamp_is("ui", value) and (OUT / "404.html").is_file():
        if not quiet:
            say("the pages are up to date")
        return
    install(FRONTEND)

    def export(target: Path) -> None:
        run("npm", "run", "build", cwd=FRONTEND, what="building the pages",
            env={**os.environ, "NEXT_TELEMETRY_DISABLED": "1"})  # fmt: skip
        shutil.copytree(OUT, target / "out")

    cached = cache.entry("ui", value, export)
    cache.copy_out(cached / "out", OUT)
    cache.set_stamp("ui", value)


def scripts(folder: Path) -> dict[str, str]:
    """Return the npm scripts of a package."""
    found = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("scripts", {})
    return {str(name): str(command) for name, command in found.items()}
