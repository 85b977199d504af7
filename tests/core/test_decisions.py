"""Canonical JSON and decision records: the same content, the same bytes, the same hash."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.core.decisions import DecisionRecord, canonical_json, load, record
from app.core.uow import Transaction
from tests.fakes.db import FakeDatabase

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=6))
def test_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert canonical_json(value) == canonical_json(backwards)


def test_one_moment_has_one_text() -> None:
    utc = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
    east = utc.astimezone(timezone(timedelta(hours=5)))
    assert canonical_json(utc) == canonical_json(east)
    assert canonical_json({"at": utc}) == b'{"at":"2026-01-01T12:00:00.123000Z"}'
    assert canonical_json(Decimal("1.50")) == b'"1.50"'


def decision() -> DecisionRecord:
    return DecisionRecord(
        id="d1",
        kind="fraud",
        user_id="u1",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        inputs={"amount": 5},
        versions={"model": "1"},
        outputs={"outcome": "approve"},
    )


async def test_record_is_stored_sealed_and_found_by_its_owner_only() -> None:
    db = FakeDatabase()

    async def work(tx: Transaction) -> None:
        await record(tx, decision())

    await db.transaction(work)
    assert db.sealed == [("decision:d1", decision().hash())]
    assert await load(db, "d1", user_id="u1") == decision()
    assert await load(db, "d1", user_id="somebody else") is None


def test_changing_any_part_changes_the_hash() -> None:
    changed = DecisionRecord.of({**decision().content(), "outputs": {"outcome": "block"}})
    assert changed.hash() != decision().hash()
