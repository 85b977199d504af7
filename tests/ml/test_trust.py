"""Only pinned or signed artefacts are served; what is registered is signed and kept apart."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.files import shipped
from app.core.keys import KeyRing
from app.ml import registry
from app.ml.registry import MANIFEST_FILE, SIGNATURE_FILE, ArtefactError
from app.ml.trust import PINS_FILE, Trust, TrustedBy, read_pins, write_pin

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
MANIFEST = {"name": "toy", "version": "1", "feature_version": "toy/v1"}


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    registry.save(tmp_path / "1", {}, MANIFEST, "")
    return tmp_path / "1"


def check(trust: Trust, folder: Path) -> TrustedBy:
    return trust.why(folder, (folder / MANIFEST_FILE).read_bytes())


@pytest.mark.row("AO2")
class TestTrust:
    @pytest.mark.parametrize("name", ["fraud", "volatility"])
    def test_what_ships_is_pinned(self, name: str) -> None:
        pins = read_pins(shipped("models") / PINS_FILE)
        assert check(Trust(pins), registry.newest(shipped("models"), name)) is TrustedBy.PIN

    def test_nothing_is_pinned_that_does_not_ship(self) -> None:
        for name, version in read_pins(shipped("models") / PINS_FILE):
            assert (shipped("models") / name / version / MANIFEST_FILE).is_file()

    def test_an_unsigned_artefact_is_refused_although_its_hashes_hold(self, unsigned: Path) -> None:
        registry.load(unsigned, feature_version="toy/v1")
        with pytest.raises(ArtefactError, match="neither shipped nor signed"):
            registry.load(unsigned, feature_version="toy/v1", trust=Trust({}, PUBLIC))

    def test_a_signed_one_is_served_with_its_key_and_no_other(self, tmp_path: Path) -> None:
        folder = tmp_path / "1"
        registry.save(folder, {}, MANIFEST, "", signing_key=KEY.private_bytes_raw())
        assert check(Trust({}, PUBLIC), folder) is TrustedBy.SIGNATURE
        other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        with pytest.raises(ArtefactError, match="not signed by this installation"):
            check(Trust({}, other), folder)
        with pytest.raises(ArtefactError, match="no key to check"):
            check(Trust({}), folder)

    def test_a_pinned_manifest_with_one_byte_more_is_refused(self, tmp_path: Path) -> None:
        folder = shutil.copytree(registry.newest(shipped("models"), "fraud"), tmp_path / "copy")
        with (folder / MANIFEST_FILE).open("a") as stream:
            stream.write("\n")
        with pytest.raises(ArtefactError, match="neither shipped nor signed"):
            check(Trust(read_pins(shipped("models") / PINS_FILE)), folder)

    @pytest.mark.parametrize("content", [b"", b"not base64!", b"AAAA"])
    def test_a_broken_signature_is_refused(self, unsigned: Path, content: bytes) -> None:
        (unsigned / SIGNATURE_FILE).write_bytes(content)
        with pytest.raises(ArtefactError, match="not signed by"):
            check(Trust({}, PUBLIC), unsigned)


class TestPins:
    def test_pinning_a_version_replaces_the_one_before(self, tmp_path: Path) -> None:
        path = tmp_path / PINS_FILE
        path.write_text("other 9 abc\n")
        write_pin(path, "toy", "1", b"one")
        write_pin(path, "toy", "2", b"two")
        assert set(read_pins(path)) == {("other", "9"), ("toy", "2")}

    def test_a_broken_file_says_so(self, tmp_path: Path) -> None:
        (tmp_path / PINS_FILE).write_text("fraud 1\n")
        with pytest.raises(ArtefactError, match="name version sha256"):
            read_pins(tmp_path / PINS_FILE)
        with pytest.raises(ArtefactError, match="cannot be read"):
            read_pins(tmp_path / "none")


def test_the_model_key_comes_from_the_ring_and_is_not_the_logs() -> None:
    ring, other = KeyRing.generate(), KeyRing.generate()
    key = ring.model_key().private_bytes_raw()
    assert key == ring.model_key().private_bytes_raw()
    assert key not in (ring.log_seed, other.model_key().private_bytes_raw())
