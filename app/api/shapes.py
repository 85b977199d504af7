"""What request and response models share across nouns: lines of text, exact amounts."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.api.fields import shown_text
from app.core.money import Money


def _line(value: str) -> str:
    text = " ".join(shown_text(value).split())
    if not text:
        raise ValueError("must not be empty")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_line)]
"""One line of text: NFC, single spaces, without control or direction characters."""

Note = Annotated[str, StringConstraints(max_length=1000), AfterValidator(shown_text)]
"""A remark that may be empty."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["USD"])]
DecimalText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,3})?$", max_length=19),
    Field(examples=["125.50"]),
]
"""A non-negative decimal number as text: floats lose cents."""


class Out(BaseModel):
    """The base of response models: frozen, and without defaults so that clients see them all."""

    model_config = ConfigDict(frozen=True)


class MoneyOut(Out):
    """An amount: exact text for people and arithmetic, minor units for machines."""

    amount: str = Field(examples=["125.50"])
    amount_minor: int = Field(examples=[12550])
    currency: str = Field(examples=["USD"])

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        """Return the public form of money."""
        return cls(
            amount=money.decimal_string(), amount_minor=money.amount_minor, currency=money.currency
        )
