"""Salted commitments of legs: a receipt shows one party's lines and hides everybody else's.

c_i = H("finnami/leg/v1" || salt_i || canonical leg), C = H(c_1 || ... || c_n). A salt comes
from the owner's data key: when she is erased nobody can open her lines, yet C still stands.
Standard library and the canonical form only, so that a receipt can be checked offline.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from app.core.decisions import canonical_json
from app.domains.ledger.types import Leg

_DOMAIN = b"finnami/leg/v1"


def leg_salt(secret: bytes, journal_id: str, index: int) -> bytes:
    """Return a leg's 32-byte salt from its owner's derived secret."""
    return hmac.digest(secret, f"{journal_id}\x00{index}".encode(), "sha256")


def leg_commitment(
    leg: Leg, salt: bytes, *, journal_id: str, kind: str, at: datetime, decision_id: str
) -> bytes:
    """Return the 32-byte commitment of one leg."""
    content = canonical_json(
        {
            "account": leg.account_id,
            "amount": leg.amount,
            "at": at,
            "decision": decision_id,
            "journal": journal_id,
            "kind": kind,
            "unit": leg.unit,
        }
    )
    return hashlib.sha256(_DOMAIN + salt + content).digest()


def entry_commitment(commitments: Sequence[bytes]) -> str:
    """Return the entry's commitment (hex) over its legs' commitments."""
    return hashlib.sha256(b"".join(commitments)).hexdigest()
