"""Every figure that Node's Intl writes is read back exactly, in all locales of the product."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from app.domains.chat.evidence_types import Kind
from app.domains.chat.grounding.judging import Judge

LOCALES = (
    "en-US", "en-GB", "en-IN", "es-ES", "es-MX", "fr-FR", "fr-CH", "de-DE", "de-CH", "de-AT",
    "pt-BR", "pt-PT", "hi-IN", "ar", "ar-EG", "ar-MA", "zh-CN", "zh-TW",
)  # fmt: skip
KINDS = {"currency": Kind.MONEY, "code": Kind.MONEY, "percent": Kind.PERCENT}
COMPACT_ERROR = Decimal("0.0051")
"""Half a unit of the third digit that a compact figure shows."""


@pytest.mark.row("CH3")
def test_what_intl_writes_is_read_exactly() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node: it writes the figures")
    script = Path(__file__).with_name("intl.js")
    written = subprocess.run(
        [node, str(script), *LOCALES], capture_output=True, text=True, check=True, timeout=60
    )
    judges = {name: Judge(evidence=(), locale=name, base_currency="EUR") for name in LOCALES}
    wrong: Counter[tuple[str, str]] = Counter()
    lines = written.stdout.splitlines()
    for line in lines:
        row = json.loads(line)
        claims = judges[row["locale"]].judge(row["text"]).claims
        value, wanted = claims[0].value if len(claims) == 1 else None, Decimal(row["value"])
        error = abs(wanted) * COMPACT_ERROR if row["kind"] == "compact" else Decimal(0)
        good = isinstance(value, Decimal) and abs(value - wanted) <= error
        if not good or claims[0].kind is not KINDS.get(row["kind"], claims[0].kind):
            wrong[row["locale"], row["kind"]] += 1
    sys.stdout.write(f"{len(lines) - wrong.total()} of {len(lines)} figures read\n")
    assert len(lines) == 200 * 6 * len(LOCALES)
    assert not wrong
