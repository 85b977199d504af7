"""The authorisation matrix: how it is stored, and a draft of the rows that are missing.

`python -m tests.authz.matrix` prints the rows that `matrix.csv` lacks, drafted from the
declared policies. A person reads them before they are pasted in: the file is the intention,
the policies are the code.

Cells: `401` nobody, `403` wrong role, `404` not there or not yours, `pass` reaches the route,
`-` does not apply. Column `ids`: `real` when the world of the test has the object, else `made-up`.
"""

import csv
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("matrix.csv")
CALLERS = (
    "anonymous",
    "user",
    "other_user",
    "staff_without_role",
    "staff_with_role",
    "expired",
    "revoked",
)
COLUMNS = ("operation", "method", "path", "ids", *CALLERS)


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return (method, path, operation) of each operation id."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def rows() -> dict[str, dict[str, str]]:
    """Return the rows of the file by operation id."""
    with FILE.open(newline="", encoding="utf-8") as file:
        return {row["operation"]: row for row in csv.DictReader(file)}


def drafted(name: str, method: str, path: str, operation: dict[str, Any]) -> dict[str, str]:
    """Return a row as the declared policy wants it."""
    audience = operation["x-finnami-policy"]["audience"]
    has_ids = "{" in path
    row = {"operation": name, "method": method, "path": path, "ids": "made-up" if has_ids else "-"}
    if audience == "public":
        cells = ("pass", "pass", "-", "pass", "-", "pass", "pass")
    elif audience == "user":
        stranger = "404" if has_ids else "pass"
        cells = ("401", "pass", stranger if has_ids else "-", stranger, "-", "401", "401")
    else:
        cells = ("401", "403", "-", "403", "pass", "401", "401")
    return row | dict(zip(CALLERS, cells, strict=True))


def main() -> None:
    """Print the missing rows."""
    from app.core.config import Settings
    from app.main import create_app

    found = operations(create_app(Settings()).openapi())
    known = rows() if FILE.exists() else {}
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    if not known:
        writer.writeheader()
    for name, (method, path, operation) in found.items():
        if name not in known:
            writer.writerow(drafted(name, method, path, operation))


if __name__ == "__main__":
    main()
