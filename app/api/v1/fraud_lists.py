"""/v1/fraud/lists: people who are blocked, or spared what the model alone asks for."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.list_shapes import CountedEntryOut, EntryId, ListEntryIn, ListEntryOut, ListHitOut
from app.api.policy import policy
from app.domains.fraud.errors import (
    InvalidListEntryError,
    ListEntryNotFoundError,
    ListFullError,
    OwnPaymentError,
)
from app.domains.fraud.list_types import ListName
from app.domains.identity.types import RateClass, Role

router = APIRouter(prefix="/v1/fraud/lists", tags=["fraud lists"])

ROLES = (Role.FRAUD_ANALYST, Role.ADMIN)


@router.get("", responses=declared())
@policy("staff", roles=ROLES)
async def list_fraud_list_entries(
    _: CallerDep,
    services: ServicesDep,
    list_name: ListName | None = None,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-f]{26}$")] = None,
) -> list[CountedEntryOut]:
    """Return the entries that work, by id, at most 100, with their hits of thirty days."""
    found = await services.fraud.rules.lists.page(list_name=list_name, after=after)
    return [CountedEntryOut.of(one) for one in found]


@router.post(
    "",
    status_code=201,
    responses=declared(InvalidListEntryError, OwnPaymentError, ListFullError),
)
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def add_fraud_list_entry(
    body: ListEntryIn, caller: CallerDep, services: ServicesDep
) -> ListEntryOut:
    """Put somebody on a list; the same again is once, another end or reason renews the entry.

    A block beats everything. An allowance lowers only what the model's score asks for: no
    rule, no missing score, no block.
    """
    kept = await services.fraud.rules.lists.add(
        body.list_name,
        body.kind,
        body.subject,
        expires_at=body.expires_at,
        reason=body.reason,
        caller=caller,
    )
    return ListEntryOut.of(kept)


@router.delete("/{entry_id}", status_code=204, responses=declared(ListEntryNotFoundError))
@policy("staff", roles=ROLES, rate=RateClass.WRITE)
async def remove_fraud_list_entry(
    entry_id: EntryId, caller: CallerDep, services: ServicesDep
) -> None:
    """Take an entry off its list; what it did stays logged."""
    await services.fraud.rules.lists.remove(entry_id, caller=caller)


@router.get("/{entry_id}/hits", responses=declared(ListEntryNotFoundError))
@policy("staff", roles=ROLES)
async def list_fraud_list_hits(
    entry_id: EntryId, _: CallerDep, services: ServicesDep
) -> list[ListHitOut]:
    """Return the payments an entry met in the last thirty days, the newest first, at most 100."""
    return [ListHitOut.of(hit) for hit in await services.fraud.rules.lists.hits(entry_id)]
