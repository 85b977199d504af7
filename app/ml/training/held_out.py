"""Lines set aside before anything is learnt from them, the same for every step of a training."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from app.ml.training.intent_rows import Row, Use
from app.ml.training.pattern_groups import pattern_groups

SHARE: Final = 0.1


def hold_out(rows: Sequence[Row], *, seed: int, share: float = SHARE) -> list[Row]:
    """Return the rows with a share of those to learn from turned into calibration rows.

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
        replace(row, use=Use.CALIBRATE) if out else row
        for row, out in zip(rows, aside, strict=True)
    ]
