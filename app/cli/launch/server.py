"""What the supervisor needs from whoever starts a server: the protocol of both launchers."""

from pathlib import Path
from typing import Protocol


class ServerLauncher(Protocol):
    """Knows how one server is started; runs nothing by itself except in `prepare`."""

    name: str
    folder: Path

    @property
    def url(self) -> str:
        """The URL, password included, under which children reach the server."""

    def installed(self) -> bool:
        """Tell whether the program is there."""

    def prepare(self) -> None:
        """Write what must exist before the start; safe to repeat.

        Raises ChildFailedError when the first start does not succeed.
        """

    def argv(self) -> list[str]:
        """Return the start line; it never holds a password."""

    def ready(self) -> bool:
        """Tell whether the server answers with the application's credentials."""
