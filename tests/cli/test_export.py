"""`finnami export payments`: files the trainer reads, or one line that says why not."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.export import export
from app.core.config import Settings
from app.core.money import Money
from app.domains.fraud.repository import events
from app.domains.fraud.types import PaymentFacts, PaymentKind
from app.ml.training.payments_data import read_payments
from app.services import open_database

DAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run(url: str, *arguments: str | Path) -> Result:
    words = ["payments", *(str(argument) for argument in arguments)]
    return CliRunner().invoke(export, words, env={"FINNAMI_MONGO_URL": url})


async def fill(url: str) -> None:
    db = open_database(Settings(mongo_url=url))
    try:
        for number in range(5):
            facts = PaymentFacts(
                f"p{number}", f"u{number % 2}", "shop", PaymentKind.TRANSFER,
                Money(1_000 + number, "USD"), DAY + timedelta(minutes=number), "s",
                fresh_factor=False,
            )  # fmt: skip
            await events.append(db, facts, high_ratio=False)
        await events.set_label(db, "p3", fraud=True, known_at=DAY + timedelta(days=1))
    finally:
        await db.close()


@pytest.mark.row("FC7")
class TestExport:
    # The commands open their own event loop, so these tests have none.
    def test_the_trainer_reads_what_is_written(
        self, embedded_mongo_url: str, bare_db: object, tmp_path: Path
    ) -> None:
        name = bare_db.name
        url = embedded_mongo_url.replace("/finnami?", f"/{name}?")
        asyncio.run(fill(url))
        done = run(url, "--from", "2026-05-31", "--to", "2026-06-02", "--out", tmp_path, "--json")
        assert done.exit_code == 0, done.output
        facts = json.loads(done.stdout)
        assert (facts["payments"], facts["frauds"], facts["days"]) == (5, 1, 3)
        read = read_payments([str(tmp_path)])
        assert read.table.cents.tolist() == [1_000, 1_001, 1_002, 1_003, 1_004]
        assert read.table.fraud.tolist() == [0, 0, 0, 1, 0]
        assert read.labelled.all()

    def test_wrong_days_and_no_database_are_one_line(self, tmp_path: Path) -> None:
        swapped = run("x", "--from", "2026-06-02", "--to", "2026-06-01", "--out", tmp_path)
        assert (swapped.exit_code, "span 0 days" in swapped.output) == (2, True)
        away = run(
            "mongodb://127.0.0.1:1/x", "--from", "2026-06-01", "--to", "2026-06-01",
            "--out", tmp_path,
        )  # fmt: skip
        assert away.exit_code == 2
        assert "finnami: " in away.output
