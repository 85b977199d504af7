"""One layer there and back: what the engine computes, and slopes that are slopes."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.ml.features.encoder import WEIGHTS_FILE, Engine, directory
from app.ml.features.vectors import E5Vectors
from app.ml.training.encoder.blocks import pack, rounded, unpack
from app.ml.training.encoder.network import Encoder, gradients, rows_of
from app.ml.training.encoder.pieces import Pieces
from app.ml.training.encoder.tuning import dropout_masks

pytestmark = pytest.mark.row("CH4")

TEXTS = [
    "how much money do i have?", "मेरा पोर्टफोलियो कितना है", "这个月花了多少钱", "جمّد حسابي الآن",
    "🤷 what  is ½ ﷺ of it", "", " ", "x" * 90,
]  # fmt: skip


@pytest.fixture(scope="module")
def network(encoder: E5Vectors) -> Encoder:
    return Encoder(encoder.folder, learning=2)


@pytest.fixture(scope="module")
def pieces(encoder: E5Vectors) -> Pieces:
    return Pieces((encoder.folder / WEIGHTS_FILE).read_bytes())


@pytest.fixture(scope="module")
def engine(encoder: E5Vectors) -> Engine:
    return Engine(encoder.folder, {})


def _counted(engine: Engine, text: str) -> int:
    count = engine._library.e5_token_count
    count.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    return int(count(engine._model, text.encode(), 1))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_a_text_has_as_many_pieces_as_the_engine_counts(
    pieces: Pieces, engine: Engine, text: str
) -> None:
    assert len(pieces.of(text, most=512)) == _counted(engine, text)


def test_a_long_text_is_cut_between_its_ends(pieces: Pieces) -> None:
    whole = pieces.of("a b c d e f g", most=512)
    assert pieces.of("a b c d e f g", most=6) == [*whole[:5], whole[-1]]


def test_rows_are_those_of_the_engine_but_for_its_rounding(
    network: Encoder, encoder: E5Vectors
) -> None:
    states = network.states(TEXTS, lambda _count: None)
    ours, _, _ = rows_of(network.upper, *states.take(np.arange(len(TEXTS))), network.eps)
    cosines = np.einsum("ij,ij->i", ours, encoder.rows(TEXTS))
    # The engine rounds what a layer is given to 8 bits, we do not.
    assert cosines.min() > 0.9995


@pytest.mark.parametrize("share", [0.0, 0.5], ids=["whole", "dropout"])
def test_gradients_foretell_how_the_loss_moves(network: Encoder, share: float) -> None:
    draw = np.random.default_rng(3)
    states = network.states(TEXTS[:5], lambda _count: None)
    x, starts = states.take(np.arange(5))
    masks = [dropout_masks(draw, x.shape, share) for _ in network.upper] if share else None
    wanted = draw.normal(size=(5, 384)).astype(np.float32)

    def loss(step: float, slopes: list[dict[str, NDArray[np.float32]]]) -> float:
        moved = [
            {key: value + np.float32(step) * slope[key] for key, value in layer.items()}
            for layer, slope in zip(network.upper, slopes, strict=True)
        ]
        return float(np.vdot(rows_of(moved, x, starts, network.eps, masks)[0], wanted))

    rows, lengths, kept = rows_of(network.upper, x, starts, network.eps, masks)
    found = gradients(network.upper, kept, starts, (rows, lengths), wanted.copy())
    for layer in range(2):
        for name in found[layer]:
            # One tensor at a time, along its own slope: there the change is largest.
            only = [{key: np.zeros_like(v) for key, v in part.items()} for part in found]
            only[layer][name] = found[layer][name]
            square = float(np.vdot(found[layer][name], found[layer][name]))
            if square < 1e-8:
                # A bias of the keys moves all scores of a row alike: no share changes.
                assert name == "k.b"
                continue
            step = 0.02 / square**0.5
            measured = (loss(step, only) - loss(-step, only)) / (2 * step)
            assert measured == pytest.approx(square, rel=0.03), (layer, name)


def test_masks_leave_out_their_share_and_keep_the_expected_sum() -> None:
    first, second = dropout_masks(np.random.default_rng(1), (400, 500), 0.1)
    for mask in (first, second):
        assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / 0.9)}
        assert mask.mean() == pytest.approx(1, abs=0.01)
    assert not np.array_equal(first, second)


def test_blocks_as_stored_come_back_as_they_were(encoder: E5Vectors) -> None:
    image = np.fromfile(encoder.folder / WEIGHTS_FILE, np.uint8)
    first, size = directory(image)["l7.fo.w"]
    raw = image[first : first + size]
    assert np.array_equal(pack(unpack(raw, 1536)), raw)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.floats(1e-3, 10))
def test_rounding_stays_within_a_level_and_is_final(seed: int, scale: float) -> None:
    weights = (np.random.default_rng(seed).normal(size=(4, 64)) * scale).astype(np.float32)
    once = rounded(weights)
    level = np.abs(weights.reshape(-1, 32)).max(axis=1) / 8
    assert (np.abs(once - weights).reshape(-1, 32) <= 1.01 * level[:, None]).all()
    assert np.array_equal(unpack(pack(weights), 64), once)
