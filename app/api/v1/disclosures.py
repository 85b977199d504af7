"""/v1/disclosures: what must be read and accepted before money moves."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Out
from app.domains.identity.types import RateClass
from app.domains.onboarding.errors import DisclosureVersionError
from app.domains.onboarding.types import Disclosure

router = APIRouter(prefix="/v1/disclosures", tags=["disclosures"])

Locale = Annotated[str, Query(pattern=r"^[A-Za-z-]{2,10}$")]


class DisclosureOut(Out):
    """The text in force, with the hash that a consent is stored with."""

    version: str
    language: str
    title: str
    paragraphs: list[str]
    sha256: str

    @classmethod
    def of(cls, text: Disclosure) -> "DisclosureOut":
        """Return the public form."""
        return cls(
            version=text.version,
            language=text.language,
            title=text.title,
            paragraphs=list(text.paragraphs),
            sha256=text.sha256,
        )


class AcceptIn(Input):
    """The version and the language that were read."""

    version: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["2026-11"])
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z-]{2,10}$")] = Field(
        examples=["en"]
    )


@router.get("", responses=declared())
@policy("user")
async def get_disclosure(
    _: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> DisclosureOut:
    """Return the text in force, in the language or else in English."""
    return DisclosureOut.of(services.onboarding.disclosure(locale))


@router.post("/accept", responses=declared(DisclosureVersionError))
@policy("user", rate=RateClass.WRITE)
async def accept_disclosure(
    body: AcceptIn, caller: CallerDep, services: ServicesDep
) -> DisclosureOut:
    """Store the consent; accepting twice is accepting once."""
    text = await services.onboarding.accept_disclosure(
        caller.user_id, version=body.version, language=body.language
    )
    return DisclosureOut.of(text)
