"""The household model behind its port: asked facts only, trusted artefacts only, never upwards."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.domains.onboarding.adapters.households import StoredHouseholds, _columns
from app.domains.onboarding.risk_types import AskedHousehold, Reading
from app.domains.onboarding.rules import challenge, profiling
from app.ml.estimators.risk import RiskRecipe
from app.ml.features.risk import FORBIDDEN, SOURCE_COLUMNS, asked_rows, feature_rows
from app.ml.store import ModelStore
from app.ml.training.risk import train_risk
from app.ml.training.risk_data import read_households
from app.ml.trust import Trust
from tests.domains.onboarding.test_ageing import made
from tests.factories.households import households

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ASKED = AskedHousehold(
    currency="USD",
    age_years=32,
    dependants=0,
    yearly_income=28_800.0,
    net_worth=60_000.0,
    liquid=12_000.0,
    debt_payment_share=0.0,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """A registered, signed model trained on 240 invented households."""
    root = tmp_path_factory.mktemp("households")
    households().to_parquet(root / "known.parquet")
    recipe = RiskRecipe(trees=3)
    train_risk(read_households(root / "known.parquet"), root / "m", seed=1, recipe=recipe)
    trust = Trust({}, KEY.public_key().public_bytes_raw())
    found = ModelStore(root / "shipped", root / "own", trust)
    found.register(root / "m", signing_key=KEY.private_bytes_raw())
    return found


@pytest.mark.row("RS4")
class TestStoredHouseholds:
    async def test_a_registered_model_answers_with_classes(self, store: ModelStore) -> None:
        model = StoredHouseholds(store)
        assert model.usual(ASKED) is None, "nothing before it is loaded"
        await model.load()
        usual = model.usual(ASKED)
        assert usual
        assert set(usual) <= set(challenge.CLASSES)
        assert model.version

    async def test_without_trust_or_in_other_money_nothing_is_compared(
        self, store: ModelStore, tmp_path: Path
    ) -> None:
        untrusted = StoredHouseholds(replace(store, trust=Trust({}, None)))
        await untrusted.load()
        assert untrusted.usual(ASKED) is None
        empty = StoredHouseholds(ModelStore(tmp_path, tmp_path, store.trust))
        await empty.load()
        assert empty.version is None
        model = StoredHouseholds(store)
        await model.load()
        assert model.usual(replace(ASKED, currency="EUR")) is None

    def test_sex_and_race_are_not_among_what_is_asked(self) -> None:
        assert not set(_columns(ASKED)) & set(FORBIDDEN)
        assert set(_columns(ASKED)) <= set(SOURCE_COLUMNS)


class TestAskedRows:
    def test_with_every_column_it_is_the_row_of_training(self) -> None:
        frame = households(5)
        columns = {name: frame[name].to_numpy(float) for name in SOURCE_COLUMNS}
        fill = np.full(feature_rows(columns).shape[1], 7.0)
        np.testing.assert_array_equal(asked_rows(columns, fill), feature_rows(columns))

    def test_what_was_not_asked_stands_at_the_mean(self) -> None:
        fill = np.full(55, 7.0)
        row = asked_rows(_columns(ASKED), fill)[0]
        assert (row == 7.0).sum() == 55 - 8  # seven columns, liq_months and pir; NORMINC is money


class Says:
    """A model that always finds the same answers usual."""

    version = "made-up"

    def __init__(self, *usual: str) -> None:
        self._usual = usual

    async def load(self) -> None:
        """Do nothing."""

    def usual(self, asked: AskedHousehold) -> tuple[str, ...] | None:
        return self._usual or None


@pytest.mark.row("RS4")
class TestChallenge:
    @given(
        st.lists(st.sampled_from(challenge.CLASSES), min_size=1, unique=True),
        st.none() | st.sampled_from(Reading),
    )
    def test_no_model_and_no_reply_ever_raises_and_ignoring_it_blocks_nothing(
        self, usual: list[str], reply: Reading | None
    ) -> None:
        without = made()
        first = made(households=Says(*usual))
        asked = [one for one in first.follow_ups if one.code == profiling.HOUSEHOLD]
        assert first.final == without.final, "asking alone changes nothing"
        assert [one.code for one in first.waits] == [one.code for one in without.waits]
        assert bool(asked) is ("average" not in usual)
        assert dict((first.challenge or challenge.SKIPPED).values)["model"] == "made-up"
        if asked and reply:
            replies = {profiling.HOUSEHOLD: (reply, asked[0].fingerprint)}
            after = made(households=Says(*usual), replies=replies)
            assert after.final <= without.final

    def test_the_careful_reply_to_a_lower_set_lowers(self) -> None:
        (asked,) = made(households=Says("none")).follow_ups
        replies = {profiling.HOUSEHOLD: (Reading.CAREFUL, asked.fingerprint)}
        assert made(households=Says("none"), replies=replies).tolerance == 3
