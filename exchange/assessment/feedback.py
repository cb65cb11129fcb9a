"""What a panel tells the team: written by the manager when the assessment closes, released with the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exchange.assessment.models import Round


def of_round(round_: Round) -> str:
    """All of it, as its letter holds it."""
    criteria = {criterion.key: criterion.name for criterion in round_.rubric.criteria}
    return in_one(round_.feedback, round_.feedback_by_criterion, criteria)


def in_one(overall: str, by_criterion: Mapping[str, str], criteria: Mapping[str, str]) -> str:
    """The feedback as one text: on the whole, then on each criterion that has some. `criteria` are names by key, in the
    rubric's order."""
    single = [f"{name}: {by_criterion[key]}" for key, name in criteria.items() if by_criterion.get(key)]
    return "\n\n".join(filter(None, [overall, *single]))
