"""The configuration of the embedded Valkey: what survives a kill, who may read it."""

import stat
from pathlib import Path

import pytest

from app.cli.launch.redis import RedisLauncher


@pytest.fixture
def launcher(tmp_path: Path) -> RedisLauncher:
    return RedisLauncher(tmp_path, port=20112, password="s3cret")


def test_configuration_is_the_measured_one(launcher: RedisLauncher, tmp_path: Path) -> None:
    assert launcher.config().splitlines() == [
        "bind 127.0.0.1",
        "port 20112",
        f'dir "{tmp_path / "data"}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "requirepass s3cret",
        "maxmemory-policy noeviction",
    ]


def test_password_stands_in_a_private_file_and_not_on_the_start_line(
    launcher: RedisLauncher, tmp_path: Path
) -> None:
    launcher.prepare()
    file = tmp_path / "valkey.conf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    program, *rest = launcher.argv()
    assert Path(program).name == "valkey-server"
    assert rest == [str(file)]


def test_nothing_listening_is_not_ready(launcher: RedisLauncher) -> None:
    assert not launcher.ready()
