"""The refusals every floor shares, drawn as one tree.

FinNamiError
├── InvalidInputError      422  the payload is malformed
├── UnauthenticatedError   401  nobody, or nobody any more
├── ForbiddenError         403  known, but not allowed (yet)
├── NotFoundError          404  not there, or not yours: the same answer
├── ConflictError          409  the state of the object forbids it
├── RateLimitedError       429  too many calls; retry_after_s says when
└── UnavailableError       503  a dependency is away; retry_after_s says when

A domain's errors subclass one of these with a `code` of their own. The class and its
code are stable API; the detail is for people and never holds secrets.
"""

from typing import ClassVar


class FinNamiError(Exception):
    """An expected refusal: it is answered, not paged.

    `fields` travel into the problem+json body (for example `missing` or `retry_after_s`).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(self, detail: str | None = None, **fields: object) -> None:
        self.detail = detail or self.title
        self.fields = fields
        super().__init__(self.detail)


class InvalidInputError(FinNamiError):
    """The input cannot mean anything."""

    status = 422
    code = "invalid_input"
    title = "The input is not valid"


class UnauthenticatedError(FinNamiError):
    """The caller is unknown, expired or revoked."""

    status = 401
    code = "unauthenticated"
    title = "Please sign in"


class ForbiddenError(FinNamiError):
    """The caller is known and may not do this, or not yet."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFoundError(FinNamiError):
    """The object does not exist, or belongs to somebody else."""

    status = 404
    code = "not_found"
    title = "Not found"


class ConflictError(FinNamiError):
    """The object's present state forbids the change."""

    status = 409
    code = "conflict"
    title = "Conflict with the present state"


class RateLimitedError(FinNamiError):
    """Too many calls; `retry_after_s` says when the next one is welcome."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, detail: str | None = None, *, retry_after_s: int, **fields: object) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **fields)


class UnavailableError(FinNamiError):
    """A dependency did not answer in time; repeating the call later is safe."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"

    def __init__(
        self, detail: str | None = None, *, retry_after_s: int = 1, **fields: object
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **fields)
