"""How commands find the servers of a FinNami that runs on this machine: `up` leaves a note."""

import json
import os
from pathlib import Path

from app.core.config import Settings

FILE = "connection.json"
_PASSED_ON = (
    "FINNAMI_MONGO_URL",
    "FINNAMI_REDIS_URL",
    "FINNAMI_KEY_FILE",
    "FINNAMI_MONGO_EMBEDDED",
    "FINNAMI_PUBLIC_URL",
)


def leave_note(folder: Path, environment: dict[str, str]) -> None:
    """Write where the servers listen, readable by the owner only: it holds passwords."""
    note = {name: environment[name] for name in _PASSED_ON if name in environment}
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(note, file)


def local_settings() -> Settings:
    """Return the settings; what is not set comes from the note in the data folder.

    So `finnami market import FILE` in a second terminal reaches the servers of `finnami up`.
    Raises ValueError when neither says where the database is.
    """
    settings = Settings()
    if settings.mongo_url is not None:
        return settings
    try:
        note = json.loads((settings.data_dir / FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(
            "no database: start `finnami up` first, or set FINNAMI_MONGO_URL"
        ) from None
    prefix = len("FINNAMI_")
    fields = {name[prefix:].lower(): value for name, value in note.items()}
    unset = {name: value for name, value in fields.items() if name not in settings.model_fields_set}
    return Settings(**unset)
