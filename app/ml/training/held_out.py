"""Lines an encoder does not learn from: they tell how sure a model that reads with it may be."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ml.estimators.intents import OOS
from app.ml.features.text import normalise
from app.ml.training.intent_rows import Row, RowsError, Use
from app.ml.training.pattern_groups import pattern_groups

SHARE: Final = 0.1
#: Of fewer rows a curve of confidence would be a guess.
LEAST_SHARE: Final = 0.02

Marks = NDArray[np.uint32]


def hold_out(rows: Sequence[Row], *, seed: int, share: float = SHARE) -> list[Row]:
    """Return the rows with a share of those to learn from set aside.

    Variants of one sentence stay on one side where slots are marked. Rows that come with
    calibration rows of their own are returned as they are: their author has cut them already.
    """
    if any(row.use is Use.CALIBRATE for row in rows):
        return list(rows)
    cells = [f"{row.source}/{row.label}" for row in rows]
    groups = pattern_groups([r.text for r in rows], cells, [r.slots for r in rows])
    count = int(np.max(groups, initial=-1)) + 1
    order = np.random.default_rng(seed).permutation(count)
    aside = np.isin(groups, order[: int(count * share)])
    return [
        replace(row, use=Use.ASIDE) if out else row for row, out in zip(rows, aside, strict=True)
    ]


def marks_of(rows: Sequence[Row]) -> Marks:
    """Return sorted marks of the rows that are learnt from, four bytes of a hash each."""
    return np.unique([_mark(row) for row in rows if row.use is Use.FIT]).astype(np.uint32)


def set_unlearnt_aside(rows: Sequence[Row], learnt: Marks) -> list[Row]:
    """Return the rows with those aside that are not among the marks of what was learnt.

    Two of 65,000 rows may be taken for learnt although they are not; never the other way round.
    Raises RowsError when too few rows are left to measure on.
    """
    known = np.isin([_mark(row) for row in rows], learnt)
    cut = [
        replace(row, use=Use.ASIDE) if row.use is Use.FIT and not seen else row
        for row, seen in zip(rows, known, strict=True)
    ]
    inside = [row for row in cut if row.label != OOS]
    left = sum(row.use is not Use.FIT for row in inside)
    if left < LEAST_SHARE * len(inside) or not left:
        raise RowsError(
            f"the encoder has learnt from all but {left} of {len(inside)} rows: too few are left"
            " to measure on"
        )
    return cut


def _mark(row: Row) -> int:
    digest = hashlib.sha256(normalise(row.text).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], "big")
