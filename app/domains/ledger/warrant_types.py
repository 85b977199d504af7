"""What a movement is booked under when a fresh code was asked for something that holds it."""

from dataclasses import dataclass
from typing import Protocol

from app.core.uow import Transaction
from app.domains.identity.types import StepUpAction, StepUpParams


class Also(Protocol):
    """Something that is written with a movement; it may run again after a write conflict."""

    async def __call__(self, tx: Transaction, *, movement_id: str, held: bool) -> None:
        """Write it; raising takes the movement back."""
        ...


@dataclass(frozen=True, slots=True)
class Warrant:
    """A step-up for more than the movement itself, such as an action drafted in a conversation.

    The grant then has to be for this action with these parameters, and is always needed.
    """

    action: StepUpAction
    params: StepUpParams
    also: Also
