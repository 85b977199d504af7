"""The scripts under migrations/: each brings an older database to what the code expects."""

from app.core.clock import SystemClock
from app.core.db import Database
from app.core.migrate import APPLIED, discover, migrate
from app.services import SPECS, migrations_dir


async def run(db: Database) -> None:
    await migrate(
        db,
        SPECS,
        discover(migrations_dir()),
        clock=SystemClock(),
        owner="t",
        progress=lambda _: None,
    )


class TestClearanceOnThePerson:
    async def test_what_was_known_reaches_its_people(self, bare_db: Database) -> None:
        await run(bare_db)
        await bare_db.delete_one(APPLIED, {"_id": "0002_clearance_on_the_person"})
        for number in range(3):
            case = {"_id": f"k{number}", "user": f"u{number}", "state": "approved", "revision": 3}
            await bare_db.insert_one("kyc_cases", case)
        await bare_db.insert_one("onboarding", {"_id": "u0", "profile_version": 1})
        for version in ("2026-10", "2026-11"):
            consent = {"_id": f"u0:{version}", "user": "u0", "version": version}
            await bare_db.insert_one("consents", consent)
        await run(bare_db)
        rows = {row["_id"]: row for row in await bare_db.find_many("onboarding", {}, limit=9)}
        assert {row["kyc"] for row in rows.values()} == {"approved"}
        assert sorted(rows["u0"]["consents"]) == ["2026-10", "2026-11"]
        assert rows["u0"]["profile_version"] == 1
