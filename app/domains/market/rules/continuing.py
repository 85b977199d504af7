"""How a newer file continues a source: what it adds, what it finishes, what it may not change."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.domains.market.errors import PriceFileError
from app.domains.market.types import PriceFile, Source

MAX_WORDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """The whole history afterwards; `words` says what was overwritten, before and after."""

    dates: NDArray[np.datetime64]
    prices: NDArray[np.float64]
    added: int
    overwritten: date | None
    words: str


def merge(
    source: Source,
    dates: NDArray[np.datetime64],
    closes: NDArray[np.float64],
    file: PriceFile,
) -> Merged:
    """Lay a file over a source's days (n,) and closes (n, k).

    Raises PriceFileError for other symbols, a gap between the two, or a changed finished day.
    """
    if set(file.symbols) != set(source.symbols):
        raise PriceFileError(
            f"{source.source_id} has the symbols {', '.join(source.symbols)}; a refresh has the"
            " same ones, other files are imported as a source of their own"
        )
    columns = [file.symbols.index(symbol) for symbol in source.symbols]
    newer = file.prices[:, columns]
    place = np.searchsorted(dates, file.dates)
    known = (place < len(dates)) & (dates[np.minimum(place, len(dates) - 1)] == file.dates)
    last = dates[-1]
    if not known.any() and file.dates[0] > last:
        raise PriceFileError(
            f"the file begins on {file.dates[0]}, after {source.source_id} ends on {last}: the"
            " days between would be missing; a refresh has at least the last day again"
        )
    is_open = file.dates == np.datetime64(source.provisional_day or "NaT", "D")
    differs = known & (newer != closes[np.minimum(place, len(dates) - 1)]).any(axis=1)
    unknown = ~known & (file.dates < last)
    for marks, words in (
        (differs & ~is_open, "other closes than the finished day that is kept"),
        (unknown, "a day that is not in the source"),
    ):
        if marks.any():
            raise PriceFileError(f"{file.dates[marks][0]}: {words}; import it as its own source")
    result = closes.copy()
    overwritten, told = None, ""
    if (differs & is_open).any():
        row = int(np.flatnonzero(differs & is_open)[0])
        before, after = closes[place[row]], newer[row]
        told = ", ".join(
            f"{symbol} {old:g} -> {new:g}"
            for symbol, old, new in zip(source.symbols, before, after, strict=True)
            if old != new
        )[:MAX_WORDS]
        result[place[row]] = after
        overwritten = source.provisional_day
    added = file.dates > last
    return Merged(
        dates=np.concatenate([dates, file.dates[added]]),
        prices=np.concatenate([result, newer[added]]),
        added=int(added.sum()),
        overwritten=overwritten,
        words=told,
    )
