"""The list of programs that make up a running FinNami, from its settings."""

import http.client
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import app
from app.cli.connection import leave_note
from app.cli.launch.child import Program
from app.cli.launch.errors import LaunchError
from app.cli.launch.mongo import MongoLauncher
from app.cli.launch.passwords import kept_key_ring, kept_passwords
from app.cli.launch.ports import is_free, kept_ports
from app.cli.launch.redis import RedisLauncher
from app.cli.launch.server import ServerLauncher
from app.cli.launch.watch import Watch
from app.core.config import Settings

FIRST_API_PORT = 8000
API_PORTS_TRIED = 100
ROLE_PORTS = ("worker-fast", "worker-slow")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, and where people find it."""

    programs: list[Program]
    url: str


def make_plan(
    settings: Settings, folder: Path, *, port: int | None, workers: int, demo: bool
) -> Plan:
    """Return the programs in starting order. Raises LaunchError with one line."""
    api_port = _api_port(port)
    ports = kept_ports(folder / "ports.json", ("mongo", "redis", *ROLE_PORTS))
    servers = _servers(settings, folder, ports)
    url = f"http://127.0.0.1:{api_port}"
    common = {
        "FINNAMI_DATA_DIR": str(folder),
        "FINNAMI_KEY_FILE": str(settings.key_file or kept_key_ring(folder / "keys.json")),
        "FINNAMI_PUBLIC_URL": (
            settings.public_url if "public_url" in settings.model_fields_set else url
        ),
        **_server_urls(settings, servers),
        # Where this package lies comes first; never the folder the user happens to stand in.
        "PYTHONPATH": str(Path(app.__file__).resolve().parents[1]),
        "PYTHONSAFEPATH": "1",
    }
    if servers and isinstance(servers[0], MongoLauncher):
        common["FINNAMI_MONGO_EMBEDDED"] = "true"
    leave_note(folder, common)
    programs = [_server_program(launcher, ports[launcher.name]) for launcher in servers]
    programs += _roles(common, [launcher.name for launcher in servers], api_port, workers, ports)
    if demo and settings.sandbox and importlib.util.find_spec("app.cli.demo"):
        programs.append(
            Program(
                name="demo",
                argv=_finnami("demo", "seed"),
                ready=lambda: False,
                needs=("api", *ROLE_PORTS, "feed"),
                settings=common,
                once=True,
                optional=True,
                ready_timeout_s=300,
            )
        )
    return Plan(programs=programs, url=common["FINNAMI_PUBLIC_URL"])


def _api_port(asked: int | None) -> int:
    if asked is not None:
        if not is_free(asked):
            raise LaunchError(f"port {asked} is taken by another program")
        return asked
    for port in range(FIRST_API_PORT, FIRST_API_PORT + API_PORTS_TRIED):
        if is_free(port):
            return port
    last = FIRST_API_PORT + API_PORTS_TRIED - 1
    raise LaunchError(f"no free port between {FIRST_API_PORT} and {last}; name one with --port")


def _servers(settings: Settings, folder: Path, ports: dict[str, int]) -> list[ServerLauncher]:
    """Return the embedded servers that no setting replaces."""
    passwords = kept_passwords(folder / "servers.json", ("mongo", "redis"))
    servers: list[ServerLauncher] = []
    if settings.mongo_url is None:
        servers.append(
            MongoLauncher(folder / "mongo", port=ports["mongo"], password=passwords["mongo"])
        )
    if settings.redis_url is None:
        servers.append(
            RedisLauncher(folder / "redis", port=ports["redis"], password=passwords["redis"])
        )
    for launcher in servers:
        if not launcher.installed():
            raise LaunchError(
                f"the embedded {launcher.name} is not installed: "
                f"pip install 'finnami[embedded]', or set FINNAMI_{launcher.name.upper()}_URL"
            )
    return servers


def _server_urls(settings: Settings, servers: list[ServerLauncher]) -> dict[str, str]:
    urls = {"mongo": settings.mongo_url, "redis": settings.redis_url}
    urls.update({launcher.name: launcher.url for launcher in servers})
    return {f"FINNAMI_{name.upper()}_URL": url for name, url in urls.items() if url is not None}


def _server_program(launcher: ServerLauncher, port: int) -> Program:
    return Program(
        name=launcher.name,
        argv=launcher.argv,
        prepare=launcher.prepare,
        ready=launcher.ready,
        watch=Watch(launcher.ready),
        port=port,
    )


def _roles(
    common: dict[str, str],
    servers: list[str],
    api_port: int,
    workers: int,
    ports: dict[str, int],
) -> list[Program]:
    """Return migrations, API, both workers and the feed."""
    migrated = (*servers, "migrate")
    roles = [
        Program(
            name="migrate",
            argv=_finnami("db", "migrate"),
            ready=lambda: False,
            needs=tuple(servers),
            settings=common,
            once=True,
            ready_timeout_s=600,
        ),
        Program(
            name="api",
            argv=_finnami("serve", "api", "--port", str(api_port), "--workers", str(workers)),
            ready=lambda: answers_ready(api_port),
            needs=migrated,
            settings=common,
            port=api_port,
        ),
    ]
    for name, queue in (("worker-fast", "fast"), ("worker-slow", "slow")):
        port = ports[name]
        roles.append(
            Program(
                name=name,
                argv=_finnami("serve", "worker", "--queue", queue),
                ready=_ready_at(port),
                needs=migrated,
                settings={**common, "FINNAMI_METRICS_PORT": str(port)},
                port=port,
            )
        )
    # The feed has no port to ask; it waits by itself for a database that is away.
    roles.append(
        Program(
            name="feed",
            argv=_finnami("serve", "feed"),
            ready=lambda: True,
            needs=migrated,
            settings=common,
        )
    )
    return roles


def _finnami(*arguments: str) -> Callable[[], list[str]]:
    return lambda: [sys.executable, "-m", "app.cli.main", *arguments]


def _ready_at(port: int) -> Callable[[], bool]:
    return lambda: answers_ready(port)


def answers_ready(port: int) -> bool:
    """Tell whether the role on this port says it may take work, its servers included."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", "/readyz?deps=1")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
