"""`finnami portfolio import`: exit codes, machine-readable reports, twice equals once."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.portfolio import portfolio
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.keys import KeyRing
from app.services import Ports, build, connect_gate, load_keys, open_database
from tests.factories.people import make_user

HEAD = "date,type,symbol,quantity,price,currency\n"
GOOD = HEAD + "2026-01-05,buy,VTI,2,10.50,USD\n"


@pytest.fixture
def server(
    embedded_mongo_url: str, embedded_redis_url: str, migrated_name: str, tmp_path: Path
) -> dict[str, str]:
    KeyRing.generate().save(tmp_path / "keys.json")
    return {
        "FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{migrated_name}?"),
        "FINNAMI_REDIS_URL": embedded_redis_url,
        "FINNAMI_KEY_FILE": str(tmp_path / "keys.json"),
    }


@pytest.fixture
def email(server: dict[str, str]) -> str:
    async def make() -> str:
        settings = Settings(
            mongo_url=server["FINNAMI_MONGO_URL"],
            redis_url=server["FINNAMI_REDIS_URL"],
            key_file=Path(server["FINNAMI_KEY_FILE"]),
            argon2="19m",
        )
        clock, keys = SystemClock(), load_keys(settings)
        gate, db = await connect_gate(settings), open_database(settings, clock)
        services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=Ports())
        try:
            return (await make_user(services))[1]
        finally:
            services.close()
            await gate.close()
            await db.close()

    return asyncio.run(make())


def run(server: dict[str, str], *arguments: str | Path) -> Result:
    return CliRunner().invoke(portfolio, ["import", *map(str, arguments)], env=server)


@pytest.mark.row("PA1")
class TestImport:
    def test_dry_run_keeps_nothing_and_twice_is_once(
        self, server: dict[str, str], email: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "old.csv"
        path.write_text(GOOD)
        counts = []
        for more in (["--dry-run"], ["--dry-run"], [], []):
            done = run(server, path, "--user", email, "--json", *more)
            assert done.exit_code == 0, done.output
            told = json.loads(done.output)
            counts.append((told["new"], told["duplicate"], told["import_id"] is not None))
        assert counts == [(1, 0, False), (1, 0, False), (1, 0, True), (0, 1, False)]

    def test_refused_rows_are_a_finding_by_their_line(
        self, server: dict[str, str], email: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "old.csv"
        path.write_text(GOOD + "2026-01-05,magic,VTI,1,1,USD\n")
        done = run(server, path, "--user", email)
        assert done.exit_code == 1
        assert "line 3: type: 'magic' is not a kind of transaction we know" in done.output
        mended = run(server, path, "--user", email, "--type", "magic=sell")
        assert (mended.exit_code, "1 already there" in mended.output) == (0, True)

    def test_wrong_usage_is_two_and_one_line(
        self, server: dict[str, str], email: str, tmp_path: Path
    ) -> None:
        path, empty = tmp_path / "old.csv", tmp_path / "empty.csv"
        path.write_text(GOOD)
        empty.write_text("")
        for arguments in (
            (path, "--user", "nobody@example.org"),
            (tmp_path / "none.csv", "--user", email),
            (empty, "--user", email),
            (path, "--user", email, "--type", "magic=nope"),
            (path, "--user", email, "--type", "magic"),
            (path, "--user", email, "--column", "nope=date"),
        ):
            done = run(server, *arguments)
            assert done.exit_code == 2, done.output
            assert "Traceback" not in done.output
