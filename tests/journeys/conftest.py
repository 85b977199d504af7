"""A real `finnami up` with demo people, as a user starts it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.launch.ports import free_port
from tests.conftest import REPOSITORY, SHARED_DATA

READY_S = 120
STOP_S = 60


@dataclass
class Installation:
    """A running FinNami: where it listens and how its commands are called."""

    url: str
    environment: dict[str, str]

    def finnami(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.cli.main", *arguments]
        return subprocess.run(
            command,
            env=self.environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def login_of(self, local: str) -> dict[str, Any]:
        people = json.loads(self.finnami("demo", "logins", "--json").stdout)
        listed = people["logins"]
        return next(one for one in listed if one["email"].startswith(f"{local}@"))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("finnami")
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("FINNAMI_")
    } | {"FINNAMI_DATA_DIR": str(folder)}
    log = (folder / "up.log").open("w")
    up = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", "up", "--port", str(port)],
        env=environment,
        cwd=REPOSITORY,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    found = Installation(f"http://127.0.0.1:{port}", environment)
    try:
        _wait(found.url, up, Path(log.name))
        if SHARED_DATA.is_dir():
            prices = SHARED_DATA / "market" / "etf_adj_close.parquet"
            imported = found.finnami("market", "import", str(prices), "--json")
            assert imported.returncode == 0, imported.stderr
        yield found
    finally:
        up.terminate()
        up.wait(timeout=STOP_S)
        log.close()


def _wait(url: str, up: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        assert up.poll() is None, log.read_text()
        try:
            if "FinNami is ready" in log.read_text() and httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.25)
    raise AssertionError(log.read_text())
