"""A household's answers as the row of the risk-tolerance ensemble: one function for both sides.

Columns are those of the Federal Reserve's Survey of Consumer Finances summary extract. Sex and
race are not among them and never will be: `FORBIDDEN` is checked by a test.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

VERSION: Final = "risk-1"
DEMOGRAPHIC: Final = (
    "AGE", "EDCL", "EDUC", "MARRIED", "KIDS", "LF", "LIFECL", "FAMSTRUCT", "OCCAT1", "OCCAT2",
    "INDCAT", "HOUSECL",
)  # fmt: skip
MONEY: Final = (
    "INCOME", "WAGEINC", "NORMINC", "NETWORTH", "ASSET", "DEBT", "LIQ", "HOUSES", "VEHIC",
    "NH_MORT", "CCBAL", "INSTALL", "BUS",
)  # fmt: skip
PENSION: Final = ("ANYPEN", "DBPLANT")
"""Whether there is any pension, and a defined-benefit one: facts a client can tell."""
RATIOS: Final = ("liq_months", "lev", "pir")
BEHAVIOUR: Final = (
    "SAVED", "WSAVED", "SAVRES1", "SAVRES2", "SAVRES3", "SAVRES5", "SAVRES7", "SPENDMOR",
    "SPENDLESS", "EXPENSHILO", "LATE", "LATE60", "HPAYDAY", "BNKRUPLAST5", "KNOWL", "FINLIT",
    "EMERGSAV", "EMERGBORR", "EMERGCUT", "BFINPRO", "IFINPRO", "ISHOPGRDL", "ISHOPNONE",
    "TURNDOWN", "FEARDENIAL",
)  # fmt: skip
COLUMNS: Final = (*DEMOGRAPHIC, *MONEY, *RATIOS, *BEHAVIOUR, *PENSION)
SOURCE_COLUMNS: Final = (*DEMOGRAPHIC, *MONEY, "PIRTOTAL", *BEHAVIOUR, *PENSION)
"""What a data file must have; everything else in it, targets included, is not read."""
FORBIDDEN: Final = ("HHSEX", "RACE", "RACECL", "RACECL4", "RACECL5")
LEAKING: Final = ("EQUITY", "HEQUITY", "DEQ", "STOCKS", "STMUTF", "FIN", "NFIN")
CLASSES: Final = ("none", "average", "substantial")

_LEAST_INCOME: Final = 1000.0
_MOST_LEVERAGE: Final = 5.0
_MOST_PAYMENTS: Final = 3.0


def feature_rows(columns: Mapping[str, NDArray[np.floating]]) -> FloatArray:
    """Return one row per household record, shape (records, 55); nulls and NaN count as 0.

    `columns` holds `SOURCE_COLUMNS`; money is in the survey's dollars. Raises KeyError naming
    a missing column.
    """
    clean = {name: _filled(columns[name]) for name in SOURCE_COLUMNS}
    months = np.maximum(clean["LIQ"], 0.0) / (np.maximum(clean["NORMINC"], _LEAST_INCOME) / 12)
    leverage = clean["DEBT"] / np.maximum(clean["ASSET"], 1.0)
    made = (
        clean
        | {
            "liq_months": np.log1p(months),
            "lev": np.clip(leverage, 0.0, _MOST_LEVERAGE),
            "pir": np.clip(clean["PIRTOTAL"], 0.0, _MOST_PAYMENTS),
        }
        | {name: signed_log(clean[name]) for name in MONEY}
    )
    return np.column_stack([made[name] for name in COLUMNS])


def asked_rows(known: Mapping[str, NDArray[np.floating]], fill: FloatArray) -> FloatArray:
    """Return rows of which only some columns were asked; the others are taken from `fill`.

    `known` holds some of `SOURCE_COLUMNS`, at least one; `fill` (55,) is the training mean. A
    column made of two others is known when both are.
    """
    rows = len(next(iter(known.values())))
    unknown = {name: np.zeros(rows) for name in SOURCE_COLUMNS if name not in known}
    made = feature_rows({**unknown, **known})
    parts = {"liq_months": ("LIQ", "NORMINC"), "lev": ("DEBT", "ASSET"), "pir": ("PIRTOTAL",)}
    for at, name in enumerate(COLUMNS):
        if any(part not in known for part in parts.get(name, (name,))):
            made[:, at] = fill[at]
    return made


def signed_log(value: FloatArray) -> FloatArray:
    """Return sign(x) · ln(1 + |x|): money on a scale on which a fold counts, not a dollar."""
    return np.asarray(np.sign(value) * np.log1p(np.abs(value)))


def _filled(values: NDArray[np.floating]) -> FloatArray:
    return np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
