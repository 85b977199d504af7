"""Counts right answers by category and language, and compares them with a baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domains.chat.evaluation.questions import Question


@dataclass
class Score:
    """Right answers of all, in each cell of category and language."""

    model: str
    cells: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def add(self, question: Question, faults: list[str]) -> None:
        """Count one question."""
        cell = self.cells.setdefault(question.category, {}).setdefault(question.lang, [0, 0])
        cell[0] += not faults
        cell[1] += 1
        if faults:
            self.faults[question.id] = faults

    def document(self) -> dict[str, Any]:
        """Return it as JSON; the same document is a baseline."""
        return {"model": self.model, "right_of": self.cells, "faults": self.faults}

    def drops(self, baseline: Mapping[str, Any]) -> list[str]:
        """Return the cells in which fewer answers are right than before, as shares.

        Raises ValueError for a baseline that is no such document, or one of another model.
        """
        if baseline.get("model") != self.model:
            raise ValueError(f"the baseline is of the model {baseline.get('model')!r}")
        found = []
        for category, langs in _cells(baseline).items():
            for lang, (right, of) in langs.items():
                now = self.cells.get(category, {}).get(lang)
                if now is None:
                    found.append(f"{category} {lang}: not asked")
                elif now[0] * of < right * now[1]:
                    found.append(f"{category} {lang}: {now[0]}/{now[1]}, was {right}/{of}")
        return found


def _cells(baseline: Mapping[str, Any]) -> dict[str, dict[str, tuple[int, int]]]:
    try:
        return {
            str(category): {str(lang): (int(cell[0]), int(cell[1])) for lang, cell in langs.items()}
            for category, langs in baseline["right_of"].items()
        }
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ValueError("the baseline is no report of this command") from error
