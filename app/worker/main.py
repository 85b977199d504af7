"""A worker process: connections, services, the jobs of one queue and the periodic loops."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog

from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.db import Database
from app.core.errors import FinNamiError
from app.core.gate import Gate
from app.core.keys import KeyRing, KeyRingError
from app.core.logging import configure_logging
from app.core.migrate import discover, status
from app.core.redis import RedisFault
from app.services import (
    AppServices,
    Ports,
    build,
    connect_gate,
    load_keys,
    migrations_dir,
    open_database,
    stored_scorers,
)
from app.worker.arq_queue import QUEUES, ArqQueue, QueueSettings, arq_worker
from app.worker.crons import SERVICES, Cron, cron_jobs
from app.worker.job import Handler, JobRunner
from app.worker.jobs import fraud, identity, ledger, notify, portfolio
from app.worker.loops import Periodic, keep_doing
from app.worker.probes import Probes
from app.worker.relay import Relay
from app.worker.sequencer import Sequencer

FUNCTIONS: Mapping[str, Handler] = {
    "deliver_mail": notify.deliver_mail,
    "repeat_tombstones": identity.repeat_tombstones,
    "release_movement": ledger.release_movement,
    "void_movement": ledger.void_movement,
    "relabel_payment": fraud.relabel_payment,
    "open_sample": fraud.open_sample,
    "relabel_ring": fraud.relabel_ring,
    "watch_models": fraud.watch_models,
    "backtest_rules": fraud.backtest_rules,
    "ask_customer": ledger.ask_customer,
    "rebuild_frontier": portfolio.rebuild_frontier,
}
"""Every job by the name SUBSCRIPTIONS uses; both queues know all of them."""

PERIODIC: tuple[Periodic, ...] = (
    Periodic("expire_holds", 30.0, lambda services: services.ledger.holds.expire()),
    Periodic("book_actions", 20.0, lambda services: services.portfolio.book_actions()),
    Periodic("mend_fraud_state", 5.0, lambda services: services.fraud.mend(), timeout_s=5.0),
    Periodic("watch_models", 300.0, lambda services: services.fraud.model_watch.due()),
    Periodic("link_accounts", 30.0, lambda services: services.fraud.rings.sweep()),
    Periodic("roll_up", 300.0, lambda s: s.analytics.refreshing.run(), timeout_s=120.0),
)
"""What worker `fast` does by itself, apart from relaying and sequencing."""

CRONS: Mapping[str, tuple[Cron, ...]] = {
    "fast": (Cron("rebalance", lambda services: services.portfolio.automatic.run_due()),),
    # Each hour, not once a night: a machine that sleeps then catches up. A month that is made
    # costs one read.
    "slow": (Cron("make_reports", lambda s: s.reports.schedule.due(), minute=10, timeout_s=570.0),),
}
"""What the workers of a queue are asked for by arq's cron, at set times in UTC."""

# Below the supervisor's 25 s, so that running jobs end before the kill.
STOP_GRACE_S = 20.0

log = structlog.get_logger(__name__)


class WorkerProcess:
    """What one worker holds between its start and its end."""

    def __init__(
        self,
        settings: Settings,
        queue: QueueSettings,
        functions: Mapping[str, Handler],
        chores: tuple[Periodic, ...],
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._functions = functions
        self._chores = chores
        self._clock = SystemClock()
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._gate: Gate | None = None
        self._db: Database | None = None
        self._jobs: ArqQueue | None = None
        self._services: AppServices | None = None
        self._relay: Relay | None = None
        self._probes: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, ctx: dict[Any, Any]) -> None:
        """Connect, compose, and start the loops (arq's on_startup)."""
        keys = load_keys(self._settings)
        self._gate = await connect_gate(self._settings)
        self._db = open_database(self._settings, self._clock)
        self._jobs = await ArqQueue.connect(self._settings.redis_url or "")
        (await status(self._db, discover(migrations_dir()))).require_ready()
        self._db.nudge_with(self._jobs.nudge)
        self._services = build(
            self._settings,
            db=self._db,
            gate=self._gate,
            keys=keys,
            clock=self._clock,
            ports=Ports(jobs=self._jobs, scorers=stored_scorers(self._settings, keys)),
        )
        await self._services.fraud.in_force.refresh()
        self._spawn(self._services.fraud.in_force.keep(), "model_in_force")
        ctx[SERVICES] = self._services
        ctx["runner"] = JobRunner(
            self._functions,
            self._services,
            db=self._db,
            clock=self._clock,
            timeout_s=self._queue.timeout_s,
        )
        if self._queue.name == "fast":
            self._start_loops(self._db, self._jobs, self._services, keys)
        await self._listen()
        log.info("worker_ready", queue=self._queue.name, jobs=len(self._functions))

    def _start_loops(
        self, db: Database, jobs: ArqQueue, services: AppServices, keys: KeyRing
    ) -> None:
        self._relay = Relay(db, jobs, self._clock, owner=self._owner)
        sequencer = Sequencer(db, self._clock, key=keys.log_key(), owner=self._owner)
        self._spawn(self._relay.run(), "relay")
        self._spawn(sequencer.run(), "sequencer")
        for chore in self._chores:
            self._spawn(keep_doing(chore, services, owner=self._owner), chore.name)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.add(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """End the process when a loop died: half a worker looks alive and does nothing."""
        self._tasks.discard(task)
        if task.cancelled():
            return
        log.error("worker_loop_died", loop=task.get_name(), exc_info=task.exception())
        os.kill(os.getpid(), signal.SIGTERM)

    async def _listen(self) -> None:
        if self._settings.metrics_port is None:
            return
        pages = {"/livez": self._livez, "/readyz": self._readyz, "/metrics": self._metrics}
        self._probes = await Probes(pages).listen(
            self._settings.metrics_port, host=self._settings.probes_host
        )

    async def _livez(self) -> tuple[int, str]:
        return 200, "alive\n"

    async def _readyz(self) -> tuple[int, str]:
        if self._services is None:
            return 503, "starting\n"
        away = [name for name, up in (await self._services.dependencies()).items() if not up]
        return (503, f"away: {', '.join(away)}\n") if away else (200, "ready\n")

    async def _metrics(self) -> tuple[int, str]:
        lines = []
        if self._jobs is not None:
            depth = await self._jobs.depth(self._queue.name)
            lines.append(f'finnami_queue_depth{{queue="{self._queue.name}"}} {depth}')
        if self._relay is not None:
            lines.append(f"finnami_outbox_oldest_due_seconds {self._relay.oldest_due_s:.3f}")
            lines.append(f"finnami_outbox_relayed_total {self._relay.relayed_total}")
        return 200, "\n".join(lines) + "\n"

    async def stop(self, _ctx: dict[Any, Any]) -> None:
        """Stop the loops and close the connections (arq's on_shutdown); safe when half started."""
        if self._probes is not None:
            self._probes.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._services is not None:
            self._services.close()
        if self._jobs is not None:
            await self._jobs.close()
        if self._gate is not None:
            await self._gate.close()
        if self._db is not None:
            await self._db.close()


def run_worker(name: str) -> None:
    """Run the worker of one queue (`fast` or `slow`) until SIGTERM; see `run`."""
    run(QUEUES[name], FUNCTIONS, PERIODIC, CRONS.get(name, ()))


def run(
    queue: QueueSettings,
    functions: Mapping[str, Handler],
    chores: tuple[Periodic, ...] = (),
    crons: tuple[Cron, ...] = (),
) -> None:
    """Run one worker with these jobs and crons, and these chores in `fast`, until SIGTERM.

    Exits with 1 when a server cannot be reached or Redis goes away: whoever started the
    worker starts it again, which is the normal way back after a restart of Redis.
    """
    settings = Settings()
    configure_logging(settings.log_level)
    asyncio.set_event_loop(asyncio.new_event_loop())
    process = WorkerProcess(settings, queue, functions, chores)
    try:
        if settings.redis_url is None:
            raise ValueError("set FINNAMI_REDIS_URL, or start everything with `finnami up`")
        arq_worker(
            queue,
            list(functions),
            crons=cron_jobs(crons),
            redis_url=settings.redis_url,
            on_startup=process.start,
            on_shutdown=process.stop,
            grace_s=STOP_GRACE_S,
        ).run()
    except (FinNamiError, KeyRingError, RedisFault, OSError, ValueError) as error:
        log.critical(
            "worker_ended", queue=queue.name, error=type(error).__name__, detail=str(error)[:200]
        )
        sys.exit(1)
