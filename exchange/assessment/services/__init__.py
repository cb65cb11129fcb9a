"""Writes of assessment."""

from exchange.assessment.services.choosing import choose_reviewers, hold
from exchange.assessment.services.leavers import accept_invitation, accept_request, leave_panels
from exchange.assessment.services.panels import RESTS, add_reviewers, extend, remove_reviewer
from exchange.assessment.services.reviews import (
    ReviewLocked,
    StaleReview,
    declare,
    reopen_review,
    save_review,
    submit_review,
)
from exchange.assessment.services.rounds import (
    close_assessment,
    end_round,
    open_again,
    request_changes,
    start_assessment,
    withdraw,
)
from exchange.assessment.services.staff import declare_interest
from exchange.assessment.written import Written, state_of, written_in

__all__ = [
    "RESTS",
    "ReviewLocked",
    "StaleReview",
    "Written",
    "accept_invitation",
    "accept_request",
    "add_reviewers",
    "choose_reviewers",
    "close_assessment",
    "declare",
    "declare_interest",
    "end_round",
    "extend",
    "hold",
    "leave_panels",
    "open_again",
    "remove_reviewer",
    "reopen_review",
    "request_changes",
    "save_review",
    "start_assessment",
    "state_of",
    "submit_review",
    "withdraw",
    "written_in",
]
