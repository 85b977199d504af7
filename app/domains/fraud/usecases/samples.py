"""Payments drawn at random from what was let through, put before a person once."""

from app.core import decisions
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.case_types import CaseKind
from app.domains.fraud.repository import cases, entries
from app.domains.fraud.rules import casework as rules
from app.domains.fraud.usecases.opening import case_of_record, opening


class Samples:
    """Nothing is held and nobody is told: only the label matters."""

    def __init__(self, *, db: Database) -> None:
        self._db = db

    async def open(self, decision_id: str) -> bool:
        """Open the case of a drawn payment; False when it has one (job of ReviewSampled).

        A case that the payment has already labels it as well as this one would.
        """
        record = await decisions.load(self._db, decision_id)
        if record is None or not record.outputs["review_sample"]:
            return False
        due = record.at + rules.SAMPLE_DUE
        case = case_of_record(record, CaseKind.SAMPLE, opened_at=record.at, due_at=due)

        async def work(tx: Transaction) -> bool:
            if await cases.of_payment(tx, case.payment_id) is not None:
                return False
            await cases.insert(tx, case)
            await entries.add(tx, case.case_id, opening(case))
            return True

        try:
            return await self._db.transaction(work)
        except DuplicateKeyError:
            return False  # a neighbour, or the customer's denial, was quicker: it has its case
