"""Who may call a route: declared beside it, checked at start-up, denied by default."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from app.domains.identity.types import RateClass, Role

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Audience(StrEnum):
    """The widest circle that may knock."""

    PUBLIC = "public"
    USER = "user"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Policy:
    """One route's rule. Ownership of objects is checked in the service, by the query itself."""

    audience: Audience
    roles: frozenset[Role]
    rate: RateClass


def policy(
    audience: str, *, roles: tuple[Role, ...] = (), rate: RateClass = RateClass.READ
) -> Callable[[Endpoint], Endpoint]:
    """Declare a route's policy; put it under the router's decorator.

    `staff` needs at least one role. A route without a policy stops the application at start.
    """
    rule = Policy(Audience(audience), frozenset(roles), rate)
    if (rule.audience is Audience.STAFF) != bool(rule.roles):
        raise AssertionError("a staff route names its roles, and only a staff route does")

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__finnami_policy__ = rule  # type: ignore[attr-defined]  # read by policy_of
        return endpoint

    return mark


def policy_of(endpoint: Callable[..., Any]) -> Policy | None:
    """Return the rule declared for an endpoint, or None."""
    return getattr(endpoint, "__finnami_policy__", None)
