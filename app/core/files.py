"""Where the files that ship with the product lie: beside the code, or inside the wheel."""

from pathlib import Path

_APP = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """Return the folder `name` (models, migrations) of the checkout, or its copy in the wheel."""
    packed = _APP / f"_{name}"
    return packed if packed.is_dir() else _APP.parent / name
