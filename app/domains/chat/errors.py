"""The refusals of chat, drawn as one tree.

FinNamiError
├── NotFoundError
│   ├── ConversationNotFoundError   404 conversation_not_found   (also for another person's)
│   └── CitationNotFoundError       404 citation_not_found       (also for another person's)
└── UnavailableError
    └── EngineError                 503 engine_failed            (never leaves a stream: fallback)
"""

from app.core.errors import NotFoundError, UnavailableError


class ConversationNotFoundError(NotFoundError):
    """There is no such conversation, or it is somebody else's."""

    code = "conversation_not_found"
    title = "Conversation not found"


class CitationNotFoundError(NotFoundError):
    """A citation names nothing, or something of somebody else."""

    code = "citation_not_found"
    title = "Nothing is cited here"


class EngineError(UnavailableError):
    """An engine failed, answered nonsense or took too long; another one answers instead."""

    code = "engine_failed"
    title = "The adviser could not answer"
