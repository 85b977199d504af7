"""`python -m tools.render_chart FOLDER`: renders the chart with every values file in helm/*/ci."""

import sys
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

from tools.cache import ROOT

CHART = ROOT / "helm" / "finnami"


def values_files() -> dict[str, Path]:
    """Return name -> values file of every supported shape of an installation."""
    return {file.stem: file for file in sorted((CHART / "ci").glob("*.yaml"))}


def values(file: Path) -> dict[str, Any]:
    """Return the values of one file; a file with comments only changes nothing."""
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}


def render(changes: dict[str, Any], *, chart: Path = CHART) -> list[dict[str, Any]]:
    """Return every rendered object. Raises helm_python.HelmError naming what is wrong."""
    loaded = helm.Chart.load(chart)
    merged = loaded.merge_values(changes)
    loaded.validate_schema(merged)
    texts = loaded.render(changes, name="demo", namespace="finnami", is_install=True)
    return [
        item
        for path, text in sorted(texts.items())
        if path.endswith(".yaml")
        for item in yaml.safe_load_all(text)
        if item
    ]


def main(arguments: list[str]) -> int:
    """Write one file per values file; return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m tools.render_chart FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in values_files().items():
        target = folder / f"{name}.yaml"
        target.write_text(yaml.safe_dump_all(render(values(file)), sort_keys=False))
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
