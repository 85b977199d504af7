"""Keeps the matrix library of a serving process on one thread."""

import os
from typing import Final

LIMITS: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def keep_to_one_thread() -> None:
    """Set the limits that nobody has set; call it before anything imports numpy.

    A request's matrices are small, and threads that wait for one another keep a core from
    everybody else: on two busy cores understanding a message took twice as long with two.
    """
    for name in LIMITS:
        os.environ.setdefault(name, "1")  # noqa: TID251 - the library's setting, none of ours
