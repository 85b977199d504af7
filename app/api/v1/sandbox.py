"""/v1/sandbox: what replaces the outside world where only play money moves."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.api.deps import ServicesDep
from app.api.errors import declared
from app.api.fields import Email
from app.api.policy import policy
from app.domains.identity.errors import SandboxOnlyError
from app.domains.identity.types import MailboxMessage

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"])


class Message(BaseModel):
    """A letter that would have been sent."""

    id: str
    to: str
    subject: str
    text: str
    kind: str
    action_code: str | None = Field(description="the secret in the letter's link, if it has one")
    sent_at: datetime

    @classmethod
    def of(cls, message: MailboxMessage) -> "Message":
        """Return the answer for a message."""
        return cls(
            id=message.mail_id,
            to=message.to,
            subject=message.subject,
            text=message.text,
            kind=message.kind.value,
            action_code=message.action_code,
            sent_at=message.sent_at,
        )


class Mailbox(BaseModel):
    """The newest letters to one address, newest first."""

    messages: list[Message]


@router.get("/mailbox", responses=declared(SandboxOnlyError))
@policy("public")
async def read_mailbox(email: Annotated[Email, Query()], services: ServicesDep) -> Mailbox:
    """Return the letters to an address. Exists in the sandbox only."""
    messages = await services.identity.post_office.mailbox(email=email)
    return Mailbox(messages=[Message.of(message) for message in messages])
