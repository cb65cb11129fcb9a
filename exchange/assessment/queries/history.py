"""Reviews as they were submitted before, for the theme's staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from exchange.assessment.history import Change, changes
from exchange.assessment.models import EarlierReview, Review, Round
from exchange.assessment.written import Written, said_in, written_in

if TYPE_CHECKING:
    from exchange.assessment.queries.panels import Place


@dataclass(frozen=True)
class EarlierSubmission:
    """What a review said from `submitted_at` until it became a draft again, as its author opened it or the proposal changed.
    `changes` are what the next submission says otherwise; where there is none yet, all that it said."""

    author: str
    version_number: int
    submitted_at: datetime
    opened_at: datetime
    is_replaced: bool
    changes: list[Change]


def earlier_submissions(round_: Round, places: Sequence[Place]) -> list[EarlierSubmission]:
    """Of everyone who is on the panel still, in the order of their letters."""
    criteria = {criterion.key: criterion.name for criterion in round_.rubric.criteria}
    return [
        told
        for place in places
        if place.is_on_panel and place.assignment.review is not None
        for told in _of_review(place.assignment.person.name, place.assignment.review, criteria)
    ]


def _of_review(author: str, review: Review, criteria: dict[str, str]) -> list[EarlierSubmission]:
    said = [said_in(each) for each in review.earlier]
    followed: list[Written | None] = [*said, written_in(review) if review.submitted_at is not None else None]
    return [
        _told(author, earlier, said[index], followed[index + 1], criteria)
        for index, earlier in enumerate(review.earlier)
    ]


def _told(
    author: str, earlier: EarlierReview, before: Written, after: Written | None, criteria: dict[str, str]
) -> EarlierSubmission:
    differing = changes(Written(), before, criteria) if after is None else changes(before, after, criteria)
    return EarlierSubmission(
        author, earlier.version_number, earlier.submitted_at, earlier.opened_at, after is not None, differing
    )
