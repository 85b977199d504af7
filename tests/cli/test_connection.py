"""Commands find the servers of a running `finnami up`, and say what to do when there is none."""

from pathlib import Path

import pytest

from app.cli.connection import FILE, leave_note, local_settings

URL = "mongodb://app:secret@127.0.0.1:21000/finnami"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FINNAMI_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("FINNAMI_MONGO_URL", raising=False)
    return tmp_path


def test_note_is_private_and_found(data_dir: Path) -> None:
    leave_note(data_dir, {"FINNAMI_MONGO_URL": URL, "FINNAMI_MONGO_EMBEDDED": "true", "PATH": "x"})
    assert (data_dir / FILE).stat().st_mode & 0o777 == 0o600
    found = local_settings()
    assert found.mongo_url == URL
    assert found.mongo_embedded


def test_environment_wins_over_the_note(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_note(data_dir, {"FINNAMI_MONGO_URL": URL})
    monkeypatch.setenv("FINNAMI_MONGO_URL", "mongodb://elsewhere/x")
    assert local_settings().mongo_url == "mongodb://elsewhere/x"


def test_without_a_note_the_way_out_is_named() -> None:
    with pytest.raises(ValueError, match="finnami up"):
        local_settings()
