"""How long to wait before the next attempt: exponential, capped, and spread by chance."""

BASE_S = 0.5
CAP_S = 60.0


def backoff_s(
    attempt: int, chance: float, *, base_s: float = BASE_S, cap_s: float = CAP_S
) -> float:
    """Return seconds to wait before attempt 1, 2, …; `chance` is drawn from [0, 1).

    Between half and all of min(cap, base * 2^(attempt - 1)): a thousand clients that lost
    the same provider do not come back in the same second, and none comes back at once.
    """
    longest = min(cap_s, base_s * 2.0 ** min(attempt - 1, 30))
    return longest * (0.5 + chance / 2)
