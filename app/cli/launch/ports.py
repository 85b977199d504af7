"""Loopback ports below the ephemeral range, tried by binding."""

import json
import secrets
import socket
from pathlib import Path

FIRST_PORT = 20_000
LAST_PORT = 32_000
"""Servers failed to bind inside the ephemeral range, which starts at 32768 on Linux."""


class PortTakenError(Exception):
    """No port could be had; the text is one line for a person."""


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that is only waiting to be forgotten is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(*, besides: set[int] | None = None) -> int:
    """Return a random free port between 20000 and 32000 that is not in `besides`.

    Raises PortTakenError after 200 tries.
    """
    for _ in range(200):
        port = FIRST_PORT + secrets.randbelow(LAST_PORT - FIRST_PORT)
        if port not in (besides or set()) and is_free(port):
            return port
    raise PortTakenError(f"no free port between {FIRST_PORT} and {LAST_PORT}")


def kept_ports(file: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return one free port per name, the same ones as last time while they are free.

    The choice is kept in `file` (JSON), so that a restart finds clients' addresses again.
    """
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        before = {}
    ports: dict[str, int] = {}
    for name in names:
        port = before.get(name) if isinstance(before, dict) else None
        if not isinstance(port, int) or not FIRST_PORT <= port < LAST_PORT or not is_free(port):
            port = free_port(besides=set(ports.values()))
        ports[name] = port
    file.write_text(json.dumps(ports, indent=1) + "\n", encoding="utf-8")
    return ports
