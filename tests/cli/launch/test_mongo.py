"""The start line and URL of the embedded database: a missing flag is a bug."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.cli.launch import process
from app.cli.launch.mongo import MongoLauncher


@pytest.fixture
def launcher(tmp_path: Path) -> MongoLauncher:
    return MongoLauncher(tmp_path, port=20111, password="s3cret")


def test_start_line_has_every_mandatory_flag(launcher: MongoLauncher, tmp_path: Path) -> None:
    program, *flags = launcher.argv()
    assert Path(program).name == "secantusd-py"
    assert flags == [
        *("--config", str(tmp_path / "secantusd.toml")),
        *("--host", "127.0.0.1", "--port", "20111", "--storage-path", str(tmp_path / "data")),
        *("--auth", "--sync-on-commit", "--cache-size", "256M"),
        *("--oplog-retention-seconds", "3600", "--oplog-max-entries", "100000"),
        *("--session-max", "1000"),
    ]


def test_first_start_differs_only_by_auth(launcher: MongoLauncher) -> None:
    assert [flag for flag in launcher.argv() if flag != "--auth"] == launcher.argv(auth=False)


def test_url_is_the_one_that_passed_the_kill_run(launcher: MongoLauncher) -> None:
    url = urlsplit(launcher.url)
    assert (url.scheme, url.username, url.password) == ("mongodb", "app", "s3cret")
    assert (url.hostname, url.port, url.path) == ("127.0.0.1", 20111, "/finnami")
    assert parse_qs(url.query) == {
        "authSource": ["admin"],
        "w": ["majority"],
        "journal": ["true"],
        "retryWrites": ["false"],
        "directConnection": ["true"],
    }


def test_start_line_never_holds_the_password(launcher: MongoLauncher) -> None:
    assert not any("s3cret" in part for part in launcher.argv())


def test_missing_program_is_named(launcher: MongoLauncher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.launch.mongo.DISTRIBUTION", "no-such-distribution")
    assert not launcher.installed()
    with pytest.raises(process.ChildFailedError, match="extra: embedded"):
        launcher.argv()
