"""Start line, URL and first user of the embedded document database, a separate program."""

import hashlib
from pathlib import Path

from app.cli.launch import process
from app.core import db_admin

DISTRIBUTION = "secantusdb"
PROGRAM = "secantusd-py"
READY_TIMEOUT_S = 30.0


class MongoLauncher:
    """Starts SecantusDB in `folder` on a loopback port; every flag below was measured.

    Without --sync-on-commit acknowledged transfers are lost at a kill, without --config the
    program picks up files from the working folder, without --auth any local process could
    write the ledger (docs/decisions/0003).
    """

    name = "mongo"

    def __init__(
        self, folder: Path, *, port: int, password: str, any_database: bool = False
    ) -> None:
        self.folder = folder
        self._port = port
        self._password = password
        self._any_database = any_database

    @property
    def url(self) -> str:
        """The URL with the options that passed the kill test."""
        return (
            f"mongodb://{db_admin.APP_USER}:{self._password}@127.0.0.1:{self._port}"
            f"/{db_admin.APP_DATABASE}?authSource=admin&w=majority&journal=true"
            "&retryWrites=false&directConnection=true"
        )

    def installed(self) -> bool:
        """Tell whether the extra `embedded` brought the program."""
        return process.packaged_file(DISTRIBUTION, PROGRAM) is not None

    def argv(self, *, auth: bool = True) -> list[str]:
        """Return the mandatory start line; `auth=False` only for the very first start."""
        program = process.packaged_file(DISTRIBUTION, PROGRAM)
        if program is None:
            raise process.ChildFailedError(f"{PROGRAM} is not installed (extra: embedded)")
        arguments = {
            "--config": self._config_file,
            "--host": "127.0.0.1",
            "--port": self._port,
            "--storage-path": self._storage,
        }
        limits = {
            "--cache-size": "256M",
            "--oplog-retention-seconds": 3600,
            "--oplog-max-entries": 100_000,
            "--session-max": 1000,
        }
        line = [str(program), *_flags(arguments), *(["--auth"] if auth else [])]
        return [*line, "--sync-on-commit", *_flags(limits)]

    def prepare(self) -> None:
        """Write the configuration file and, before the first real start, create the user.

        The user is created on a server without --auth, which listens on loopback for those
        seconds only. Interrupted anywhere, the next call does it again.
        """
        self._storage.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._config_file.write_text("# flags on the start line decide\n", encoding="utf-8")
        if self._marker.exists() and self._marker.read_text(encoding="utf-8") == self._mark():
            return
        child = process.start(self.argv(auth=False), log=self.folder / "first-start.log")
        try:
            process.wait_until_ready(
                child, self._listens, name="the first start of mongo", timeout_s=READY_TIMEOUT_S
            )
            db_admin.create_app_user(self._port, self._password, any_database=self._any_database)
        finally:
            process.stop(child)
        self._marker.write_text(self._mark(), encoding="utf-8")

    def ready(self) -> bool:
        """Tell whether the server answers the application's user."""
        return process.listens(self._port) and db_admin.answers(self.url)

    def _listens(self) -> bool:
        url = f"mongodb://127.0.0.1:{self._port}/?directConnection=true"
        return process.listens(self._port) and db_admin.answers(url)

    def _mark(self) -> str:
        """Name the user's state, so that a lost password file leads to a new password."""
        state = f"{self._password}:{self._any_database}"
        return hashlib.sha256(state.encode()).hexdigest()

    @property
    def _storage(self) -> Path:
        return self.folder / "data"

    @property
    def _config_file(self) -> Path:
        return self.folder / "secantusd.toml"

    @property
    def _marker(self) -> Path:
        return self.folder / "user-created"


def _flags(values: dict[str, object]) -> list[str]:
    return [str(part) for pair in values.items() for part in pair]
