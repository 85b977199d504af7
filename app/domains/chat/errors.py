"""The refusals of chat, drawn as one tree.

FinNamiError
├── InvalidInputError
│   └── MessageReusedError          422 message_reused           (same id, another text)
├── NotFoundError
│   ├── ConversationNotFoundError   404 conversation_not_found   (also for another person's)
│   ├── ActionNotFoundError         404 action_not_found         (also for another person's)
│   ├── CitationNotFoundError       404 citation_not_found       (also for another person's)
│   ├── NoProviderError             404 no_provider              (nothing leaves this installation)
│   └── TurnNotFoundError           404 turn_not_found
├── TurnExpiredError                410 turn_expired             (read the stored message)
├── ActionExpiredError              410 action_expired           (ask again in the conversation)
├── ConflictError
│   ├── ActionClosedError           409 action_closed            (cancelled, or under way)
│   ├── ActionChangedError          409 action_changed           (`action` holds the new preview)
│   ├── ConsentTextError            409 consent_text             (read the text in force first)
│   ├── TurnOpenError               409 turn_open                (an answer is being written)
│   ├── ConversationFullError       409 conversation_full
│   └── TooManyConversationsError   409 too_many_conversations
├── RateLimitedError
│   ├── TooManyTurnsError           429 too_many_turns           (three answers at once)
│   └── TooManyMessagesError        429 too_many_messages        (twenty in a minute)
└── UnavailableError
    ├── ChatUnavailableError        503 chat_unavailable         (no engine, or a full process)
    └── EngineError                 503 engine_failed            (never leaves a stream: fallback)
"""

from app.core.errors import (
    ConflictError,
    FinNamiError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)


class MessageReusedError(InvalidInputError):
    """A client_message_id came again with another text."""

    code = "message_reused"
    title = "This client_message_id belongs to another message"


class ConversationNotFoundError(NotFoundError):
    """There is no such conversation, or it is somebody else's."""

    code = "conversation_not_found"
    title = "Conversation not found"


class ActionNotFoundError(NotFoundError):
    """There is no such drafted action, or it is somebody else's."""

    code = "action_not_found"
    title = "Action not found"


class ActionExpiredError(FinNamiError):
    """The draft is older than ten minutes."""

    status = 410
    code = "action_expired"
    title = "This draft is too old; please ask for it again"


class ActionClosedError(ConflictError):
    """The draft was cancelled, or it is being carried out."""

    code = "action_closed"
    title = "This action can no longer be changed"


class ActionChangedError(ConflictError):
    """A price or a balance has moved: the action now has another preview to look at."""

    code = "action_changed"
    title = "Something has changed since; please look at it again"


class CitationNotFoundError(NotFoundError):
    """A citation names nothing, or something of somebody else."""

    code = "citation_not_found"
    title = "Nothing is cited here"


class NoProviderError(NotFoundError):
    """No provider is configured: there is nobody to consent to."""

    code = "no_provider"
    title = "No provider is configured here"


class ConsentTextError(ConflictError):
    """A consent names another provider or another text than the one in force."""

    code = "consent_text"
    title = "Read the text in force, then consent to it"


class TurnNotFoundError(NotFoundError):
    """There is no such turn in this conversation."""

    code = "turn_not_found"
    title = "Turn not found"


class TurnExpiredError(FinNamiError):
    """The events of the turn are kept no longer; its message is stored."""

    status = 410
    code = "turn_expired"
    title = "The events of this turn are gone; read the stored message"


class TurnOpenError(ConflictError):
    """An answer is being written in this conversation."""

    code = "turn_open"
    title = "Wait for the answer, or stop it"


class ConversationFullError(ConflictError):
    """A conversation holds as many messages as it may."""

    code = "conversation_full"
    title = "This conversation is full; please start another one"


class TooManyConversationsError(ConflictError):
    """A person keeps as many conversations as she may."""

    code = "too_many_conversations"
    title = "Delete a conversation before you start another one"


class TooManyTurnsError(RateLimitedError):
    """As many answers as one person may have at once are being written."""

    code = "too_many_turns"
    title = "Other answers of yours are still being written"


class TooManyMessagesError(RateLimitedError):
    """More messages than a minute may bring."""

    code = "too_many_messages"
    title = "That is many messages at once"


class ChatUnavailableError(UnavailableError):
    """No engine is part of this installation, or this process answers as many as it can."""

    code = "chat_unavailable"
    title = "The adviser is not available"


class EngineError(UnavailableError):
    """An engine failed, answered nonsense or took too long; another one answers instead."""

    code = "engine_failed"
    title = "The adviser could not answer"
