"""The composition root: ports in, services out, for the API, the workers and the CLI alike."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from app.core import audit, decisions, lease, outbox, translog
from app.core.clock import Clock, SystemClock
from app.core.config import Settings, database_name
from app.core.db import Database
from app.core.errors import UnavailableError
from app.core.files import shipped
from app.core.gate import Gate
from app.core.jobs import JobQueue, NullQueue
from app.core.keys import KeyRing, KeyRingError
from app.core.redis import slow_redis
from app.core.schema import CollectionSpec
from app.core.sidecar import Sidecar
from app.domains.analytics import service as analytics
from app.domains.analytics.service import AnalyticsService
from app.domains.analytics.source_types import Sources
from app.domains.chat import service as chat
from app.domains.chat.service import ChatActions, ChatService
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.turn_ports import ChatPorts
from app.domains.fraud import service as fraud
from app.domains.fraud.adapters.model import StoredScorers
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import Scorer, ScorerSource
from app.domains.identity import service as identity
from app.domains.identity.service import IdentityService
from app.domains.imports import service as imports
from app.domains.imports.service import ImportsService
from app.domains.ledger import service as ledger
from app.domains.ledger.service import LedgerService
from app.domains.market import service as market
from app.domains.market.adapters.live import LiveQuotes
from app.domains.market.adapters.tick_stream import TickStream
from app.domains.market.service import MarketService
from app.domains.onboarding import service as onboarding
from app.domains.onboarding.adapters.households import StoredHouseholds
from app.domains.onboarding.risk_types import Surroundings
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio import service as portfolio
from app.domains.portfolio.service import PortfolioService
from app.domains.reports import service as reports
from app.domains.reports.service import ReportsService
from app.ml.registry import ArtefactError
from app.ml.store import ModelStore
from app.ml.trust import PINS_FILE, Trust, read_pins

log = structlog.get_logger(__name__)

SPECS: tuple[CollectionSpec, ...] = (
    *audit.COLLECTIONS,
    *decisions.COLLECTIONS,
    *outbox.COLLECTIONS,
    *translog.COLLECTIONS,
    *lease.COLLECTIONS,
    *identity.COLLECTIONS,
    *onboarding.COLLECTIONS,
    *market.COLLECTIONS,
    *fraud.COLLECTIONS,
    *ledger.COLLECTIONS,
    *imports.COLLECTIONS,
    *portfolio.COLLECTIONS,
    *analytics.COLLECTIONS,
    *reports.COLLECTIONS,
    *chat.COLLECTIONS,
)

SUBSCRIPTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "identity.mail_requested.v1": (("deliver_mail", "fast"),),
    "identity.sessions_revoked.v1": (("repeat_tombstones", "fast"),),
    "fraud.case_released.v1": (("release_movement", "fast"), ("relabel_payment", "fast")),
    "fraud.case_rejected.v1": (("void_movement", "fast"), ("relabel_payment", "fast")),
    "fraud.review_sampled.v1": (("open_sample", "fast"),),
    "fraud.payment_labelled.v1": (("relabel_payment", "fast"),),
    "fraud.customer_asked.v1": (("ask_customer", "fast"),),
    "fraud.ring_refused.v1": (("relabel_ring", "fast"),),
    "fraud.model_watch_due.v1": (("watch_models", "slow"),),
    "fraud.rules_backtest_asked.v1": (("backtest_rules", "slow"),),
    "market.day_closed.v1": (("rebuild_frontier", "slow"),),
    "portfolio.frontier_wanted.v1": (("rebuild_frontier", "slow"),),
}
"""Every arrow: event name -> ((job name, queue), ...). An event without one needs a waiver."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What is heavy or foreign; each default says honestly that it is not there."""

    jobs: JobQueue = field(default_factory=NullQueue)
    scorer: Scorer | None = None
    scorers: ScorerSource | None = None
    """Where the model in force is loaded from, and loaded anew when another is promoted."""

    chat: Callable[[ChatTools], ChatPorts] | None = None
    """Engines and grounding of chat around its tools; without them it answers 503."""


@dataclass(frozen=True, slots=True)
class AppServices:
    """The doors of all domains, and what the process around them needs."""

    settings: Settings
    db: Database
    gate: Gate
    clock: Clock
    identity: IdentityService
    onboarding: OnboardingService
    market: MarketService
    live_quotes: LiveQuotes
    fraud: FraudService
    ledger: LedgerService
    imports: ImportsService
    portfolio: PortfolioService
    analytics: AnalyticsService
    reports: ReportsService
    chat_tools: ChatTools
    chat: ChatService
    chat_actions: ChatActions

    def close(self) -> None:
        """Stop what services started by themselves (the password thread, open streams)."""
        self.live_quotes.close()
        self.chat.close()
        self.identity.close()

    async def dependencies(self) -> dict[str, bool]:
        """Tell which outside servers answer now."""
        return {"mongo": await _answers(self.db.ping), "redis": self.gate.available}

    def models(self) -> dict[str, str]:
        """Return the version of each loaded model, by name."""
        return {"fraud": self.fraud.model_version or "rules only"}


async def _answers(ping: Callable[[], Awaitable[None]]) -> bool:
    try:
        await ping()
    except UnavailableError:
        return False
    return True


def open_database(settings: Settings, clock: Clock | None = None) -> Database:
    """Return the database of the settings; call it inside the running loop.

    Raises ValueError when no URL is set.
    """
    if not settings.mongo_url:
        raise ValueError("set FINNAMI_MONGO_URL, or start everything with `finnami up`")
    return Database.connect(
        settings.mongo_url,
        database_name(settings.mongo_url),
        transactions_at_once=settings.transactions_at_once,
        sidecar=Sidecar(SUBSCRIPTIONS),
        clock=clock or SystemClock(),
    )


def migrations_dir() -> Path:
    """Return the folder of the migration scripts."""
    return shipped("migrations")


def load_keys(settings: Settings) -> KeyRing:
    """Return the installation's keys. Raises KeyRingError naming the file."""
    if settings.key_file is None:
        raise KeyRingError("set FINNAMI_KEY_FILE, or start everything with `finnami up`")
    return KeyRing.load(settings.key_file)


def model_store(settings: Settings, keys: KeyRing | None = None) -> ModelStore:
    """Return the models of an installation and which of them it trusts.

    Pins are read beside the code, wherever the models lie: whoever can write a model folder
    cannot pin it. Without a key ring only what ships is trusted, and without pins nothing that
    ships: rules and a fresh code then stand in for the model.
    """
    if keys is None and settings.key_file is not None:
        with suppress(KeyRingError):
            keys = KeyRing.load(settings.key_file)
    public_key = keys.model_key().public_key().public_bytes_raw() if keys else None
    try:
        pins = read_pins(shipped("models") / PINS_FILE)
    except ArtefactError as error:
        log.warning("model_pins_missing", reason=error.detail)
        pins = {}
    return ModelStore(settings.models_dir, settings.registered_models, Trust(pins, public_key))


def stored_scorers(settings: Settings, keys: KeyRing | None = None) -> StoredScorers:
    """Return where this process gets its fraud model from."""
    return StoredScorers(model_store(settings, keys), path=settings.fraud_path)


async def connect_gate(settings: Settings) -> Gate:
    """Return a connected gate. Raises GateUnavailableError, ValueError when no URL is set."""
    if settings.redis_url is None:
        raise ValueError("set FINNAMI_REDIS_URL, or start everything with `finnami up`")
    return await Gate.connect(settings.redis_url)


def build(
    settings: Settings, *, db: Database, gate: Gate, keys: KeyRing, clock: Clock, ports: Ports
) -> AppServices:
    """Return the services of one process, each with exactly what it uses."""
    identity_service = IdentityService(db=db, gate=gate, clock=clock, settings=settings, keys=keys)
    envelope = identity_service.envelope
    market_service = MarketService(
        db=db, clock=clock, seed=settings.market_seed, feed=settings.feed
    )
    models = model_store(settings, keys)
    onboarding_service = OnboardingService(
        db=db,
        envelope=envelope,
        identity=identity_service,
        clock=clock,
        high_risk_countries=settings.high_risk_countries,
        surroundings=Surroundings(StoredHouseholds(models), market_service),
    )
    fraud_service = _fraud(settings, ports, db, gate, clock, identity_service)
    ledger_service = LedgerService(
        db=db, clock=clock, identity=identity_service,
        onboarding=onboarding_service, fraud=fraud_service, keys=keys,
    )  # fmt: skip
    portfolio_service = PortfolioService(
        db=db,
        clock=clock,
        market=market_service,
        onboarding=onboarding_service,
        ledger=ledger_service,
        models=models,
    )
    analytics_service = AnalyticsService(
        db=db,
        clock=clock,
        sources=Sources(
            identity_service.arrivals, onboarding_service.progress,
            ledger_service.flows, fraud_service.kpis),
    )  # fmt: skip
    rooms = (portfolio_service, ledger_service, market_service, onboarding_service)
    tools = ChatTools.of_house(rooms, db=db, clock=clock, identity=identity_service)
    talk = ports.chat(tools) if ports.chat else None
    return AppServices(
        settings=settings,
        db=db,
        gate=gate,
        clock=clock,
        identity=identity_service,
        onboarding=onboarding_service,
        market=market_service,
        live_quotes=_live_quotes(settings, market_service),
        fraud=fraud_service,
        ledger=ledger_service,
        imports=ImportsService(db=db, clock=clock),
        portfolio=portfolio_service,
        analytics=analytics_service,
        reports=ReportsService(
            db=db,
            clock=clock,
            ledger=ledger_service,
            portfolio=portfolio_service,
            analytics=analytics_service,
            fraud=fraud_service,
            customers=identity_service.arrivals,
        ),
        chat_tools=tools,
        chat=ChatService(db=db, gate=gate, clock=clock, envelope=envelope, ports=talk),
        chat_actions=ChatActions(db=db, clock=clock, identity=identity_service, tools=tools),
    )


def _fraud(
    settings: Settings, ports: Ports, db: Database, gate: Gate, clock: Clock, who: IdentityService
) -> FraudService:
    return FraudService(
        db=db,
        clock=clock,
        scorer=ports.scorer,
        scorers=ports.scorers,
        gate=gate,
        identity=who,
        four_eyes_minor=settings.fraud_four_eyes_minor,
        review_share=settings.fraud_review_share,
        rule_impact_max=settings.fraud_rule_impact_max_bps / 10_000,
    )


def _live_quotes(settings: Settings, market_service: MarketService) -> LiveQuotes:
    """Return the streams of quotes; the connection is made when somebody follows."""
    redis_url = settings.redis_url
    if redis_url is None:
        return LiveQuotes(market_service, None)
    return LiveQuotes(market_service, lambda: TickStream(slow_redis(redis_url)))
