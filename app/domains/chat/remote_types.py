"""Where a model outside is, and what it costs."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from urllib.parse import urlsplit

from app.domains.chat.consent_types import Provider


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """A server of the operator's choice. Prices are of a million tokens, in major units.

    `url` is the base of the API, such as https://ai.example/v1 or http://127.0.0.1:11434/v1.
    """

    url: str
    model: str
    name: str
    key: str = field(default="", repr=False)
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    first_token_s: float = 4.0

    @property
    def provider(self) -> Provider:
        """Return who it is, as people are told."""
        return Provider(self.name, self.model, urlsplit(self.url).netloc)

    def cost_micro(self, tokens_in: int, tokens_out: int) -> int:
        """Return what tokens cost in millionths of a major unit, rounded up."""
        return ceil(tokens_in * self.price_in + tokens_out * self.price_out)
