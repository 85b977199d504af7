"""The words of fraud that other rooms may use: facts of a payment, verdicts, cases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.money import Money
from app.ml.features import fraud_state
from app.ml.features.fraud import terminal_key
from app.ml.store import StoredModel

if TYPE_CHECKING:
    from app.domains.fraud.rule_types import Judgement


class PaymentKind(StrEnum):
    """What kind of money movement is judged."""

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    ORDER = "order"


class Outcome(StrEnum):
    """What happens to a payment."""

    APPROVE = "approve"
    STEP_UP = "step_up"
    HOLD = "hold"
    BLOCK = "block"


SEVERITY = {Outcome.APPROVE: 0, Outcome.STEP_UP: 1, Outcome.HOLD: 2, Outcome.BLOCK: 3}


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What is known of a payment before it is booked.

    `payee_id` is the account, funding source or market that receives the money: the terminal
    of the card world.
    """

    payment_id: str
    user_id: str
    payee_id: str
    kind: PaymentKind
    amount: Money
    at: datetime
    session_id: str
    fresh_factor: bool
    """True when the caller brings a step-up grant for exactly this payment."""


@dataclass(frozen=True, slots=True)
class FraudReason:
    """Why, as a code with its values, and as an English sentence for the person concerned."""

    code: str
    sentence: str
    contribution: float | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Lower ends of P(fraud) from which a payment is confirmed, held, refused.

    The defaults are judgement; a trained model brings its own with its artefact.
    """

    step_up: float = 0.05
    hold: float = 0.30
    block: float = 0.90


@dataclass(frozen=True, slots=True)
class ModelScore:
    """What the model said: P(fraud), the anomaly score, and the largest exact contributions.

    `high_ratio` tells whether the amount is unusual for this customer; later payments count it.
    """

    probability: float
    anomaly: float
    anomaly_unusual: bool
    reasons: tuple[tuple[str, float], ...]
    vector: tuple[float, ...]
    model_version: str
    high_ratio: bool = False
    bands: Bands = Bands()
    behaviour: tuple[float, ...] = ()
    """What the anomaly channel saw; recorded with the vector so that both can be judged again."""
    contributions: tuple[float, ...] = ()
    """All exact shares of the log-odds in the order of the features: base + sum = log_odds."""
    base: float = 0.0
    log_odds: float = 0.0


@dataclass(frozen=True, slots=True)
class Watermark:
    """What a screening saw of one party, enough to build the same state again.

    Everything recorded up to `through_ms` was seen, and of what is later exactly `recent`
    (payment numbers). `digest` is the hash of the records, labels included.
    """

    count: int
    through_ms: int
    recent: tuple[int, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one payment; `decision_id` stands on every posting it leads to."""

    decision_id: str
    facts: PaymentFacts
    outcome: Outcome
    reasons: tuple[FraudReason, ...]
    score: ModelScore | None
    degraded: bool
    """True when the model could not be asked: rules and a fresh code stood in for it."""
    rules_version: str
    seen: tuple[Watermark, ...] = ()
    """Of the customer, then of the payee; empty when nothing was recorded of it."""
    review_sample: bool = False
    """True when a person looks at this allowed payment afterwards, for an unselected label."""
    review_share: float | None = None
    """The share of allowed payments that was drawn then; None in records older than it."""
    judged: "Judgement | None" = None
    """What rules and lists made of it; recorded, so that others can be tried on it."""


class Scorer(Protocol):
    """The trained model behind one call; pure CPU, below two milliseconds."""

    version: str

    def score(
        self, facts: PaymentFacts, customer: "EntityState", payee: "EntityState"
    ) -> ModelScore:
        """Return the score of one payment from the events recorded before it."""
        ...


class MeasuredScorer(Scorer, Protocol):
    """A scorer that also judges many logged rows at once, without reasons."""

    def judge_rows(
        self, vectors: NDArray[np.float32], behaviours: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return P(fraud) (rows,) and the bands reached (rows,): 0 allow … 3 block."""
        ...


class ScorerSource(Protocol):
    """Where a process gets its model: what is stored, what ships, and loading one of them."""

    def shipped_version(self) -> str:
        """Return the version in force while nobody promoted another. Raises ArtefactError."""
        ...

    def load(self, version: str) -> MeasuredScorer:
        """Return one stored version, every check passed. Raises ArtefactError."""
        ...

    def versions(self) -> list[StoredModel]:
        """Return the stored versions, trusted or not, by name."""
        ...

    def find(self, version: str) -> StoredModel:
        """Return one stored version, trusted or not. Raises ArtefactError."""
        ...


@dataclass(frozen=True, slots=True)
class EntityState:
    """The earlier payments of one customer, or to one payee, oldest first.

    `packed` holds the records of app/ml/features/fraud_state.py. `in_flight` are the times, in
    milliseconds, of payments that were screened a moment ago and are not settled yet.
    """

    entity_id: str
    packed: bytes = b""
    in_flight: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Return how many payments are known."""
        return len(self.packed) // fraud_state.WIDTH

    def paid(self, other_id: str) -> bool:
        """Tell whether one of them had this other party."""
        return bool((fraud_state.table(self.packed)["other"] == terminal_key(other_id)).any())

    def within(self, window: timedelta, *, at: datetime) -> int:
        """Return how many payments, in flight or known, lie in the window that ends at `at`."""
        since = int((at - window).timestamp() * 1000)
        known = fraud_state.table(self.packed)["ms"] >= since
        return int(known.sum()) + sum(ms >= since for ms in self.in_flight)
