"""Which allowed payments a person looks at although nothing was wrong with them.

Labels that come only from what was stopped teach a model nothing of what it lets through
(selective labels): a small random share of the rest is reviewed after the fact. It holds nothing.
"""

import hashlib

from app.domains.fraud.types import Outcome

REVIEW_SHARE = 0.002
"""Between 0.1 and 0.5 % of allowed payments; recorded with each decision, so it may change."""


def reviewed(decision_id: str, outcome: Outcome, *, share: float = REVIEW_SHARE) -> bool:
    """Tell whether an allowed payment is in the sample: by its decision's id, so for ever."""
    if outcome is not Outcome.APPROVE:
        return False
    digest = hashlib.blake2b(decision_id.encode(), digest_size=8, person=b"review").digest()
    return int.from_bytes(digest, "big") < share * 2**64
