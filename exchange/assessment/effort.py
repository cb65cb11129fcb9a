"""How long a review takes, roughly, so that a reviewer can find the time. Pure."""

from __future__ import annotations

from math import ceil

WORDS_A_MINUTE = 230  # silent reading of prose: Brysbaert 2019, 238 words a minute for non-fiction
MINUTES_A_CRITERION = 1.5  # a score and a sentence or two


def minutes(words: int, criteria: int) -> int:
    """Whole minutes, up, for what is still to read and to score; at least 1."""
    return max(1, ceil(words / WORDS_A_MINUTE + criteria * MINUTES_A_CRITERION))
