"""Writes of assessment."""

from exchange.assessment.services.choosing import choose_reviewers, hold
from exchange.assessment.services.leavers import accept_invitation, leave_panels
from exchange.assessment.services.panels import RESTS, add_reviewers, extend, remove_reviewer
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
from exchange.assessment.services.rounds import (
    close_assessment,
    end_round,
    open_again,
    request_changes,
    start_assessment,
    withdraw,
)

__all__ = [
    "RESTS",
    "ReviewLocked",
    "StaleReview",
    "Written",
    "accept_invitation",
    "add_reviewers",
    "choose_reviewers",
    "close_assessment",
    "declare",
    "end_round",
    "extend",
    "hold",
    "leave_panels",
    "open_again",
    "remove_reviewer",
    "request_changes",
    "save_review",
    "start_assessment",
    "state_of",
    "submit_review",
    "withdraw",
    "written_in",
]
