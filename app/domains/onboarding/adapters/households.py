"""The household model behind the Households port: asked facts in, usual answers out.

Only what we ask and the survey asks too is compared: age, dependants, income, wealth, reserve,
debt payments. All else stands at the training mean. Sex and race are columns of neither side.
"""

import asyncio
from collections.abc import Mapping

import numpy as np
import structlog
from numpy.typing import NDArray

from app.domains.onboarding.risk_types import AskedHousehold
from app.ml.features.risk import CLASSES, asked_rows
from app.ml.registry import ArtefactError
from app.ml.serving.risk import MODEL_NAME, RiskModel, load_risk
from app.ml.store import ModelStore

log = structlog.get_logger(__name__)

SURVEY_CURRENCY = "USD"


class StoredHouseholds:
    """Loads the newest stored and trusted risk model at the first profile that could use it."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._model: RiskModel | None = None

    @property
    def version(self) -> str | None:
        """Return the loaded model's version."""
        return self._model.version if self._model else None

    async def load(self) -> None:
        """Load the model once; without one look again next time, it may be registered later."""
        if self._model is None:
            self._model = await asyncio.to_thread(self._find)

    def usual(self, asked: AskedHousehold) -> tuple[str, ...] | None:
        """Return the classes of her conformal set; None without a model or in other money."""
        model = self._model
        if model is None or asked.currency != SURVEY_CURRENCY:
            return None
        rows = asked_rows(_columns(asked), model.linear.centre)
        probabilities, _ = model.predict(rows)
        inside = model.plausible(probabilities)[0]
        return tuple(name for name, is_in in zip(CLASSES, inside, strict=True) if is_in)

    def _find(self) -> RiskModel | None:
        trusted = [one for one in self._store.versions(MODEL_NAME) if one.trusted_by is not None]
        for stored in reversed(trusted):
            try:
                return load_risk(stored.folder, trust=self._store.trust)
            except (ArtefactError, KeyError) as error:
                log.warning("risk_model_refused", version=stored.version, reason=str(error))
        return None


def _columns(asked: AskedHousehold) -> Mapping[str, NDArray[np.float64]]:
    values = {
        "KIDS": float(asked.dependants),
        "INCOME": asked.yearly_income,
        "NORMINC": asked.yearly_income,
        "NETWORTH": asked.net_worth,
        "LIQ": asked.liquid,
        "PIRTOTAL": asked.debt_payment_share,
    }
    if asked.age_years is not None:
        values["AGE"] = float(asked.age_years)
    return {name: np.array([value]) for name, value in values.items()}
