"""The model desk: promote, roll back, shadow; each process follows without a restart."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domains.fraud.adapters.model import StoredScorers
from app.domains.fraud.errors import (
    ModelChangedError,
    ModelChangeNotFoundError,
    ModelNotFoundError,
    ModelRefusedError,
    NothingToRollBackError,
    PromotionRefusedError,
    SecondPersonError,
)
from app.domains.fraud.model_types import ChangeAction, ChangeState, Comparison, ModelChange
from app.domains.fraud.repository import comparisons
from app.domains.fraud.service import FraudService
from app.domains.identity.types import Role, StepUpAction
from app.ml.store import ModelStore
from tests.factories.cases import caller_of
from tests.factories.ledger import Bank, build_bank
from tests.factories.models import KEY, own_store, registered, shipped_store, variant

SHIPPED = shipped_store().shipped_version("fraud")
WHY = {"actor": "dana", "reason": "better on June"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    tmp = tmp_path_factory.mktemp("models")
    found = own_store(tmp / "own")
    registered(found, tmp, "v2")
    registered(found, tmp, "v3", (0.2, 0.2, 0.6))
    return found


@pytest.fixture(params=[False, True], ids=["first attempt commits", "first attempt aborts"])
def bank(request: pytest.FixtureRequest) -> Bank:
    return build_bank(abort_first=request.param)


def process(bank: Bank, store: ModelStore) -> FraudService:
    """One process of the product: the database is shared, the loaded model is its own."""
    return FraudService(
        db=bank.db, clock=bank.clock, scorers=StoredScorers(store), identity=bank.house.identity
    )


def audited(bank: Bank) -> list[str]:
    return [entry.action for entry in bank.db.audited if entry.action.startswith("model.")]


async def won(bank: Bank, version: str, against: str = SHIPPED, **other: object) -> None:
    """Keep a comparison that this version won."""
    found = won_against(version, against, at=bank.clock.now(), **other)
    await comparisons.put(bank.db, found)


def won_against(version: str, against: str, *, at: datetime, **other: object) -> Comparison:
    """Return a comparison that a version won, or did not by `other`."""
    measured = {"average_precision": 0.8, "recall_fpr_01": 0.8, "ece": 0.001, "cost": 900.0}
    fields: dict[str, object] = {
        "champion_version": against,
        "challenger_version": version,
        "since": at - timedelta(days=20),
        "until": at,
        "at": at,
        "rows": 9_000,
        "labelled": 8_000,
        "frauds": 60,
        "labelled_days": 20.0,
        "agreement": 0.99,
        "champion": {**measured, "average_precision": 0.7, "cost": 1_000.0},
        "challenger": measured,
        "precision_gain": (0.02, 0.15),
        "cost_saving": (20.0, 150.0),
    }
    return Comparison(**(fields | other))


@pytest.mark.row("AO2")
class TestDesk:
    async def test_the_shipped_version_is_in_force_until_somebody_promotes(
        self, bank: Bank, store: ModelStore
    ) -> None:
        one = process(bank, store)
        await one.in_force.refresh()
        assert one.model_version == SHIPPED
        assert (await one.models.pointer()).revision == 0

    async def test_promotion_and_rollback_reach_every_process_without_a_restart(
        self, bank: Bank, store: ModelStore
    ) -> None:
        one, other = process(bank, store), process(bank, store)
        for each in (one, other):
            await each.in_force.refresh()
        await won(bank, "v2")
        await one.models.promote("v2", **WHY)
        for each in (one, other):
            await each.in_force.refresh()
        assert (one.model_version, other.model_version) == ("v2", "v2")
        await other.models.rollback(**WHY)
        await one.in_force.refresh()
        assert one.model_version == SHIPPED
        with pytest.raises(NothingToRollBackError):
            await other.models.rollback(**WHY)
        assert audited(bank) == ["model.promoted", "model.rolled_back"]

    async def test_promoting_what_is_in_force_changes_nothing(
        self, bank: Bank, store: ModelStore
    ) -> None:
        one = process(bank, store)
        await one.models.promote(SHIPPED, **WHY)
        assert (await one.models.pointer()).revision == 0

    async def test_without_an_earlier_version_there_is_nothing_to_roll_back(
        self, bank: Bank, store: ModelStore
    ) -> None:
        with pytest.raises(NothingToRollBackError):
            await process(bank, store).models.rollback(**WHY)

    async def test_unknown_unsigned_and_altered_versions_are_refused(
        self, bank: Bank, tmp_path: Path
    ) -> None:
        own = own_store(tmp_path / "own")
        desk = process(bank, own).models
        with pytest.raises(ModelNotFoundError):
            await desk.promote("nothing", **WHY)
        variant(tmp_path / "own" / "fraud" / "unsigned", "unsigned")
        with pytest.raises(ModelRefusedError, match="neither shipped nor signed"):
            await desk.promote("unsigned", **WHY, gated=False)
        registered(own, tmp_path, "bent")
        file = tmp_path / "own" / "fraud" / "bent" / "artefact.npz"
        file.write_bytes(file.read_bytes()[:-1] + b"x")
        with pytest.raises(ModelRefusedError, match="altered"):
            await desk.promote("bent", **WHY, gated=False)
        assert audited(bank) == []

    async def test_a_version_that_is_lost_later_leaves_the_present_one_judging(
        self, bank: Bank, tmp_path: Path
    ) -> None:
        own = own_store(tmp_path / "own")
        registered(own, tmp_path, "v9")
        one = process(bank, own)
        await one.in_force.refresh()
        await one.models.promote("v9", **WHY, gated=False)
        (tmp_path / "own" / "fraud" / "v9" / "artefact.npz").unlink()
        await one.in_force.refresh()
        assert one.model_version == SHIPPED
        # Mended: looked at again after a minute.
        own.register(tmp_path / "v9", signing_key=KEY.private_bytes_raw())
        (tmp_path / "own" / "fraud" / "v9" / "artefact.npz").write_bytes(
            (tmp_path / "v9" / "artefact.npz").read_bytes()
        )
        await one.in_force.refresh()
        assert one.model_version == SHIPPED
        bank.clock.advance(61)
        await one.in_force.refresh()
        assert one.model_version == "v9"

    async def test_shadow_is_set_and_ended_and_never_the_one_in_force(
        self, bank: Bank, store: ModelStore
    ) -> None:
        desk = process(bank, store).models
        pointer = await desk.shadow("v2", **WHY)
        assert (pointer.challenger, pointer.version) == ("v2", SHIPPED)
        assert await desk.shadow("v2", **WHY) == pointer
        with pytest.raises(ModelRefusedError, match="cannot challenge itself"):
            await desk.shadow(SHIPPED, **WHY)
        assert (await desk.shadow(None, **WHY)).challenger is None


@pytest.mark.row("FC7")
class TestGate:
    async def test_without_a_comparison_it_is_refused(self, bank: Bank, store: ModelStore) -> None:
        with pytest.raises(PromotionRefusedError, match="run it in shadow first"):
            await process(bank, store).models.promote("v2", **WHY)

    @pytest.mark.parametrize(
        ("other", "reason"),
        [
            ({"labelled_days": 13.0}, "labelled days"),
            ({"precision_gain": (-0.01, 0.2)}, "gain is not certain"),
            ({"cost_saving": (-1.0, 50.0)}, "saving is not certain"),
            ({"champion": {}, "challenger": {}, "frauds": 0}, "both kinds are needed"),
        ],
    )
    async def test_each_missing_proof_is_named(
        self, bank: Bank, store: ModelStore, other: dict[str, object], reason: str
    ) -> None:
        await won(bank, "v2", **other)
        with pytest.raises(PromotionRefusedError, match=reason):
            await process(bank, store).models.promote("v2", **WHY)

    @pytest.mark.parametrize(("recall", "ece"), [(0.79, 0.001), (0.8, 0.004), (0.8, float("nan"))])
    async def test_lost_recall_and_calibration_block_it(
        self, bank: Bank, store: ModelStore, recall: float, ece: float
    ) -> None:
        measured = {"average_precision": 0.9, "recall_fpr_01": recall, "ece": ece, "cost": 1.0}
        await won(bank, "v2", challenger=measured)
        with pytest.raises(PromotionRefusedError):
            await process(bank, store).models.promote("v2", **WHY)


@pytest.mark.row("AO2")
class TestFourEyes:
    async def test_one_asks_and_another_one_with_a_code_carries_it_out(
        self, bank: Bank, store: ModelStore
    ) -> None:
        fraud = process(bank, store)
        dana = caller_of(await bank.person("dana"), Role.DATA_SCIENTIST)
        await won(bank, "v2")
        change = await fraud.model_changes.ask(
            ChangeAction.PROMOTE, "v2", caller=dana, reason="better"
        )
        with pytest.raises(SecondPersonError):
            await decide(bank, fraud, "dana", change.change_id)
        done = await decide(bank, fraud, "eve", change.change_id)
        assert (done.state, done.decided_by) == (ChangeState.DONE, await bank.person("eve"))
        assert (await fraud.models.pointer()).version == "v2"
        with pytest.raises(ModelChangedError):
            await decide(bank, fraud, "eve", change.change_id)

    async def test_a_change_is_not_made_on_top_of_one_nobody_saw(
        self, bank: Bank, store: ModelStore
    ) -> None:
        fraud = process(bank, store)
        dana = caller_of(await bank.person("dana"), Role.DATA_SCIENTIST)
        await won(bank, "v2")
        change = await fraud.model_changes.ask(ChangeAction.PROMOTE, "v2", caller=dana, reason="x")
        await fraud.models.promote("v3", **WHY, gated=False)
        await won(bank, "v2", against="v3")
        with pytest.raises(ModelChangedError):
            await decide(bank, fraud, "eve", change.change_id)
        assert (await fraud.models.pointer()).version == "v3"
        assert (await fraud.model_changes.list())[0].state is ChangeState.ASKED

    async def test_it_can_be_turned_down_also_by_who_asked_and_lapses_after_a_day(
        self, bank: Bank, store: ModelStore
    ) -> None:
        fraud = process(bank, store)
        dana = caller_of(await bank.person("dana"), Role.DATA_SCIENTIST)
        await fraud.models.promote("v2", **WHY, gated=False)
        change = await fraud.model_changes.ask(
            ChangeAction.ROLLBACK, None, caller=dana, reason="looks wrong"
        )
        assert change.version == SHIPPED
        turned = await decide(bank, fraud, "dana", change.change_id, agree=False)
        assert turned.state is ChangeState.DECLINED
        late = await fraud.model_changes.ask(
            ChangeAction.ROLLBACK, None, caller=dana, reason="again"
        )
        bank.clock.advance(86_400)
        with pytest.raises(ModelChangeNotFoundError):
            await decide(bank, fraud, "dana", late.change_id, agree=False)


async def decide(
    bank: Bank, fraud: FraudService, name: str, change_id: str, *, agree: bool = True
) -> ModelChange:
    params: dict[str, str | int] = {
        "change": change_id, "decision": "agree" if agree else "disagree",
    }  # fmt: skip
    grant = await bank.grant(name, StepUpAction.MODEL_CHANGE, params)
    caller = caller_of(await bank.person(name), Role.DATA_SCIENTIST)
    return await fraud.model_changes.decide(change_id, caller=caller, agree=agree, grant=grant)
