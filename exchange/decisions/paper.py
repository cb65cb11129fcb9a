"""The decision pack as a PDF: what is on its page, but for what is prepared, which stays on the screen.

The template is decision_pack.typ. Everything that people wrote goes there as data, so that nothing in it is markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from exchange import clock, paper
from exchange.accounts.models import Person
from exchange.assessment import tables
from exchange.assessment.deliberation.queries import ShownQuestion
from exchange.assessment.tables import Table
from exchange.decisions.pack import Pack
from exchange.errors import Unavailable
from exchange.proposals.answers import Shown
from exchange.region import queries as region
from exchange.wording import file_size, moment

TEMPLATE = Path(__file__).with_name("decision_pack.typ")
CANNOT_BE_MADE = Unavailable(
    "The PDF could not be made just now. The decision pack itself can be read on its page. Try again in a few minutes.",
    heading="Sorry, there is no PDF at the moment",
)

Part = Mapping[str, Any]


def pdf_of(pack: Pack, reader: Person) -> bytes:
    """In A4. Raises Unavailable, as `paper.pdf_of` says."""
    return paper.pdf_of(TEMPLATE, content_of(pack, reader), CANNOT_BE_MADE)


def content_of(pack: Pack, reader: Person) -> dict[str, Any]:
    """What the template sets. Whoever finds a printed one learns who made it."""
    proposal = pack.proposal
    return {
        "title": f"Decision pack for {proposal.reference}: {proposal.title}",
        "author": region.current().host.name,
        "running": f"Decision pack for {proposal.reference}",
        "confidential": "In confidence: for the people who decide",
        "made": f"Made for {reader.name} on {moment(clock.now())}",
        "facts": " · ".join(pack.facts),
        "parts": list(_parts(pack)),
    }


def _parts(pack: Pack) -> Iterator[Part]:
    panel = pack.panel
    yield _heading("What the panel says")
    yield _rows([*tables.figures(panel), tables.adjusted(pack.adjusted)])
    for heading, text in (
        ("Summary", panel.round.panel_summary),
        ("Feedback for the team, which the letter holds", panel.feedback),
    ):
        if text:
            yield from (_heading(heading, 3), _text(text))
    yield _heading("What it would cost and bring")
    yield _rows(pack.cost.rows)
    yield _heading("Scores")
    yield _table("Scores by criterion, from 1 to 5", tables.scores(panel))
    if panel.dissenting:
        yield _heading("Dissent")
        for one in panel.dissenting:
            yield from _comment(one.author, one.recommendation, one.review.comment)
    yield _heading("Why, by criterion")
    for criterion in panel.round.rubric.criteria:
        apart = " (scores lie far apart)" if criterion.key in panel.disagreed else ""
        yield _heading(f"{criterion.name}{apart}", 3)
        for one in panel.reviews:
            yield _text(f"{one.author}: {one.score(criterion.key)}\n{one.rationale(criterion.key)}")
    yield _heading("Comments of the reviewers")
    for one in panel.reviews:
        yield from _comment(one.author, one.recommendation, one.review.comment)
    if pack.questions:
        yield _heading("Questions to the team")
        for number, shown in enumerate(pack.questions, 1):
            yield _heading(
                f"Question {number}, from {shown.asked_by}" if shown.asked_by else f"Question {number}", 3
            )
            yield _text(_asked(shown))
    yield _heading("Conflicts of interest, and who took no part")
    recused = [f"{one.name}, {one.role}. {one.reason} {one.outcome}" for one in pack.recused]
    yield _list([*recused, *pack.stand_ins] or ["None were found or declared."])
    yield _heading("The record")
    for group in pack.record:
        yield _heading(group.section.title, 3)
        yield from _answers(group.shown)


def _comment(author: str, recommendation: str, comment: str) -> Iterator[Part]:
    yield _heading(f"{author}: {recommendation}", 3)
    yield _text(comment or "Left no comment.")


def _asked(shown: ShownQuestion) -> str:
    """As it was put to the team, with the answer; or why it was not."""
    question = shown.question
    if question.is_put:
        answer = (
            f"Answer of the team: {question.answer}" if question.answered_at else "The team has not answered."
        )
        return f"{question.put_as}\n\n{answer}"
    why = question.declined_reason
    return f"{shown.text}\n\n" + (f"Not passed on to the team: {why}" if why else "It was not passed on.")


def _answers(answers: Sequence[Shown]) -> Iterator[Part]:
    for each in answers:
        files = [f"{file.name} ({file.kind}, {file_size(file.size)})" for file in each.files]
        said = each.text or "\n".join((*each.items, *files))
        yield _text(f"{each.question.label}\n{said}")


def _heading(text: str, level: int = 2) -> Part:
    return {"kind": "heading", "level": level, "text": text}


def _text(text: str) -> Part:
    return {"kind": "text", "paragraphs": paper.paragraphs(text)}


def _list(items: Sequence[str]) -> Part:
    return {"kind": "list", "items": items}


def _rows(rows: Sequence[Mapping[str, Any]]) -> Part:
    return {"kind": "rows", "rows": [[row["key"], str(row["value"])] for row in rows]}


def _table(caption: str, table: Table) -> Part:
    head = [cell["text"] for cell in table.head]
    return {
        "kind": "table",
        "caption": caption,
        "head": head,
        "rows": [
            [str(cell["text"] if isinstance(cell, Mapping) else cell) for cell in row] for row in table.rows
        ],
    }
