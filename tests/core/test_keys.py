"""The key ring: written once, readable by its owner only, refused by name when it is not."""

from pathlib import Path

import pytest

from app.core.keys import KeyRing, KeyRingError


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    ring = KeyRing.generate()
    ring.save(tmp_path / "keys.json")
    assert KeyRing.load(tmp_path / "keys.json") == ring
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    KeyRing.generate().save(tmp_path / "keys.json")
    with pytest.raises(FileExistsError):
        KeyRing.generate().save(tmp_path / "keys.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kek": 1}', "not json"])
def test_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyRingError, match=r"keys\.json"):
        KeyRing.load(path)


def test_missing_and_open_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyRingError, match="no key file"):
        KeyRing.load(tmp_path / "keys.json")
    KeyRing.generate().save(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(KeyRingError, match="readable by others"):
        KeyRing.load(tmp_path / "keys.json")


def test_ring_does_not_print_itself() -> None:
    assert "kek=" not in repr(KeyRing.generate())
