"""`finnami serve`: one process role of the product in the foreground."""

import asyncio
import signal
import socket
import sys
from types import FrameType
from typing import TYPE_CHECKING

import click

from app.cli.launch.threads import keep_to_one_thread
from app.core.config import Settings

if TYPE_CHECKING:
    import uvicorn

APPLICATION = "app.main:create_app"
KEEP_ALIVE_S = 75
"""Longer than a proxy's, and than a reader's pause: 5 s dropped every thinking user."""

BACKLOG = 4096
GRACE_S = 25


@click.group()
def serve() -> None:
    """Run one role in the foreground; `finnami up` runs all of them."""


@serve.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="API processes."
)
def api(host: str, port: int, workers: int) -> None:
    """Serve the HTTP API and the web pages."""
    keep_to_one_thread()
    settings = Settings()
    config = configuration(APPLICATION, settings, host=host, port=port, workers=workers)
    sockets = [_listen(host, port)]
    if workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=sockets).run()
        return
    if settings.metrics_port is not None:
        # The same application: probes and metrics have a port of their own in a cluster.
        sockets.append(_listen(host, settings.metrics_port))
    server = _draining_server(config, settings.drain_s)
    server.run(sockets=sockets)
    if not server.started:
        sys.exit(1)


def configuration(
    application: str, settings: Settings, *, host: str, port: int, workers: int = 1
) -> "uvicorn.Config":
    """Return how an application is served: `application` names what makes it, `module:function`."""
    import uvicorn

    return uvicorn.Config(
        application,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        backlog=BACKLOG,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        log_level=settings.log_level.lower(),
    )


def _listen(host: str, port: int) -> socket.socket:
    """Return a bound socket. Exits with one line when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        click.echo(f"finnami: cannot listen on {host}:{port}: {error}", err=True)
        sys.exit(1)
    listener.set_inheritable(True)
    return listener


def _draining_server(config: "uvicorn.Config", drain_s: float) -> "uvicorn.Server":
    """Return a server that turns not-ready first and closes its listener `drain_s` later.

    uvicorn alone closes the listener at once; a load balancer that has not noticed yet
    would send people into a closed door.
    """
    import uvicorn

    class DrainingServer(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            state = getattr(config.loaded_app, "state", None) if config.loaded else None
            already = self.should_exit or not getattr(state, "ready", False)
            if drain_s <= 0 or already or sig != signal.SIGTERM:
                super().handle_exit(sig, frame)
                return
            if state is not None:
                state.ready = False
            close = super().handle_exit
            loop = asyncio.get_running_loop()
            # A signal handler may interrupt the loop anywhere: only this call is safe here.
            loop.call_soon_threadsafe(loop.call_later, drain_s, close, sig, frame)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """End the open streams first: they would hold the process for its whole grace."""
            state = getattr(config.loaded_app, "state", None) if config.loaded else None
            services = getattr(state, "services", None)
            if services is not None:
                services.live_quotes.close()
            await super().shutdown(sockets)

    return DrainingServer(config)


@serve.command()
@click.option(
    "--queue",
    required=True,
    type=click.Choice(["fast", "slow"]),
    help="fast: relay, sweeper, jobs up to 20 s. slow: long jobs, up to 600 s.",
)
def worker(queue: str) -> None:
    """Run the jobs of one queue."""
    from app.worker.main import run_worker

    run_worker(queue)


@serve.command()
def feed() -> None:
    """Read one market feed and write its quotes."""
    from app.worker.feed import run_feed

    run_feed()
