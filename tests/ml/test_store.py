"""The store finds versions in both folders, and registers what it signs."""

from pathlib import Path

import pytest

from app.ml.registry import ArtefactError
from app.ml.trust import TrustedBy
from tests.factories.models import KEY, own_store, shipped_store, variant


@pytest.mark.row("AO2")
class TestRegister:
    def test_a_registered_version_is_found_signed_beside_the_shipped_one(
        self, tmp_path: Path
    ) -> None:
        store = own_store(tmp_path / "own")
        made = variant(tmp_path / "made", "v2")
        found = store.register(made, signing_key=KEY.private_bytes_raw())
        assert (found.version, found.trusted_by) == ("v2", TrustedBy.SIGNATURE)
        assert found.card() == "# fraud v2\n"
        listed = {one.version: one.trusted_by for one in store.versions("fraud")}
        assert listed == {"v2": TrustedBy.SIGNATURE, store.shipped_version("fraud"): TrustedBy.PIN}

    def test_registering_again_changes_nothing(self, tmp_path: Path) -> None:
        store, made = own_store(tmp_path / "own"), variant(tmp_path / "made", "v2")
        for _ in range(2):
            folder = store.register(made, signing_key=KEY.private_bytes_raw()).folder
        assert sorted(path.name for path in folder.parent.iterdir()) == ["v2"]

    def test_another_model_under_the_same_version_is_refused(self, tmp_path: Path) -> None:
        store = own_store(tmp_path / "own")
        store.register(variant(tmp_path / "a", "v2"), signing_key=KEY.private_bytes_raw())
        other = variant(tmp_path / "b", "v2", weights=(0.0, 0.0, 1.0))
        with pytest.raises(ArtefactError, match="already holds something else"):
            store.register(other, signing_key=KEY.private_bytes_raw())

    def test_what_another_installation_signed_is_listed_as_refused(self, tmp_path: Path) -> None:
        own_store(tmp_path / "own").register(variant(tmp_path / "a", "v2"), signing_key=b"z" * 32)
        found = own_store(tmp_path / "own").find("fraud", "v2")
        assert found.trusted_by is None
        assert "not signed by this installation" in str(found.refusal)


@pytest.mark.parametrize("version", ["", ".", "..", "../volatility", "a/b", "a\\b", ".part"])
def test_a_version_never_leaves_its_folder(version: str) -> None:
    with pytest.raises(ArtefactError):
        shipped_store().folder("fraud", version)
