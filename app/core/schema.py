"""How a domain declares its collections: validator and indexes, created by the migration runner."""

from dataclasses import dataclass, field

from app.core.store import Document


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """One index. `partial` is a single boolean equality; `ttl_s` expires documents by a date."""

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Document | None = None
    ttl_s: int | None = None
    name: str | None = None

    @property
    def stored_name(self) -> str:
        """Return the index's name: given, or made of its keys as MongoDB does."""
        return self.name or "_".join(f"{key}_{direction}" for key, direction in self.keys)

    def options(self) -> Document:
        """Return the options for index creation."""
        options: Document = {"name": self.stored_name}
        if self.unique:
            options["unique"] = True
        if self.partial is not None:
            options["partialFilterExpression"] = self.partial
        if self.ttl_s is not None:
            options["expireAfterSeconds"] = self.ttl_s
        return options


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """One collection: its `$jsonSchema` (or None) and the indexes beyond `_id`."""

    name: str
    validator: Document | None = None
    indexes: tuple[IndexSpec, ...] = field(default=())
