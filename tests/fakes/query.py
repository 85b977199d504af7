"""The part of MongoDB's query and update language that our repositories use, in memory."""

import copy
from typing import Any

from app.core.store import Document

_MISSING = object()


def _get(document: Any, path: str) -> Any:
    value = document
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part, _MISSING)
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else _MISSING
        elif isinstance(value, list):
            value = [item.get(part) for item in value if isinstance(item, dict)]
        else:
            return _MISSING
        if value is _MISSING:
            return _MISSING
    return value


def _compare(value: Any, operand: Any, operator: str) -> bool:
    if value is _MISSING or value is None or operand is None:
        return False
    return {
        "$gt": lambda: value > operand,
        "$gte": lambda: value >= operand,
        "$lt": lambda: value < operand,
        "$lte": lambda: value <= operand,
    }[operator]()


def _equal(value: Any, operand: Any) -> bool:
    if operand is None:
        return value is _MISSING or value is None
    return value == operand or (isinstance(value, list) and operand in value)


def _operator(value: Any, operator: str, operand: Any) -> bool:
    if operator in ("$gt", "$gte", "$lt", "$lte"):
        return _compare(value, operand, operator)
    if operator == "$eq":
        return _equal(value, operand)
    if operator == "$ne":
        return not _equal(value, operand)
    if operator == "$in":
        return any(_equal(value, item) for item in operand)
    if operator == "$nin":
        return not any(_equal(value, item) for item in operand)
    if operator == "$exists":
        return (value is not _MISSING) == bool(operand)
    if operator == "$elemMatch":
        return isinstance(value, list) and any(matches(item, operand) for item in value)
    if operator == "$size":
        return isinstance(value, list) and len(value) == operand
    if operator == "$not":
        return not all(_operator(value, op, sub) for op, sub in operand.items())
    raise AssertionError(f"the fake does not know {operator}")


def matches(document: Document, query: Document) -> bool:
    for key, condition in query.items():
        if key == "$or":
            if not any(matches(document, sub) for sub in condition):
                return False
        elif key == "$and":
            if not all(matches(document, sub) for sub in condition):
                return False
        elif isinstance(condition, dict) and any(k.startswith("$") for k in condition):
            value = _get(document, key)
            if not all(_operator(value, op, operand) for op, operand in condition.items()):
                return False
        elif not _equal(_get(document, key), condition):
            return False
    return True


def _set(document: Document, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        document = document.setdefault(part, {})
    document[last] = value


def _unset(document: Document, path: str) -> None:
    *parents, last = path.split(".")
    for part in parents:
        document = document.get(part, {})
    document.pop(last, None)


def _keep(item: Any, operand: Any) -> bool:
    if not isinstance(operand, dict):
        return bool(item != operand)
    if isinstance(item, dict):
        return not matches(item, operand)
    return not all(_operator(item, op, sub) for op, sub in operand.items())


def _pushed(present: list[Any], operand: Any, *, once: bool) -> list[Any]:
    options = operand if isinstance(operand, dict) and "$each" in operand else {"$each": [operand]}
    items = list(present)
    items += [item for item in options["$each"] if not once or item not in items]
    cut = options.get("$slice")
    if cut is None:
        return items
    return items[cut:] if cut < 0 else items[:cut]


_CHANGES: dict[str, Any] = {
    "$set": lambda present, operand: operand,
    "$inc": lambda present, operand: (present or 0) + operand,
    "$max": lambda present, operand: operand if present is None else max(present, operand),
    "$min": lambda present, operand: operand if present is None else min(present, operand),
    "$push": lambda present, operand: _pushed(present or [], operand, once=False),
    "$addToSet": lambda present, operand: _pushed(present or [], operand, once=True),
    "$pull": lambda present, operand: [i for i in present or [] if _keep(i, operand)],
}


def apply(document: Document, update: Document, *, inserting: bool) -> Document:
    result = copy.deepcopy(document)
    for operator, changes in update.items():
        if operator == "$setOnInsert":
            operator = "$set"
            changes = changes if inserting else {}
        for path, operand in changes.items():
            if operator == "$unset":
                _unset(result, path)
                continue
            assert operator in _CHANGES, f"the fake does not know {operator}"
            current = _get(result, path)
            present = None if current is _MISSING else current
            _set(result, path, copy.deepcopy(_CHANGES[operator](present, operand)))
    return result


def project(document: Document, projection: Document | None) -> Document:
    if not projection:
        return copy.deepcopy(document)
    keys = [key for key in projection if key != "_id"]
    if any(projection[key] for key in keys):
        result: Document = {"_id": document["_id"]} if projection.get("_id", 1) else {}
        for key in keys:
            value = _get(document, key)
            if value is not _MISSING:
                _set(result, key, copy.deepcopy(value))
        return result
    return {k: copy.deepcopy(v) for k, v in document.items() if projection.get(k, 1)}


def sort_key(document: Document, key: str) -> Any:
    value = _get(document, key)
    return (0, 0) if value is _MISSING or value is None else (1, value)
