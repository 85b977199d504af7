"""The refusals of identity, drawn as one tree.

FinNamiError
├── InvalidInputError
│   ├── WeakPasswordError          422 weak_password          (field `reason`)
│   └── LinkInvalidError           422 link_invalid           used, expired or never ours
├── UnauthenticatedError
│   ├── BadCredentialsError        401 bad_credentials        e-mail or password, never which
│   ├── ChallengeOverError         401 challenge_over         log in again from the start
│   ├── WrongCodeError             401 wrong_code
│   ├── SessionEndedError          401 session_ended          revoked, expired or unknown
│   ├── RefreshInvalidError        401 refresh_invalid
│   └── RefreshReusedError         401 refresh_reused         the family is revoked
├── ForbiddenError
│   ├── SecondFactorNeededError    403 second_factor_needed   no TOTP yet
│   ├── StepUpRequiredError        403 step_up_required       (fields `action`, `params`)
│   ├── OwnAccountError            403 own_account            staff may not act on themselves
│   └── CrossSiteError             403 cross_site
├── NotFoundError
│   ├── UserNotFoundError          404 user_not_found
│   ├── LoginSessionNotFoundError  404 session_not_found
│   └── SandboxOnlyError           404 sandbox_only
├── ConflictError
│   ├── SecondFactorOnError        409 second_factor_on
│   ├── EnrolmentMissingError      409 enrolment_missing
│   └── LastAdminError             409 last_admin
└── RateLimitedError
    ├── TooManyAttemptsError       429 too_many_attempts      wrong passwords or codes
    └── TooManyRequestsError       429 rate_limited
"""

from app.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)


class WeakPasswordError(InvalidInputError):
    """Too short, too common, or made of the user's own name; `reason` says which."""

    code = "weak_password"
    title = "Please choose another password"


class LinkInvalidError(InvalidInputError):
    """A mailed token that was used, has expired, or never was ours."""

    code = "link_invalid"
    title = "The link was used or has expired; ask for a new one"


class BadCredentialsError(UnauthenticatedError):
    """Unknown address, wrong password or unconfirmed address: the same answer."""

    code = "bad_credentials"
    title = "The e-mail address or the password is not right"


class ChallengeOverError(UnauthenticatedError):
    """The pending log-in was used, has expired, or was burnt by wrong codes."""

    code = "challenge_over"
    title = "Please sign in again from the start"


class WrongCodeError(UnauthenticatedError):
    """The code does not fit, or was used already."""

    code = "wrong_code"
    title = "The code is wrong or was used already"


class SessionEndedError(UnauthenticatedError):
    """The login session was revoked or has expired."""

    code = "session_ended"
    title = "You were signed out"


class RefreshInvalidError(UnauthenticatedError):
    """Not a refresh token of a living login session."""

    code = "refresh_invalid"
    title = "Please sign in again"


class RefreshReusedError(UnauthenticatedError):
    """An old refresh token came back: somebody has a copy, so the session was ended."""

    code = "refresh_reused"
    title = "This sign-in was ended for your safety"


class SecondFactorNeededError(ForbiddenError):
    """Money and settings need a second factor, and the user has none yet."""

    code = "second_factor_needed"
    title = "Set up two-step verification first"


class StepUpRequiredError(ForbiddenError):
    """No unused grant for exactly this action and these parameters."""

    code = "step_up_required"
    title = "Confirm this with a fresh code"


class OwnAccountError(ForbiddenError):
    """Staff tried to act on their own account."""

    code = "own_account"
    title = "Somebody else has to do this to your account"


class CrossSiteError(ForbiddenError):
    """A cookie route was called from another site, or without the header of our client."""

    code = "cross_site"
    title = "This call must come from FinNami itself"


class UserNotFoundError(NotFoundError):
    """No such user."""

    code = "user_not_found"
    title = "No such user"


class LoginSessionNotFoundError(NotFoundError):
    """No such login session, or somebody else's."""

    code = "session_not_found"
    title = "No such sign-in"


class SandboxOnlyError(NotFoundError):
    """The route exists in the sandbox only."""

    code = "sandbox_only"
    title = "Not found"


class SecondFactorOnError(ConflictError):
    """The second factor is on already."""

    code = "second_factor_on"
    title = "Two-step verification is on already"


class EnrolmentMissingError(ConflictError):
    """There is no enrolment waiting for its code."""

    code = "enrolment_missing"
    title = "Start setting up two-step verification first"


class LastAdminError(ConflictError):
    """The last admin would be gone."""

    code = "last_admin"
    title = "There must be at least one admin"


class TooManyAttemptsError(RateLimitedError):
    """Too many wrong passwords or codes; time or a password reset helps, nothing else."""

    code = "too_many_attempts"
    title = "Too many attempts; wait or reset your password"


class TooManyRequestsError(RateLimitedError):
    """A rate limit of the route."""
