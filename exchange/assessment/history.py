"""What changed in a review between one submission and the next, line by line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.wording import in_words

if TYPE_CHECKING:
    from exchange.assessment.written import Written


@dataclass(frozen=True)
class Change:
    """One line that differs; empty where there was nothing."""

    label: str
    was: str
    now: str


def lines(written: Written, criteria: Mapping[str, str]) -> dict[str, str]:
    """All that a review says, by what it answers. `criteria` are names by key, in the rubric's order."""
    said = {}
    for key, name in criteria.items():
        score = written.scores.get(key)
        said[f"{name}: score"] = "" if score is None else in_words(str(score))
        said[f"{name}: why this score"] = written.rationales.get(key, "")
    said["Recommendation"] = in_words(written.recommendation) if written.recommendation else ""
    return {**said, "Comment": written.comment, "Private note to the panel": written.note}


def changes(before: Written, after: Written, criteria: Mapping[str, str]) -> list[Change]:
    """The lines that differ, in the order of the form."""
    was, now = lines(before, criteria), lines(after, criteria)
    return [Change(label, was[label], now[label]) for label in was if was[label] != now[label]]
