"""What a search shows of each proposal that it finds: its name and summary with the words marked, and a passage where they stand
elsewhere. All of it is of the text that found it: what this person reads of the last submitted version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from sqlalchemy import and_, case, select

from exchange import marking, terms
from exchange.extensions import db
from exchange.proposals.indexing import answers_of, texts_below
from exchange.proposals.listing import Row
from exchange.proposals.models import Proposal, Version
from exchange.proposals.record import Answers
from exchange.terms import Query
from exchange.wording import cut

LONGEST_SUMMARY = 180


@dataclass(frozen=True)
class Found:
    """Where in a record the words stand: the question, and its answer around them."""

    question: str
    text: Markup


@dataclass(frozen=True)
class Shown:
    reference: Markup
    title: Markup
    summary: Markup
    found: Found | None


def shown(rows: Sequence[Row], asked: Query) -> list[Shown]:
    """One for each row, in order. Takes one query; none when no words were asked for."""
    answers = _answers(rows) if asked else {}
    return [_shown(row, answers.get(row.id, {}), asked) for row in rows]


def _answers(rows: Sequence[Row]) -> dict[int, Answers]:
    """Of each proposal, the answers that its row was found by."""
    # A draft has no version, and its team alone finds it.
    read = case((Proposal.version_number == 0, Proposal.answers), else_=Version.answers)
    last = and_(Version.proposal_id == Proposal.id, Version.number == Proposal.version_number)
    query = select(Proposal.id, Proposal.visibility, read).outerjoin(Version, last)
    query = query.where(Proposal.id.in_([row.id for row in rows]))
    audiences = {row.id: row.audience for row in rows}
    return {
        id_: answers_of(audiences[id_], visibility, answers or {})
        for id_, visibility, answers in db.session.execute(query)
    }


def _shown(row: Row, answers: Answers, asked: Query) -> Shown:
    if asked.reference in terms.kept_reference(row.reference).split():
        # Its number somewhere in its text tells nothing.
        reference = marking.marked_whole(row.reference)
        return Shown(reference, escape(row.title), escape(cut(row.summary, LONGEST_SUMMARY)), None)
    title, summary = (
        marking.marked(row.title, asked),
        marking.marked(cut(row.summary, LONGEST_SUMMARY), asked),
    )
    missing = frozenset(range(len(asked.terms))) - title.terms - summary.terms
    return Shown(escape(row.reference), title.text, summary.text, _found(answers, asked, missing))


def _found(answers: Answers, asked: Query, missing: frozenset[int]) -> Found | None:
    """The passage that holds most of what name and summary do not show."""
    if not missing:
        return None
    best, most = None, 0
    for question, text in texts_below(answers):
        passage = marking.passage(text, asked, missing)
        held = 0 if passage is None else len(passage.terms & missing)
        if passage is not None and held > most:
            best, most = Found(question.label, passage.text), held
        if most == len(missing):
            break
    return best
