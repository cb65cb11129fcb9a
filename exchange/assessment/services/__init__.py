"""Writes of assessment."""

from exchange.assessment.services.leavers import leave_panels
from exchange.assessment.services.panels import add_reviewers, extend, remove_reviewer
from exchange.assessment.services.reviews import (
    ReviewLocked,
    StaleReview,
    Written,
    declare,
    save_review,
    state_of,
    submit_review,
    written_in,
)
from exchange.assessment.services.rounds import close_assessment, start_assessment, withdraw

__all__ = [
    "ReviewLocked",
    "StaleReview",
    "Written",
    "add_reviewers",
    "close_assessment",
    "declare",
    "extend",
    "leave_panels",
    "remove_reviewer",
    "save_review",
    "start_assessment",
    "state_of",
    "submit_review",
    "withdraw",
    "written_in",
]
