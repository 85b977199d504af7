"""Field types of request models: text that can be shown, ids, codes, tokens."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

# Marks that turn the direction of text around (UAX 9): they make a name read as another one.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


class Input(BaseModel):
    """A request body: nothing unknown, nothing converted, no NaN."""

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, str_strip_whitespace=False
    )


def shown_text(value: str) -> str:
    """Return text in NFC. Raises ValueError for control characters and direction marks."""
    text = unicodedata.normalize("NFC", value)
    if any(ch in _BIDI or unicodedata.category(ch) in _REFUSED for ch in text):
        raise ValueError("control characters and text direction marks are not allowed")
    return text


def _person_name(value: str) -> str:
    text = " ".join(shown_text(value).split())
    if not text or any(ch in "<>/\\@:;{}[]" for ch in text):
        raise ValueError("a name has letters, spaces, dots, hyphens and apostrophes")
    return text


PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(_person_name)
]
Email = Annotated[EmailStr, Field(max_length=254, examples=["ada@example.org"])]
Password = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256),
    AfterValidator(shown_text),
    Field(json_schema_extra={"format": "password"}, examples=["tidal lantern cobble seven"]),
]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$"), Field(examples=["en"])]
Code = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{3} ?[0-9]{3}$"), Field(examples=["123456"])
]
RecoveryCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z]{5}[- ]?[0-9A-Za-z]{5}$"),
    Field(examples=["k7m2p-x9r4t"]),
]
Token = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,200}$"),
    Field(examples=["Zy3hS1mYk2nUqYQF6vXzO0R4yq9Jt8wVb1cD5eF7gH0"]),
]
ObjectId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-z]{20}$"), Field(examples=["1tckn1057ac3hsdghh0d"])
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=500),
    AfterValidator(shown_text),
]
