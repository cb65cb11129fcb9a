"""What an approval asks for, as the director types it: one condition a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.wording import counted

MOST = 20
LONGEST = 500  # characters of one condition

_LATER = re.compile(r"later\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One condition. A blocking one keeps the programme from starting until it is met or waived."""

    text: str
    is_blocking: bool


def parse(typed: str) -> list[Asked]:
    """The conditions in these lines: each is blocking unless it starts with "later:". Empty lines say
    nothing.
    """
    asked = []
    for line in typed.splitlines():
        words = " ".join(line.split())
        later = _LATER.match(words)
        if text := words[later.end() :] if later else words:
            asked.append(Asked(text, is_blocking=later is None))
    return asked


def write(asked: Sequence[Asked]) -> str:
    """The lines that `parse` reads as these conditions."""
    return "\n".join(each.text if each.is_blocking else f"later: {each.text}" for each in asked)


def mistake(typed: str) -> str:
    """What to mend in these lines; empty when nothing is."""
    asked = parse(typed)
    if any(_LATER.fullmatch(" ".join(line.split())) for line in typed.splitlines()):
        return "Enter what is asked after “later:”, or take that line away"
    if len(asked) > MOST:
        return f"Enter {MOST} conditions or fewer. There are {len(asked)}"
    for number, each in enumerate(asked, 1):
        if len(each.text) > LONGEST:
            return f"Condition {number} must be {LONGEST} characters or fewer. It has {len(each.text)}"
    return ""


def starts_when(blocking: int) -> str:
    """Of a programme that is being set up, without telling what the conditions are."""
    return f"It starts when {counted(blocking, 'condition')} {'is' if blocking == 1 else 'are'} met"
