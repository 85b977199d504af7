"""Answers already worked out, by everything they depend on: a changed fact is another key."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 4096


class Kept(Generic[T]):
    """The last answers of this process. Nothing has to be cleared: what can change is in the key.

    A mix is kept by frontier, profile version and amount; a sealed recommendation, which never
    changes, by its owner and id.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)

    def get(self, key: Hashable) -> T | None:
        """Return a kept answer, or None."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, value: T) -> T:
        """Keep an answer, forget the one longest unused beyond the limit, and return it."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the kept answer, or make and keep it."""
        found = self.get(key)
        return self.put(key, make()) if found is None else found
