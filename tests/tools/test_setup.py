"""What `make` installs, and its one-line refusals on a machine that lacks something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import browser, cache, node_env
from tools.steps import RefusedError

ROOT = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def setup(path: str, *actions: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.setup", *actions],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )


class TestNode:
    @pytest.mark.parametrize("version", ["v18.20.0", "v20.8.1", "", "nonsense"])
    def test_wrong_node_is_one_line_and_an_exit_code(self, tmp_path: Path, version: str) -> None:
        program(tmp_path / "bin", "node", f"echo {version}")
        program(tmp_path / "bin", "npm", "echo 10.0.0")
        done = setup(str(tmp_path / "bin"), "ui")
        assert done.returncode == 1
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("finnami: Node ")
        assert lines[0].endswith(">= 20.9 is needed")

    def test_missing_node_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        done = setup(str(tmp_path / "empty"), "ui")
        assert done.returncode == 1
        assert "Node >= 20.9 with npm is needed" in done.stderr

    def test_run_goes_on_without_any_node(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        done = setup(str(tmp_path / "empty"), "pages-if-possible")
        assert done.returncode == 0
        assert "the API starts without pages" in done.stdout

    def test_run_refuses_a_wrong_node(self, tmp_path: Path) -> None:
        program(tmp_path / "bin", "node", "echo v16.0.0")
        program(tmp_path / "bin", "npm", "echo 8.0.0")
        assert setup(str(tmp_path / "bin"), "pages-if-possible").returncode == 1

    @pytest.mark.parametrize("version", ["v20.9.0", "v22.1.0", "v24.0.0"])
    def test_fitting_versions_pass(
        self, tmp_path: Path, version: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path / "bin", "node", f"echo {version}")
        program(tmp_path / "bin", "npm", "echo 11.0.0")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        assert node_env.check_node() == version


class TestBrowser:
    def test_without_root_the_line_to_run_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path / "bin", "apt-get", "exit 1")
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.delenv("FINNAMI_CHROMIUM", raising=False)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(RefusedError, match=r"sudo apt-get install -y chromium fonts"):
            browser.install()

    def test_elsewhere_the_setting_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("FINNAMI_CHROMIUM", raising=False)
        with pytest.raises(RefusedError, match="FINNAMI_CHROMIUM"):
            browser.install()


def test_an_unknown_action_is_wrong_usage(tmp_path: Path) -> None:
    assert setup(str(tmp_path), "everything").returncode == 2


class TestCache:
    @pytest.fixture(autouse=True)
    def own_cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FINNAMI_CACHE_DIR", str(tmp_path / "cache"))

    def test_an_entry_is_built_once(self) -> None:
        built: list[Path] = []

        def build(folder: Path) -> None:
            built.append(folder)
            (folder / "x").write_text("1")

        first = cache.entry("npm", "key", build)
        assert cache.entry("npm", "key", build) == first
        assert len(built) == 1
        assert (first / "x").read_text() == "1"

    def test_a_failed_build_leaves_nothing(self, tmp_path: Path) -> None:
        def build(folder: Path) -> None:
            (folder / "half").touch()
            raise RefusedError("no disk")

        with pytest.raises(RefusedError):
            cache.entry("npm", "key", build)
        assert list((tmp_path / "cache" / "npm").iterdir()) == []

    def test_an_entry_without_its_marker_is_built_again(self) -> None:
        folder = cache.entry("npm", "key", lambda folder: (folder / "x").touch())
        (folder / cache.MARKER).unlink()
        again = cache.entry("npm", "key", lambda folder: (folder / "y").touch())
        assert (again / "y").exists()
        assert not (again / "x").exists()

    def test_the_three_newest_entries_are_kept(self, tmp_path: Path) -> None:
        for number in range(6):
            folder = cache.entry("npm", f"key{number}", lambda _: None)
            os.utime(folder, (number, number))
        kept = {folder.name for folder in (tmp_path / "cache" / "npm").iterdir()}
        assert len(kept) <= cache.KEPT_ENTRIES + 1
        assert "key5" in kept

    def test_a_copy_replaces_what_was_there(self, tmp_path: Path) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        (source / "deep").mkdir(parents=True)
        (source / "deep" / "file").write_text("new")
        target.mkdir()
        (target / "old").touch()
        cache.copy_out(source, target)
        assert (target / "deep" / "file").read_text() == "new"
        assert not (target / "old").exists()
        assert not target.is_symlink()

    def test_fingerprint_changes_with_bytes_names_and_extra(self, tmp_path: Path) -> None:
        file = tmp_path / "lock"
        file.write_text("a")
        first = cache.fingerprint(file, extra="v20")
        assert cache.fingerprint(file, extra="v22") != first
        file.write_text("b")
        assert cache.fingerprint(file, extra="v20") != first
