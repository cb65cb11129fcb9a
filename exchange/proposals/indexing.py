"""What each audience can search of a proposal, and which of these texts a person searches."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, literal

from exchange import search
from exchange.accounts.models import Person
from exchange.proposals import policy, queries, record
from exchange.proposals.models import Proposal, Version, Visibility
from exchange.proposals.record import AnswerAudience

# The text of an assigned reviewer who has yet to declare.
SUMMARY = "summary"


def index(proposal: Proposal, version: Version) -> None:
    """Keeps the words of what was submitted, by audience, so that words of a hidden answer find nothing."""
    kept_back = proposal.visibility is Visibility.ASSESSORS
    published = record.PUBLISHED_WHEN_KEPT_TO_ASSESSORS
    for audience, reads in (
        (AnswerAudience.PUBLIC, policy.PUBLIC_ANSWERS),
        (AnswerAudience.MEMBERS, policy.MEMBERS_ANSWERS),
        (AnswerAudience.ASSESSORS, policy.ALL_ANSWERS),
    ):
        answers = record.readable(version.answers, reads)
        if kept_back and audience is not AnswerAudience.ASSESSORS:
            answers = {key: value for key, value in answers.items() if key in published}
        _put(proposal, audience, answers)
    summary = record.readable(version.answers, policy.PUBLIC_ANSWERS)
    _put(proposal, SUMMARY, {key: summary.get(key) for key in record.READ_BEFORE_DECLARING})


def index_draft(proposal: Proposal) -> None:
    """Keeps the words of a draft for its team, which alone finds it."""
    _put(proposal, AnswerAudience.ASSESSORS, proposal.answers)


def text_read_by(person: Person | None) -> ColumnElement[str]:
    """The audience whose text this person searches in a proposal that they see, as they read its answers."""
    if person is None:
        return literal(AnswerAudience.PUBLIC.value)
    grounds = [
        (queries.read_in_full(person), AnswerAudience.ASSESSORS.value),
        (queries.read_in_summary(person), SUMMARY),
    ]
    if person.is_member:
        grounds.append((Proposal.visibility == Visibility.MEMBERS, AnswerAudience.MEMBERS.value))
    return case(*grounds, else_=AnswerAudience.PUBLIC.value)


def _put(proposal: Proposal, audience: str, answers: record.Answers) -> None:
    search.put(proposal.id, audience, title=proposal.title, body=record.searchable_text(answers))
