"""A suitability statement as a PDF: the same statement gives the same bytes."""

from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_STYLES = getSampleStyleSheet()
_TITLE, _HEAD, _BODY = _STYLES["Title"], _STYLES["Heading2"], _STYLES["BodyText"]
_SMALL = ParagraphStyle("small", parent=_BODY, fontSize=8, textColor="#555555")


def statement_pdf(statement: Mapping[str, Any]) -> bytes:
    """Return the pages of a statement (rules/statement.py). Pure CPU, tens of milliseconds."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        title="Suitability statement",
        author="FinNami",
        # No clock and no random id in the file: made again it is the same.
        invariant=1,
    )
    document.build(list(_story(statement)))
    return out.getvalue()


def _story(statement: Mapping[str, Any]) -> Iterator[Flowable]:
    made, until = (
        statement[key][:16].replace("T", " ") + " UTC" for key in ("made_at", "good_until")
    )
    yield Paragraph("Why this advice suits you", _TITLE)
    yield _text(f"Advice {statement['recommendation_id']} of {made}, good until {until}.", _SMALL)
    for title, part in (
        ("What it is for", "objective"),
        ("For how long", "horizon"),
        ("What you can bear", "loss_capacity"),
    ):
        yield Paragraph(title, _HEAD)
        yield _text(statement[part]["sentence"])
    yield from _lines(statement["loss_capacity"]["limits"])
    lost = statement["loss_capacity"]["worst_year_loss"]
    if lost is not None:
        yield _text(f"In the worst year of the past this mix would have lost {lost}.")
    if statement["mix"] is not None:
        yield Paragraph("What is advised", _HEAD)
        yield _table(statement["mix"])
        yield Paragraph("What it costs and what it buys", _HEAD)
        yield _text(statement["costs"]["sentence"])
    yield Paragraph("Why", _HEAD)
    yield from _lines(statement["reasons"])
    yield Paragraph("What this cannot tell you", _HEAD)
    yield from _lines(statement["limits"])
    yield Spacer(1, 6 * mm)
    versions = ", ".join(f"{k} {v}" for k, v in statement["versions"].items() if v is not None)
    yield _text(f"{statement['statement']}. Sealed record {statement['record_hash']}.", _SMALL)
    yield _text(f"Made with {versions}.", _SMALL)


def _lines(sentences: list[str]) -> Iterator[Flowable]:
    for sentence in sentences:
        yield _text(f"- {sentence}")


def _table(rows: list[dict[str, str]]) -> Table:
    cells = [["Share", "Instrument", "Kind"]]
    cells += [[row["share"], f"{row['symbol']}  {row['name']}", row["asset_class"]] for row in rows]
    table = Table(
        [[_text(cell) for cell in row] for row in cells],
        colWidths=[25 * mm, 100 * mm, 45 * mm],
        repeatRows=1,
    )
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, "#999999")]))
    return table


def _text(words: str, style: ParagraphStyle = _BODY) -> Paragraph:
    # The built-in fonts know Latin-1; anything else becomes a question mark, never a gap.
    return Paragraph(escape(words.encode("latin-1", "replace").decode("latin-1")), style)
