"""The table of arrows: every job has a coroutine, every event a job or a reason for none."""

import inspect

from app.core.events import Event
from app.domains.fraud import events as fraud
from app.domains.identity import events as identity
from app.domains.ledger import events as ledger
from app.domains.market import events as market
from app.domains.onboarding import events as onboarding
from app.domains.portfolio import events as portfolio
from app.services import SUBSCRIPTIONS
from app.worker.arq_queue import QUEUES
from app.worker.main import FUNCTIONS, PERIODIC

WAIVED = {
    "identity.user_registered.v1": "welcome messages come with the notifications, later",
    "identity.roles_changed.v1": "the epoch in the gate already ends the old tokens",
    "ledger.movement_posted.v1": "balances are read from the ledger; no projection exists yet",
    "ledger.movement_held.v1": "the case is opened in the transaction that holds the money",
    "ledger.movement_voided.v1": "balances are read from the ledger; no projection exists yet",
    "onboarding.kyc_decided.v1": "the person sees the state on her page; letters come later",
    "onboarding.risk_profile_made.v1": "advice reads the newest profile when it is asked for",
}


def all_events() -> dict[str, type[Event]]:
    return {
        cls.name: cls
        for module in (fraud, identity, ledger, market, onboarding, portfolio)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Event) and cls is not Event
    }


def test_every_event_has_a_job_or_a_written_reason_for_none():
    events = all_events()
    assert events.keys() == SUBSCRIPTIONS.keys() | WAIVED.keys()


def test_every_job_has_a_coroutine_and_a_queue():
    for jobs in SUBSCRIPTIONS.values():
        for name, queue in jobs:
            assert inspect.iscoroutinefunction(FUNCTIONS[name])
            assert queue in QUEUES


def test_job_names_can_be_paths_in_a_row():
    for name in FUNCTIONS:
        assert name.isidentifier()


def test_chores_have_names_of_their_own_and_end_before_their_next_turn():
    assert len({chore.name for chore in PERIODIC}) == len(PERIODIC)
    assert all(chore.timeout_s <= chore.every_s for chore in PERIODIC)
