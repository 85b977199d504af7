"""The whole product under `finnami up`: every child killed for real comes back by itself."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli.launch import pidfile
from app.cli.launch.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
ROLES = {"mongo", "redis", "migrate", "api", "worker-fast", "worker-slow", "feed"}


@dataclass
class Run:
    """A running `finnami up --json-status` and what it last said of each child."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    children: dict[str, dict[str, object]] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            if "ready" in said:
                self.ready.set()
            else:
                self.children[said["name"]] = said

    def pid(self, name: str) -> int:
        pid = self.children[name]["pid"]
        assert isinstance(pid, int)
        return pid


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FINNAMI_")}
    return {**kept, "FINNAMI_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}


def start(folder: Path) -> Run:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli.main", "up", "--empty", "--json-status",
         "--port", str(port)],
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    run = Run(process, port, folder)
    threading.Thread(target=run.read, daemon=True).start()
    deadline = time.monotonic() + PATIENCE_S
    while not run.ready.wait(0.1):
        assert process.poll() is None, "finnami up ended before it was ready"
        assert time.monotonic() < deadline, run.children
    return run


def stop(run: Run) -> int:
    run.process.terminate()
    code = run.process.wait(timeout=PATIENCE_S)
    assert run.process.stdout is not None
    run.process.stdout.close()
    return code


def wait_for(condition: Callable[[], bool]) -> float:
    """Wait until it holds; return the seconds it took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < PATIENCE_S
        time.sleep(0.05)
    return time.monotonic() - started


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    running = start(tmp_path_factory.mktemp("up"))
    yield running
    if running.process.poll() is None:
        stop(running)


def test_every_role_is_up_and_the_address_answers(run: Run) -> None:
    assert set(run.children) == ROLES
    status, body = get(run.port, "/readyz?deps=1")
    assert status == 200
    assert json.loads(body)["status"] == "ready"
    assert get(run.port, "/docs")[0] == 200


def test_a_second_up_prints_the_running_address(run: Run) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "app.cli.main", "up", "--empty"],
        env=environment(run.folder),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 2
    assert f"already running at http://127.0.0.1:{run.port}" in second.stderr


def test_secrets_stay_out_of_the_process_list(run: Run) -> None:
    passwords = json.loads((run.folder / "servers.json").read_text()).values()
    for child in run.children.values():
        if isinstance(child["pid"], int) and pidfile.LINUX:
            line = Path(f"/proc/{child['pid']}/cmdline").read_text()
            assert not any(password in line for password in passwords)


@pytest.mark.parametrize("name", ["api", "worker-fast", "worker-slow", "feed", "redis", "mongo"])
def test_a_child_killed_with_signal_9_comes_back(
    run: Run, name: str, record_property: Callable[[str, object], None]
) -> None:
    killed = run.pid(name)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: pidfile.start_time(killed) is None)
    # Up again: another process, everybody ready, and the API reaches its servers.
    seconds = wait_for(
        lambda: (
            run.children[name]["pid"] not in (killed, None)
            and all(child["state"] in ("ready", "done") for child in run.children.values())
            and get(run.port, "/readyz?deps=1")[0] == 200
        )
    )
    record_property("recovery_s", round(seconds, 2))


def test_stopping_leaves_nothing_behind_and_a_second_start_finds_its_keys(run: Run) -> None:
    before = (run.folder / "keys.json").read_bytes()
    pids = [child["pid"] for child in run.children.values() if isinstance(child["pid"], int)]
    assert stop(run) == 0
    assert [pid for pid in pids if pidfile.start_time(pid) is not None] == []
    assert not list((run.folder / "run").glob("*.pid"))

    again = start(run.folder)
    try:
        assert (run.folder / "keys.json").read_bytes() == before
        assert get(again.port, "/readyz?deps=1")[0] == 200
    finally:
        assert stop(again) == 0
