"""Float32 rows in a file: appended while features are made, read in slices while trees grow."""

import os
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class FloatRows:
    """The first `count` rows of a raw file of float32 rows, `width` wide, read where asked.

    Reads go through pread, not a memory map: what was read is not kept.
    """

    def __init__(self, path: Path, width: int, count: int | None = None) -> None:
        self._bytes = 4 * width
        self.width = width
        self._file = os.open(path, os.O_RDONLY)
        self.count = os.fstat(self._file).st_size // self._bytes if count is None else count

    def __enter__(self) -> "FloatRows":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Close the file."""
        os.close(self._file)

    def slice(self, start: int, stop: int) -> Rows:
        """Return rows [start, stop), cut at the end."""
        stop = min(stop, self.count)
        raw = bytearray()
        wanted, offset = max(stop - start, 0) * self._bytes, start * self._bytes
        while len(raw) < wanted:
            chunk = os.pread(self._file, wanted - len(raw), offset + len(raw))
            if not chunk:
                raise ValueError(f"the rows end before row {stop}")
            raw += chunk
        return np.frombuffer(raw, dtype=np.float32).reshape(-1, self.width)

    def take(self, rows: NDArray[np.int64], *, at_once: int = 65_536) -> Rows:
        """Return ascending rows, reading the file once from front to back."""
        parts = [np.empty((0, self.width), dtype=np.float32)]
        for start in range(0, self.count, at_once):
            low, high = np.searchsorted(rows, (start, start + at_once))
            if low < high:
                parts.append(self.slice(start, start + at_once)[rows[low:high] - start])
        return np.concatenate(parts)


def append(path: Path, rows: NDArray[np.generic]) -> None:
    """Add rows to a raw file."""
    with path.open("ab") as stream:
        stream.write(np.ascontiguousarray(rows).tobytes())
