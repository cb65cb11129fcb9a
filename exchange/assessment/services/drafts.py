"""How a submitted review becomes a draft again, with what it said kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from exchange import clock
from exchange.assessment.models import EarlierReview, Review
from exchange.assessment.written import written_in
from exchange.extensions import db


def set_aside(review: Review, *, since: datetime | None = None) -> None:
    """Keeps what a submitted review says, and makes it a draft: from now, or `since` it counted no more."""
    if review.submitted_at is None:
        return
    kept = EarlierReview(
        review_id=review.id,
        version_number=review.version_number,
        submitted_at=review.submitted_at,
        opened_at=since or clock.now(),
        said=asdict(written_in(review)),
    )
    db.session.add(kept)
    review.submitted_at = None
    db.session.flush()
