"""The decision pack as a PDF: what is on its page, but for what is prepared, which stays on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from exchange import clock, paper
from exchange.accounts.models import Person
from exchange.assessment import picture, tables
from exchange.assessment.deliberation.queries import ShownQuestion
from exchange.assessment.picture import Picture
from exchange.decisions.pack import Pack
from exchange.paper import Part, answer, heading, items, rows, table, text
from exchange.proposals.answers import Shown
from exchange.region import queries as region
from exchange.wording import file_size, joined, moment

TEMPLATE = Path(__file__).with_name("decision_pack.typ")


def pdf_of(pack: Pack, reader: Person) -> bytes:
    """In A4. Raises Unavailable, as `paper.pdf_of` says."""
    return paper.pdf_of(TEMPLATE, content_of(pack, reader), "decision pack")


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
    yield heading("What the panel says")
    yield rows([*tables.figures(panel), tables.adjusted(pack.adjusted)])
    for name, said in (
        ("Summary", panel.round.panel_summary),
        ("Feedback for the team, which the letter holds", panel.feedback),
    ):
        if said:
            yield from (heading(name, 3), text(said))
    yield heading("What it would cost and bring")
    yield rows(pack.cost.rows)
    yield heading("Scores")
    if panel.reviews:
        yield _picture(panel.picture, panel.letters)
    scores = tables.scores(panel)
    yield table("Scores by criterion, from 1 to 5", scores.head, scores.rows)
    if panel.dissenting:
        yield heading("Dissent")
        for one in panel.dissenting:
            yield from _comment(one.author, one.recommendation, one.review.comment)
    yield heading("Why, by criterion")
    for criterion in panel.round.rubric.criteria:
        apart = " (scores lie far apart)" if criterion.key in panel.disagreed else ""
        yield heading(f"{criterion.name}{apart}", 3)
        for one in panel.reviews:
            yield answer(f"{one.author}: {one.score(criterion.key)}", one.rationale(criterion.key))
    yield heading("Comments of the reviewers")
    for one in panel.reviews:
        yield from _comment(one.author, one.recommendation, one.review.comment)
    if pack.questions:
        yield heading("Questions to the team")
        for number, shown in enumerate(pack.questions, 1):
            yield heading(
                f"Question {number}, from {shown.asked_by}" if shown.asked_by else f"Question {number}", 3
            )
            yield text(_asked(shown))
    yield heading("Conflicts of interest, and who took no part")
    recused = [f"{one.name}, {one.role}. {one.reason} {one.outcome}" for one in pack.recused]
    yield items([*recused, *pack.stand_ins] or ["None were found or declared."])
    yield heading("The record")
    for group in pack.record:
        yield heading(group.section.title, 3)
        yield from _answers(group.shown)


def _comment(author: str, recommendation: str, comment: str) -> Iterator[Part]:
    yield heading(f"{author}: {recommendation}", 3)
    yield text(comment or "Left no comment.")


def _asked(shown: ShownQuestion) -> str:
    """As it was put to the team, with the answer; or why it was not."""
    question = shown.question
    if question.is_put:
        unanswered = (
            "The panel no longer needs an answer." if question.is_void else "The team has not answered."
        )
        said = f"Answer of the team: {question.answer}" if question.answered_at else unanswered
        return f"{question.put_as}\n\n{said}"
    why = question.declined_reason
    return f"{shown.text}\n\n" + (f"Not passed on to the team: {why}" if why else "It was not passed on.")


def _picture(shown: Picture, letters: Sequence[tuple[str, str]]) -> Part:
    """Its scales as drawings, each with words that say the same."""
    return {
        "kind": "picture",
        "finding": f"{shown.finding}.",
        "scales": [
            {
                "name": f"{scale.name} (far apart)" if scale.is_far_apart else scale.name,
                "without": f"{joined(scale.without)} could not judge it" if scale.without else "",
                "words": scale.text,
                "svg": picture.as_svg(scale, shown.ticks),
            }
            for scale in shown.scales
        ],
        "letters": ", ".join(f"{letter} is {name}" for letter, name in letters),
    }


def _answers(answers: Sequence[Shown]) -> Iterator[Part]:
    for each in answers:
        files = [f"{file.name} ({file.kind}, {file_size(file.size)})" for file in each.files]
        said = each.text or "\n".join((*each.items, *files))
        yield answer(each.question.label, said)
