"""The embedded database and Redis together for the length of a `with`: tests and benches."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cli.launch import process
from app.cli.launch.mongo import READY_TIMEOUT_S, MongoLauncher
from app.cli.launch.ports import free_port
from app.cli.launch.redis import RedisLauncher
from app.cli.launch.server import ServerLauncher


@dataclass(slots=True)
class RunningServer:
    """One started server: how it is started, and the process that runs now."""

    launcher: ServerLauncher
    log: Path
    child: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it as a power cut of the process would: SIGKILL."""
        self.child.kill()
        self.child.wait(timeout=10)

    def start_again(self) -> None:
        """Start it on the same port and data and return when it answers."""
        self.child = process.start(self.launcher.argv(), log=self.log)
        self.wait()

    def wait(self) -> None:
        """Return when the server answers; raises ChildFailedError when it does not."""
        process.wait_until_ready(
            self.child,
            self.launcher.ready,
            name=self.launcher.name,
            timeout_s=READY_TIMEOUT_S,
        )


@dataclass(frozen=True, slots=True)
class RunningPair:
    """Both servers, for tests that kill them."""

    mongo: RunningServer
    redis: RunningServer


@contextmanager
def running_pair(data_dir: Path) -> Iterator[RunningPair]:
    """Start both servers under `data_dir` on free ports; stop them at the end.

    The database's user may use any database name, so that each test can take a fresh one.
    Raises ChildFailedError when a program is missing or does not come up.
    """
    mongo_port = free_port()
    redis_port = free_port(besides={mongo_port})
    password = _kept_password(data_dir)
    redis = _start(RedisLauncher(data_dir / "redis", port=redis_port, password=password))
    try:
        mongo = _start(
            MongoLauncher(data_dir / "mongo", port=mongo_port, password=password, any_database=True)
        )
        try:
            redis.wait()
            mongo.wait()
            yield RunningPair(mongo=mongo, redis=redis)
        finally:
            process.stop(mongo.child)
    finally:
        process.stop(redis.child)


@contextmanager
def embedded_pair(data_dir: Path) -> Iterator[tuple[str, str]]:
    """Start both servers and yield (database URL, Redis URL); see running_pair."""
    with running_pair(data_dir) as pair:
        yield pair.mongo.launcher.url, pair.redis.launcher.url


def _start(launcher: ServerLauncher) -> RunningServer:
    launcher.prepare()
    log = launcher.folder / "server.log"
    return RunningServer(launcher, log, process.start(launcher.argv(), log=log))


def _kept_password(data_dir: Path) -> str:
    """Return the folder's password; the data of an earlier run stays readable."""
    file = data_dir / "password"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(16), encoding="utf-8")
    return file.read_text(encoding="utf-8")
