"""Is everybody questioned alike? Groups side by side, a bound on the gap, and signed waivers.

Groups are read from the survey for this report alone; sex and race never reach the model.
"""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.ml.estimators.risk import RiskTargets
from app.ml.features.risk import CLASSES, FloatArray
from app.ml.training.risk_data import Households
from app.ml.training.risk_measures import weighted_auc

ASKED_GAP_MAX: Final = 0.05
"""Largest allowed gap between two groups' shares of people who get the extra question."""
LEAST_HOUSEHOLDS: Final = 200
"""Smaller groups are shown, but their figures are noise and decide nothing."""
GROUPS: Final[dict[str, tuple[str, dict[str, tuple[float, float]]]]] = {
    "age": ("AGE", {"under 35": (0, 34), "35 to 54": (35, 54), "55 to 74": (55, 74),
                    "75 and over": (75, 200)}),
    "married": ("MARRIED", {"married or living together": (1, 1), "single": (2, 2)}),
    "sex": ("HHSEX", {"man answers": (1, 1), "woman answers": (2, 2)}),
    "race": ("RACECL", {"white": (1, 1), "not white": (2, 2)}),
}  # fmt: skip


class WaiverError(ValueError):
    """A waiver that does not count; the message says why."""


def fairness_report(
    data: Households, targets: RiskTargets, p: FloatArray, thresholds: FloatArray
) -> dict[str, Any]:
    """Return, per attribute the file knows, each group's figures and the widest gap."""
    asked = p[np.arange(len(p)), targets.stated] < thresholds[targets.stated]
    attributes = {}
    for name, (column, groups) in GROUPS.items():
        if column not in data.frame.columns:
            continue
        values = data.frame[column].to_numpy(float)
        rows = {label: (values >= low) & (values <= high) for label, (low, high) in groups.items()}
        found = {
            label: _group(data, targets, p, asked, own) for label, own in rows.items() if own.any()
        }
        counted = [g["asked"] for g in found.values() if g["households"] >= LEAST_HOUSEHOLDS]
        gap = max(counted) - min(counted) if len(counted) > 1 else None
        attributes[name] = {
            "groups": found,
            "asked_gap": gap,
            "ok": None if gap is None else gap <= ASKED_GAP_MAX,
        }
    return {"bound": ASKED_GAP_MAX, "measure": "asked_gap", "attributes": attributes}


def findings(report: dict[str, Any], waived: set[str]) -> list[str]:
    """Return the attributes whose gap is above the bound and not waived."""
    rows = report["attributes"].items()
    return [name for name, row in rows if row["ok"] is False and name not in waived]


def read_waivers(path: Path, public_key: bytes, *, today: date, version: str) -> set[str]:
    """Return the attributes a signed waiver covers for a model version.

    The file holds {"content": {"model", "attributes", "reason", "signed_by", "until"},
    "signature": Ed25519 over the content's JSON with sorted keys, base64}. Raises WaiverError.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        document = json.loads(path.read_text("utf-8"))
        content = document["content"]
        signature = base64.b64decode(document["signature"])
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, waiver_bytes(content))
        until = date.fromisoformat(content["until"])
        model, attributes, reason = content["model"], content["attributes"], content["reason"]
    except InvalidSignature as error:
        raise WaiverError(f"the signature of {path.name} is wrong") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WaiverError(f"{path.name} is no waiver: {error!r}") from error
    if not str(reason).strip():
        raise WaiverError(f"{path.name} gives no reason")
    if model != version:
        raise WaiverError(f"{path.name} is for model {model}, not for {version}")
    if until < today:
        raise WaiverError(f"{path.name} ended on {until}")
    return {str(name) for name in attributes}


def waiver_bytes(content: dict[str, Any]) -> bytes:
    """Return what a waiver's signature covers."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _group(
    data: Households, targets: RiskTargets, p: FloatArray, asked: np.ndarray, own: np.ndarray
) -> dict[str, Any]:
    weight, stated = targets.weight[own], targets.stated[own]
    return {
        "households": len(np.unique(data.household[own])),
        "asked": float(np.average(asked[own], weights=weight)),
        "auc_none": weighted_auc(stated == 0, p[own, 0], weight),
        "stated": _shares(np.eye(len(CLASSES))[stated], weight),
        "predicted": _shares(p[own], weight),
    }


def _shares(values: FloatArray, weight: FloatArray) -> dict[str, float]:
    means = np.average(values, axis=0, weights=weight)
    return dict(zip(CLASSES, map(float, means), strict=True))
