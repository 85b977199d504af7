"""Whether a stated answer about risk is unusual for such a household: then one more question.

The set of usual answers only ever asks. It never changes a profile, least of all upwards: what
she answers to the question can lower her tolerance or leave it as it is.
"""

from collections.abc import Sequence

from app.domains.onboarding.types import Reason

CLASSES = ("none", "average", "substantial")
_HIGHEST = (3, 8, 10)
_WORDS = {
    "none": "would take no risk with savings",
    "average": "would take an average risk for an average gain",
    "substantial": "would take a substantial risk for a substantial gain",
}
UNUSUAL = "unusual_answer"
USUAL = Reason(
    "usual_answer", "Your answers are among those that households like yours usually give."
)
SKIPPED = Reason(
    "challenge_skipped",
    "Your answers were not compared with those of other households: no model that fits is "
    "installed.",
)


def stated_class(tolerance: int) -> str:
    """Return the survey's class of a tolerance 1..10."""
    return next(name for name, top in zip(CLASSES, _HIGHEST, strict=True) if tolerance <= top)


def challenge(tolerance: int, usual: Sequence[str] | None) -> Reason | None:
    """Return the question to ask, SKIPPED without a model, or None when the answer is usual.

    `usual` are the classes of her conformal set; None when no model is installed.
    """
    if usual is None:
        return SKIPPED
    stated = stated_class(tolerance)
    if stated in usual:
        return None
    others = " or ".join(_WORDS[name] for name in CLASSES if name in usual)
    return Reason(
        UNUSUAL,
        f"Your answers say that you {_WORDS[stated]}. Most people in a situation like yours say "
        f"they {others}. Both can be right: please read the question about losses once more.",
        (("stated", stated), ("usual", " ".join(usual))),
    )


def after_challenge(tolerance: int, confirmed: int) -> int:
    """Return the tolerance once she answered again: the lower of both, never a higher one."""
    return min(tolerance, confirmed)


def highest_usual(usual: Sequence[str]) -> int:
    """Return the highest tolerance 1..10 that belongs to a class of her set."""
    return max(top for name, top in zip(CLASSES, _HIGHEST, strict=True) if name in usual)
