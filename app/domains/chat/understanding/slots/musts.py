"""Letters that a pattern cannot do without: where none of them stands it need not be tried."""

import re
from typing import Final

_GROUP: Final = re.compile(r"\(\?[:!=<]*|\(")
_CLASS: Final = re.compile(r"\[\^?\]?[^\]]*\]")
_BLANK: Final = re.compile(r"\{[nmuw]\}")
_TIMES: Final = re.compile(r"[?*+]|\{\d+(?:,\d*)?\}")


def musts_of(pattern: str) -> tuple[str, ...]:
    """Return literals one of which is in every match; none when nothing is certain.

    Knows what the lexicons' patterns are made of: letters, groups, classes, escapes, repeats and
    blanks such as {n}.
    """
    best: tuple[str, ...] = ()
    run = ""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        found: tuple[str, ...] = ()
        if char == "(":
            end = _closing(pattern, at)
            opening = _GROUP.match(pattern, at)
            inside = pattern[opening.end() if opening else at + 1 : end]
            looks = opening is not None and opening[0] not in ("(", "(?:")
            found = () if looks else _of_each(inside)
            end += 1
        elif char == "[":
            match = _CLASS.match(pattern, at)
            end = match.end() if match else at + 1
        elif char == "\\":
            end = at + 2
        elif blank := _BLANK.match(pattern, at):
            end = blank.end()
        elif char in "^$.":
            end = at + 1
        else:
            end = at + 1
            times = _TIMES.match(pattern, end)
            if times is None:
                run += char
                at = end
                continue
        times = _TIMES.match(pattern, end)
        if times:
            end = times.end()
            if times[0][0] in "?*":
                found = ()
        best = _better(_better(best, (run,) if run else ()), found)
        run = ""
        at = end
    return _better(best, (run,) if run else ())


def _of_each(inside: str) -> tuple[str, ...]:
    """Return literals of all branches; none when a branch has none."""
    each = [musts_of(branch) for branch in branches(inside)]
    return tuple(sorted({one for found in each for one in found})) if all(each) else ()


def branches(pattern: str) -> list[str]:
    """Split at the bars outside parentheses."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(pattern):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            found.append(pattern[start:place])
            start = place + 1
    return [*found, pattern[start:]]


def _closing(pattern: str, at: int) -> int:
    depth = 0
    for place in range(at, len(pattern)):
        depth += (pattern[place] == "(") - (pattern[place] == ")")
        if depth == 0:
            return place
    raise ValueError(f"a parenthesis is not closed in {pattern}")


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the literals that are rarer: longer at their shortest, then fewer."""
    if not one or not other:
        return one or other
    return min(one, other, key=lambda found: (-min(map(len, found)), len(found)))
