"""Artefacts: whole or not at all, and refused for every kind of damage."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.ml import registry
from app.ml.registry import Artefact, ArtefactError

MANIFEST = {"name": "toy", "version": "v1", "feature_version": "toy/v1"}
ARRAYS = {"tree.value": np.arange(6.0), "tree.left": np.array([1, 1, 2], dtype=np.int32)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "toy" / "v1"
    registry.save(target, ARRAYS, MANIFEST, "# toy\n")
    return target


def alter_arrays(folder: Path) -> None:
    data = bytearray((folder / "artefact.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "artefact.npz").write_bytes(bytes(data))


def lose_arrays(folder: Path) -> None:
    (folder / "artefact.npz").unlink()


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def break_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def change_feature_version(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "feature_version": "toy/v9"}))


def hide_a_pickle(folder: Path) -> None:
    with (folder / "artefact.npz").open("wb") as stream:
        np.savez(stream, bad=np.array([{"a": 1}], dtype=object))
    data = (folder / "artefact.npz").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"] = registry.hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


class TestLoad:
    def test_returns_the_stored_arrays(self, folder: Path) -> None:
        artefact = registry.load(folder, feature_version="toy/v1")

        assert artefact.version == "v1"
        np.testing.assert_array_equal(artefact.group("tree")["value"], ARRAYS["tree.value"])

    @pytest.mark.row("AO2")
    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (alter_arrays, "altered"),
            (lose_arrays, "cannot be read"),
            (lose_manifest, "cannot be read"),
            (break_manifest, "not JSON"),
            (change_feature_version, "needs features toy/v9"),
            (hide_a_pickle, "no plain arrays"),
        ],
    )
    def test_damage_is_refused_and_named(
        self, folder: Path, damage: Callable[[Path], None], said: str
    ) -> None:
        damage(folder)

        with pytest.raises(ArtefactError, match=said):
            registry.load(folder, feature_version="toy/v1")

    @pytest.mark.parametrize("difference", [2e-6, float("nan")])
    def test_golden_rows_that_moved_are_refused(self, folder: Path, difference: float) -> None:
        with pytest.raises(ArtefactError, match="golden rows"):
            registry.load(folder, feature_version="toy/v1", golden=lambda _: difference)

    def test_golden_rows_that_cannot_be_computed_are_refused(self, folder: Path) -> None:
        def golden(artefact: Artefact) -> float:
            return float(artefact.arrays["golden.x"][0])

        with pytest.raises(ArtefactError, match=r"golden\.x"):
            registry.load(folder, feature_version="toy/v1", golden=golden)


class TestSave:
    def test_same_content_again_changes_nothing(self, folder: Path) -> None:
        before = {p.name: p.read_bytes() for p in folder.iterdir()}

        registry.save(folder, ARRAYS, MANIFEST, "# toy\n")

        assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
        assert [p.name for p in folder.parent.iterdir()] == ["v1"]

    def test_other_content_is_refused_and_nothing_is_lost(self, folder: Path) -> None:
        with pytest.raises(ArtefactError, match="immutable"):
            registry.save(folder, {"tree.value": np.zeros(1)}, MANIFEST, "")

        registry.load(folder, feature_version="toy/v1")


class TestPromote:
    @pytest.mark.row("AO2")
    def test_rollback_is_one_call_back(self, tmp_path: Path) -> None:
        for version in ("v1", "v2"):
            manifest = {**MANIFEST, "version": version}
            registry.save(tmp_path / "toy" / version, ARRAYS, manifest, "")

        assert registry.promote(tmp_path, "toy", "v1") is None
        assert registry.promote(tmp_path, "toy", "v2") == "v1"
        assert registry.newest(tmp_path, "toy").name == "v2"
        registry.promote(tmp_path, "toy", "v1")
        assert registry.newest(tmp_path, "toy").name == "v1"

    def test_unknown_version_and_missing_pointer_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ArtefactError, match="no stored version"):
            registry.promote(tmp_path, "toy", "v9")
        with pytest.raises(ArtefactError, match="no toy model is promoted"):
            registry.newest(tmp_path, "toy")
