"""What each audience can search of a proposal, and which of these texts a person searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, case, literal, select

from exchange import headings, search, terms
from exchange.accounts.models import Person
from exchange.extensions import db
from exchange.headings import HeadingConcept
from exchange.proposals import policy, queries, record
from exchange.proposals.models import Proposal, Version, Visibility
from exchange.proposals.record import AnswerAudience, Answers
from exchange.search import SearchText
from exchange.similarity import Heading

# The text of an assigned reviewer who has yet to declare.
SUMMARY = "summary"
READ_BY = {
    SUMMARY: policy.PUBLIC_ANSWERS,
    AnswerAudience.PUBLIC: policy.PUBLIC_ANSWERS,
    AnswerAudience.MEMBERS: policy.MEMBERS_ANSWERS,
    AnswerAudience.ASSESSORS: policy.ALL_ANSWERS,
}
# The columns of the list say them, and so do the two first columns of the index.
IN_THE_HEADING = frozenset({"title", "summary"})


def index(proposal: Proposal, version: Version) -> None:
    """Keeps the words of what was submitted, by audience, so that words of a hidden answer find nothing."""
    for audience in READ_BY:
        _put(proposal, audience, version.answers)
    headings.put(proposal.id, Heading(proposal.title, version.answers.get("summary") or ""))


def index_draft(proposal: Proposal) -> None:
    """Keeps the words of a draft for its team, which alone finds it."""
    _put(proposal, AnswerAudience.ASSESSORS, proposal.answers)
    headings.put(proposal.id, Heading(proposal.title, proposal.summary))


def remove(proposal_id: int) -> None:
    """Nothing of the proposal can be found any more."""
    search.remove(proposal_id)
    headings.remove(proposal_id)


def to_rebuild(*, only_old: bool) -> list[int]:
    """The ids of all proposals, or only of those with a text that older rules of `terms` made."""
    query = select(Proposal.id).order_by(Proposal.id)
    if only_old:
        query = query.where(
            Proposal.id.in_(select(SearchText.proposal_id).where(SearchText.form != terms.FORM))
        )
    return list(db.session.scalars(query))


def rebuild(ids: Sequence[int]) -> None:
    """Keeps the words of these proposals afresh."""
    # Locked, so that what is submitted meanwhile is not put back.
    query = select(Proposal).where(Proposal.id.in_(ids)).order_by(Proposal.id)
    for proposal in db.session.scalars(query.with_for_update(of=Proposal)).all():
        version = queries.latest_version(proposal)
        if version is None:
            index_draft(proposal)
        else:
            index(proposal, version)


def without_concepts(after: int, most: int) -> Sequence[Row[int, str, str]]:
    """The next proposals, by id, whose headings are kept for search and not for finding similar ones."""
    kept = select(HeadingConcept.proposal_id).where(HeadingConcept.proposal_id == Proposal.id)
    query = select(Proposal.id, Proposal.title, Proposal.summary).where(Proposal.id > after, ~kept.exists())
    return db.session.execute(query.order_by(Proposal.id).limit(most)).all()


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


def answers_of(audience: str, visibility: Visibility | None, answers: Answers) -> dict[str, Any]:
    """The answers that this audience searches, and so the only ones that it is shown a passage of."""
    answers = record.readable(answers, READ_BY[audience])
    if audience == SUMMARY:
        return {key: answers[key] for key in record.READ_BEFORE_DECLARING if key in answers}
    if visibility is Visibility.ASSESSORS and audience != AnswerAudience.ASSESSORS:
        return {key: answers[key] for key in record.PUBLISHED_WHEN_KEPT_TO_ASSESSORS if key in answers}
    return answers


def texts_below(answers: Answers) -> Sequence[tuple[record.Question, str]]:
    """What was typed beyond name and summary, question by question."""
    return [
        (question, text)
        for question, text in record.typed_texts(answers)
        if question.id not in IN_THE_HEADING
    ]


def _put(proposal: Proposal, audience: str, answers: Answers) -> None:
    readable = answers_of(audience, proposal.visibility, answers)
    search.put(
        proposal.id,
        audience,
        reference=proposal.reference,
        title=proposal.title,
        summary=readable.get("summary") or "",
        texts=[text for _, text in texts_below(readable)],
    )
