"""How far a long piece of work is, in words: so many of so many done, and about how long the rest takes."""

from collections.abc import Sequence

MINUTE_S = 60.0
HOUR_S = 3600.0
NEXT_TO_NOTHING_FRAC = 0.2


def how_far(what: str, done_s: Sequence[float], n: int) -> str:
    """Such as "2 of 5 folds done in 8 min, about 12 min left".

    Args:
        what: the plural that is counted.
        done_s: how long each took that is done; one that took next to nothing beside the longest was there already
            and tells nothing of those to come.
        n: how many there are in all.
    """
    said = f"{len(done_s)} of {n} {what} done in {in_time(sum(done_s))}"
    left = n - len(done_s)
    if not left or not done_s:
        return said
    telling = [seconds for seconds in done_s if seconds >= NEXT_TO_NOTHING_FRAC * max(done_s)]
    return f"{said}, about {in_time(left * sum(telling) / len(telling))} left"


def in_time(seconds: float) -> str:
    """Seconds in the unit in which a person would say them."""
    if seconds < 2 * MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < 2 * HOUR_S:
        return f"{seconds / MINUTE_S:.0f} min"
    return f"{seconds / HOUR_S:.1f} h"
