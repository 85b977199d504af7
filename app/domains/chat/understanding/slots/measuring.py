"""How many lines have exactly the slots their author marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.domains.chat.talk_types import Names, Slot
from app.domains.chat.understanding.slots.learning import Marked

_OWN: Final = ("instrument", "goal", "account", "recipient", "merchant")
_NUMBERS: Final = frozenset({"amount", "quantity", "percent"})


def normal(name: str, value: str) -> tuple[str, str]:
    """Return a slot in the form compared: figures by value, words as they are."""
    if name in _NUMBERS:
        try:
            return name, str(Decimal(value).normalize())
        except InvalidOperation:
            return name, value
    return name, value


def report_of(lines: Sequence[Marked], found: Sequence[Sequence[Slot]]) -> dict[str, Any]:
    """Return shares of lines and slots that are equal, overall, by language and by slot.

    A line is exact when its names and values equal those marked, as a bag. A slot is lenient
    when one of its name overlaps it, whatever its value.
    """
    exact: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    empty = spurious = 0
    slots: dict[str, Counter[str]] = {}
    for line, got in zip(lines, found, strict=True):
        if not line.slots:
            empty += 1
            spurious += bool(got)
            continue
        same = is_exact(line, got)
        for key in ("all", line.lang):
            rows[key] += 1
            exact[key] += same
        _count_slots(line, got, slots)
    return {
        "lines": rows["all"],
        "exact": _share(exact["all"], rows["all"]),
        "by_language": {
            key: _share(exact[key], n) for key, n in sorted(rows.items()) if key != "all"
        },
        "by_slot": {name: _slot_figures(counts) for name, counts in sorted(slots.items())},
        "lenient": _share(
            sum(c["lenient"] for c in slots.values()), sum(c["marked"] for c in slots.values())
        ),
        "lines_without_slots": empty,
        "of_those_with_a_slot_found": _share(spurious, empty),
    }


def names_of(lines: Sequence[Marked]) -> dict[str, Names]:
    """Return by language the names marked anywhere in the lines, as one user's own objects."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for line in lines:
        for name, start, end, value in line.slots:
            if name in _OWN:
                own = tables.setdefault(line.lang, {slot: {} for slot in _OWN})
                own[name][line.text[start:end]] = value
    return {
        lang: Names(
            own["instrument"], own["goal"], own["account"], own["recipient"], own["merchant"]
        )
        for lang, own in tables.items()
    }


def is_exact(line: Marked, got: Sequence[Slot]) -> bool:
    """Tell whether a line's slots equal those marked, by name and value."""
    return Counter(normal(s[0], s[3]) for s in line.slots) == Counter(
        normal(s.name, s.value) for s in got
    )


def _count_slots(line: Marked, got: Sequence[Slot], slots: dict[str, Counter[str]]) -> None:
    left = Counter(normal(slot.name, slot.value) for slot in got)
    for slot in got:
        slots.setdefault(slot.name, Counter())["found"] += 1
    for name, start, end, value in line.slots:
        counts = slots.setdefault(name, Counter())
        counts["marked"] += 1
        key = normal(name, value)
        if left[key]:
            left[key] -= 1
            counts["equal"] += 1
        counts["lenient"] += any(s.name == name and s.start < end and s.end > start for s in got)


def _slot_figures(counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "marked": counts["marked"],
        "recall": _share(counts["equal"], counts["marked"]),
        "precision": _share(counts["equal"], counts["found"]),
        "lenient": _share(counts["lenient"], counts["marked"]),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
