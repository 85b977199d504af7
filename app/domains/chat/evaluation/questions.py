"""Reads questions: what is said, turn by turn, and what is to come of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from app.domains.chat.talk_types import LANGUAGES, Finish

CATEGORIES: Final = ("happy", "edge", "multilingual", "adversarial")
MOST: Final = 20_000
_EXPECTED: Final = frozenset({"intent", "tool", "finish", "safe", "lang"})


class QuestionsError(ValueError):
    """A set of questions cannot be used; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Question:
    """A talk of some turns: each a text and what is expected of its answer."""

    id: str
    category: str
    lang: str
    turns: Sequence[tuple[str, Mapping[str, Any]]]


def read_questions(folder: Path | None) -> list[Question]:
    """Return the questions of a folder's *.jsonl, or those that ship. Raises QuestionsError."""
    place = files("app.domains.chat.evaluation") / "questions" if folder is None else folder
    names = sorted(one.name for one in place.iterdir() if one.name.endswith(".jsonl"))
    found: list[Question] = []
    for name in names:
        lines = (place / name).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line.strip():
                found.append(_question(line, f"{name} line {number}"))
    if not 0 < len(found) <= MOST:
        raise QuestionsError(f"{place}: between 1 and {MOST} questions in *.jsonl are expected")
    return found


def _question(line: str, place: str) -> Question:
    try:
        row = json.loads(line)
        turns = [(str(turn["text"]), dict(turn["expect"])) for turn in row["turns"]]
        made = Question(str(row["id"]), str(row["category"]), str(row["lang"]), turns)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise QuestionsError(f"{place}: {type(error).__name__} {error}") from error
    if made.category not in CATEGORIES:
        raise QuestionsError(f"{place}: category is one of {', '.join(CATEGORIES)}")
    if made.lang not in LANGUAGES:
        raise QuestionsError(f"{place}: lang is one of {', '.join(LANGUAGES)}")
    for _, expected in made.turns:
        unknown = sorted(set(expected) - _EXPECTED)
        if unknown or expected.get("finish", Finish.COMPLETE) not in set(Finish):
            raise QuestionsError(
                f"{place}: expect cannot be read ({', '.join(unknown) or 'finish'})"
            )
    return made
