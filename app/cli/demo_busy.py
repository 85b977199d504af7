"""A busy hour of a demo person, so that analysts and customers have a held payment to look at."""

from app.core.errors import FinNamiError
from app.core.ids import new_id
from app.core.money import Money
from app.domains.fraud.types import (
    EntityState,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
)
from app.domains.ledger.types import Movement
from app.services import AppServices

PAYMENTS = 20
OPENING = Money(200_00, "USD")
SMALL = Money(1_00, "USD")


class Unsuspicious:
    """Stands in for the model while the hour is made up: nobody asks for codes in between."""

    version = "demo"

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:  # noqa: ARG002 - the port's signature
        """Return a score that asks for nothing; the rules still judge."""
        return ModelScore(0.0, 0.0, False, (), (), self.version)


async def make_busy(services: AppServices, *, payer_email: str, payee_email: str) -> int:
    """Pay in and send small sums until the rules hold the next payment; return how many went.

    Running it again within the hour finds the person busy already and sends nothing.
    """
    payer = await services.identity.find_user_by_email_index(payer_email)
    payee = await services.identity.find_user_by_email_index(payee_email)
    if payer is None or payee is None:
        raise FinNamiError("the demo people are not here: run `finnami demo seed` first")
    at = services.clock.now()
    facts = PaymentFacts(
        payment_id=new_id(),
        user_id=payer,
        payee_id=payee,
        kind=PaymentKind.TRANSFER,
        amount=SMALL,
        at=at,
        session_id="demo",
        fresh_factor=False,
    )
    if (await services.fraud.judge(facts)).outcome is Outcome.HOLD:
        return 0
    await services.ledger.deposit(Movement(payer, "demo", f"deposit:demo-{new_id()}", OPENING))
    for _ in range(PAYMENTS - 1):
        wanted = Movement(payer, "demo", f"transfer:demo-{new_id()}", SMALL)
        await services.ledger.transfer(wanted, payee_email=payee_email)
    return PAYMENTS
