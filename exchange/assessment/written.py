"""What a review says, apart from where it is kept: now, when it was submitted before, and a mark of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from exchange.assessment.models import EarlierReview, Given, Recommendation, Review


@dataclass(frozen=True)
class Written:
    """What a reviewer wrote, by the criteria's keys; a draft may leave any of it out."""

    scores: Mapping[str, Given | None] = field(default_factory=dict)
    rationales: Mapping[str, str] = field(default_factory=dict)
    recommendation: Recommendation | None = None
    comment: str = ""
    note: str = ""


def written_in(review: Review | None) -> Written:
    """What the review says now."""
    if review is None:
        return Written()
    return Written(
        {score.criterion.key: score.given for score in review.scores if score.given is not None},
        {score.criterion.key: score.rationale for score in review.scores if score.rationale},
        review.recommendation,
        review.comment,
        review.note,
    )


def said_in(earlier: EarlierReview) -> Written:
    """What the review said then."""
    given = earlier.said["recommendation"]
    return Written(**{**earlier.said, "recommendation": Recommendation(given) if given else None})


def state_of(review: Review | None) -> str:
    """A mark of what the review says, which its form carries, so that a stale one is noticed."""
    return hashlib.sha256(json.dumps(asdict(written_in(review)), sort_keys=True).encode()).hexdigest()[:16]


def says(review: Review | None, written: Written) -> bool:
    """Whether this is what it says already."""
    return review is not None and written_in(review) == Written(
        {key: score for key, score in written.scores.items() if score is not None},
        {key: rationale for key, rationale in written.rationales.items() if rationale},
        written.recommendation,
        written.comment,
        written.note,
    )
