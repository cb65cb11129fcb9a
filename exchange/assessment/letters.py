"""What the reviewers of one round are called among each other: A, B, C… Z, AA. Pure."""

from __future__ import annotations

from string import ascii_uppercase


def letter(index: int) -> str:
    """The name of the reviewer at this place, from 0."""
    more, last = divmod(index, len(ascii_uppercase))
    return (letter(more - 1) if more else "") + ascii_uppercase[last]
