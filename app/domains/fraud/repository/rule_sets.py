"""Rules in MongoDB: sets that never change, and one small document that says which counts."""

from datetime import datetime

import structlog

from app.core.store import Document, Store
from app.domains.fraud.errors import InvalidRuleError, RulesBrokenError
from app.domains.fraud.repository.specs import RULE_SETS, RULEBOOK
from app.domains.fraud.rule_documents import document
from app.domains.fraud.rule_types import BUILTIN_NUMBER, RulePointer, RuleSet
from app.domains.fraud.rules import parsing
from app.domains.fraud.rules.builtin import BUILTIN

FRAUD = "fraud"
SHOWN = 50

log = structlog.get_logger(__name__)


async def pointer(store: Store) -> RulePointer:
    """Return the pointer; before the first change the built-in set is active at revision 0."""
    row = await store.find_one(RULEBOOK, {"_id": FRAUD})
    if row is None:
        return RulePointer()
    return RulePointer(
        revision=int(row["revision"]),
        active=int(row["active"]),
        former=tuple(int(number) for number in row["former"]),
        shadow=row["shadow"],
        shadow_since=row["shadow_since"],
        last=int(row["last"]),
        since=row["since"],
        by=row["by"],
        reason=row["reason"],
    )


async def move(store: Store, changed: RulePointer) -> None:
    """Store the pointer that was read in this transaction, one revision on.

    Raises DuplicateKeyError when somebody stored the first one meanwhile.
    """
    fields: Document = {
        "revision": changed.revision + 1,
        "active": changed.active,
        "former": list(changed.former),
        "shadow": changed.shadow,
        "shadow_since": changed.shadow_since,
        "last": changed.last,
        "since": changed.since,
        "by": changed.by,
        "reason": changed.reason,
    }
    if changed.revision == 0:
        await store.insert_one(RULEBOOK, {"_id": FRAUD, **fields})
    else:
        await store.update_one(RULEBOOK, {"_id": FRAUD}, {"$set": fields})


async def insert(store: Store, rules: RuleSet) -> None:
    """Keep a new set. Raises DuplicateKeyError when its number is taken."""
    await store.insert_one(
        RULE_SETS,
        {
            "_id": rules.number,
            "rules": [document(rule) for rule in rules.rules],
            "author": rules.author,
            "note": rules.note,
            "made_at": rules.made_at,
            "digest": rules.digest,
            "shadowed_at": None,
            "activated_at": None,
        },
    )


async def find(store: Store, number: int) -> RuleSet | None:
    """Return one set. Raises RulesBrokenError when it is not what was stored."""
    if number == BUILTIN_NUMBER:
        return BUILTIN
    row = await store.find_one(RULE_SETS, {"_id": number})
    return _rule_set(row) if row else None


async def newest(store: Store, *, last: int) -> list[RuleSet]:
    """Return the newest sets up to a number, the newest first, at most fifty.

    One that is broken is left out, loudly: the others can be read all the same.
    """
    query = {"_id": {"$gt": max(last - SHOWN, 0), "$lte": last}}
    rows = await store.find_many(RULE_SETS, query, sort=[("_id", -1)], limit=SHOWN)
    found = []
    for row in rows:
        try:
            found.append(_rule_set(row))
        except RulesBrokenError as error:
            # No stack: the reason says what is wrong.
            log.error("fraud_rules_broken", reason=str(error))  # noqa: TRY400
    return found


async def mark(store: Store, number: int, field: str, at: datetime) -> None:
    """Note when a set was first in shadow (`shadowed_at`) or active (`activated_at`)."""
    await store.update_one(RULE_SETS, {"_id": number, field: None}, {"$set": {field: at}})


def _rule_set(row: Document) -> RuleSet:
    try:
        rules = parsing.parse_rules(row["rules"])
    except InvalidRuleError as error:
        raise RulesBrokenError(f"rules {row['_id']}: {error.detail}") from error
    if parsing.digest(rules) != row["digest"]:
        raise RulesBrokenError(f"rules {row['_id']}: altered since they were written")
    return RuleSet(
        number=int(row["_id"]),
        rules=rules,
        author=row["author"],
        note=row["note"],
        made_at=row["made_at"],
        digest=row["digest"],
        shadowed_at=row["shadowed_at"],
        activated_at=row["activated_at"],
    )
