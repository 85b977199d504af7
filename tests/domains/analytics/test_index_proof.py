"""Every question that rollups ask is answered from an index: the server's own plans say so.

The questions are recorded while refresh, rebuild and reports run, so none can be forgotten.
"""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.ids import new_id
from app.core.migrate import create_collections
from app.core.store import Document
from app.services import SPECS
from tests.conftest import drop
from tests.factories.analytics import analytics_on, signed_up
from tests.fakes.clock import FakeClock

REAL = "FINNAMI_TEST_MONGO_URL"
QUESTIONS = {
    ("postings", "at"), ("accounts", "owner"), ("accounts", "_id"),
    ("users", "created_at"), ("users", "_id"), ("onboarding", "_id"),
    ("kyc_cases", "decided_at"), ("risk_profiles", "made_at"), ("decisions", "at,kind"),
    ("fraud_cases", "decided_at"), ("rollups", "day,kind"),
}  # fmt: skip
"""What is asked of which collection, by the fields asked for."""


class Recording(Database):
    """Remembers every pipeline and every list that was asked for."""

    def asked(self) -> list[tuple[str, list[Document]]]:
        if not hasattr(self, "_asked"):
            self._asked: list[tuple[str, list[Document]]] = []
        return self._asked

    async def aggregate(self, collection: str, pipeline: list[Document], **rest: Any) -> Any:
        self.asked().append((collection, pipeline))
        return await super().aggregate(collection, pipeline, **rest)

    async def find_many(self, collection: str, query: Document, **rest: Any) -> Any:
        sort = [{"$sort": dict(rest["sort"])}] if rest.get("sort") else []
        self.asked().append((collection, [{"$match": query}, *sort]))
        return await super().find_many(collection, query, **rest)


@pytest.fixture(params=["embedded", "replica set"])
async def recording(
    request: pytest.FixtureRequest, embedded_urls: tuple[str, str]
) -> AsyncIterator[Recording]:
    """A migrated database that remembers what it was asked, on either server."""
    url = embedded_urls[0] if request.param == "embedded" else os.environ.get(REAL)
    if url is None:
        pytest.skip(f"{REAL} names no replica set: its plans are unverified here")
    db = Recording.connect(url, f"t_{new_id()}", transactions_at_once=1, clock=SystemClock())
    await create_collections(db, SPECS)
    yield db
    await drop(db)


def stages(plan: Any) -> Iterator[str]:
    """Yield the names of every stage in a plan, however a server nests it."""
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for key, value in plan.items():
            if key != "rejectedPlans":
                yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)


async def plan_of(db: Database, collection: str, pipeline: list[Document]) -> set[str]:
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    explained = await db.driver.command({"explain": command, "verbosity": "queryPlanner"})
    return set(stages(explained))


def fields(pipeline: list[Document]) -> str:
    return ",".join(sorted(key for key in pipeline[0]["$match"] if not key.startswith("$")))


@pytest.mark.row("AN2")
class TestIndexProof:
    async def test_every_match_stage_is_an_index_scan(
        self, recording: Recording, clock: FakeClock
    ) -> None:
        door = analytics_on(recording, clock)
        user = await signed_up(recording, clock.now())
        await recording.insert_one(
            "kyc_cases",
            {"_id": "c", "user": user, "state": "approved", "revision": 1,
             "decided_at": clock.now()},
        )  # fmt: skip
        await recording.insert_one(
            "postings",
            {"_id": "p", "account": f"{user}.USD", "seq": 1, "journal": "j", "unit": "USD",
             "amount": 1 << 40, "balance": 1 << 40, "prev": "", "kind": "deposit",
             "at": clock.now()},
        )  # fmt: skip
        clock.advance(60)
        await door.refreshing.run()
        day = clock.now().date()
        await door.rebuilding.run(day, day)
        for report in (door.reports.cohorts, door.reports.flows, door.reports.fraud):
            await report(day, day)
        asked = {
            (name, fields(p), str([next(iter(s)) for s in p])): p for name, p in recording.asked()
        }
        assert {key[:2] for key in asked} == QUESTIONS
        for (name, _, _), pipeline in asked.items():
            matches = [place for place, stage in enumerate(pipeline) if "$match" in stage]
            assert matches == [0], "one match, first: what follows only sees what it let through"
            found = await plan_of(recording, name, pipeline)
            assert any("IXSCAN" in stage or stage == "COUNT_SCAN" for stage in found), (
                name,
                pipeline,
                found,
            )
            assert "COLLSCAN" not in found, (name, pipeline)

    async def test_a_question_without_an_index_would_be_noticed(self, recording: Recording) -> None:
        await recording.insert_one("rollup_runs", {"_id": "x", "n": 1})
        assert "COLLSCAN" in await plan_of(recording, "rollup_runs", [{"$match": {"n": 1}}])
