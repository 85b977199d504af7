"""`finnami models`: an operator registers, promotes and goes back, with one line for a refusal."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.models.desk import models
from app.core.keys import KeyRing
from app.ml.estimators.risk import RiskRecipe
from app.ml.training.risk import train_risk
from app.ml.training.risk_data import read_households
from tests.factories.households import households
from tests.factories.models import shipped_store, variant

SHIPPED = shipped_store().shipped_version("fraud")
WHY = ("--reason", "test")


@pytest.fixture
def server(embedded_mongo_url: str, bare_db: object, tmp_path: Path) -> dict[str, str]:
    KeyRing.generate().save(tmp_path / "keys.json")
    name = bare_db.name
    return {
        "FINNAMI_MONGO_URL": embedded_mongo_url.replace("/finnami?", f"/{name}?"),
        "FINNAMI_KEY_FILE": str(tmp_path / "keys.json"),
        "FINNAMI_DATA_DIR": str(tmp_path / "data"),
    }


def run(server: dict[str, str], *arguments: str | Path) -> Result:
    return CliRunner().invoke(models, [str(argument) for argument in arguments], env=server)


@pytest.mark.row("AO2")
class TestModels:
    # The commands open their own event loop, so these tests have none.
    def test_register_promote_and_one_command_back(
        self, server: dict[str, str], tmp_path: Path
    ) -> None:
        made = variant(tmp_path / "made", "v2")
        done = run(server, "promote", "v2", *WHY, "--without-gate")
        assert (done.exit_code, "no stored version v2" in done.output) == (2, True)
        for _ in range(2):
            done = run(server, "register", made, "--json")
            assert done.exit_code == 0, done.output
        listed = json.loads(run(server, "list", "--json").output)
        assert {row["version"]: (row["state"], row["trusted_by"]) for row in listed} == {
            SHIPPED: ("in force", "pin"),
            "v2": ("stored", "signature"),
        }
        refused = run(server, "promote", "v2", *WHY)
        assert (refused.exit_code, "shadow first" in refused.output) == (1, True)
        done = run(server, "promote", "v2", *WHY, "--without-gate", "--json")
        assert json.loads(done.output)["version"] == "v2"
        done = run(server, "rollback", *WHY)
        assert done.output == f"in force: {SHIPPED}, before: none\n"

    def test_an_altered_artefact_is_not_registered(
        self, server: dict[str, str], tmp_path: Path
    ) -> None:
        made = variant(tmp_path / "made", "v2")
        (made / "artefact.npz").write_bytes(b"")
        done = run(server, "register", made)
        assert (done.exit_code, "altered" in done.output) == (2, True)

    @pytest.mark.row("RS4")
    def test_a_household_model_is_registered_and_then_trusted(
        self, server: dict[str, str], tmp_path: Path
    ) -> None:
        households().to_parquet(tmp_path / "known.parquet")
        known = read_households(tmp_path / "known.parquet")
        made = train_risk(known, tmp_path / "m", seed=1, recipe=RiskRecipe(trees=2))
        for _ in range(2):
            done = run(server, "register", tmp_path / "m", "--json")
            assert done.exit_code == 0, done.output
            assert json.loads(done.output)["version"] == made["version"]
        (tmp_path / "m" / "artefact.npz").write_bytes(b"")
        assert run(server, "register", tmp_path / "m").exit_code == 2

    def test_shadow_watch_and_show(self, server: dict[str, str], tmp_path: Path) -> None:
        run(server, "register", variant(tmp_path / "made", "v2"))
        assert run(server, "shadow", "v2", *WHY).output.endswith("v2 in shadow\n")
        assert run(server, "shadow", *WHY).exit_code == 2
        found = CliRunner().invoke(models, ["watch", "--json"], env=server)
        assert found.exit_code == 0, found.output
        report = json.loads(found.stdout)
        assert report["report"]["rows"] == 0
        assert report["comparison"]["refusals"]
        assert run(server, "show", SHIPPED).output.startswith("#")
        assert json.loads(run(server, "show", SHIPPED, "--json").output)["name"] == "fraud"
        assert run(server, "show", "nothing").exit_code == 2

    def test_without_a_database_it_says_so(self, server: dict[str, str]) -> None:
        done = run(server | {"FINNAMI_MONGO_URL": "mongodb://127.0.0.1:1/x"}, "list")
        assert done.exit_code == 2
        assert done.output.startswith("finnami: ")
