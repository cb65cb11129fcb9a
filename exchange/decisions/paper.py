"""The decision pack as a PDF: what is on its page, but for what is prepared, which stays on the screen.

The template is decision_pack.typ. Everything that people wrote goes there as data, so that nothing in it is markup.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import lru_cache
from pathlib import Path
from typing import Any

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import picture, tables
from exchange.assessment.deliberation.queries import ShownQuestion
from exchange.assessment.picture import Picture
from exchange.assessment.tables import Table
from exchange.decisions.pack import Pack
from exchange.errors import Unavailable
from exchange.proposals.answers import Shown
from exchange.region import queries as region
from exchange.wording import file_size, joined, moment

log = logging.getLogger(__name__)

TEMPLATE = Path(__file__).with_name("decision_pack.typ")
MOST_CHARACTERS = 2_000_000
MOST_SECONDS = 20
CANNOT_BE_MADE = Unavailable(
    "The PDF could not be made just now. The decision pack itself can be read on its page. Try again in a few minutes.",
    heading="Sorry, there is no PDF at the moment",
)

Part = Mapping[str, Any]


def pdf_of(pack: Pack, reader: Person) -> bytes:
    """Tagged, in A4. One is made at a time. Raises Unavailable for one that is too large or takes too long, or cannot be set."""
    content = json.dumps(content_of(pack, reader))
    if len(content) > MOST_CHARACTERS:
        raise CANNOT_BE_MADE
    waiting = _queue().submit(_set, content)
    try:
        return waiting.result(timeout=MOST_SECONDS)
    except TookTooLong:
        waiting.cancel()  # nobody waits for it any more; the others in the queue do
        raise CANNOT_BE_MADE from None


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
    if panel.reviews:
        yield _picture(panel.picture, panel.letters)
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
            yield _said(f"{one.author}: {one.score(criterion.key)}", one.rationale(criterion.key))
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
        unanswered = (
            "The panel no longer needs an answer." if question.is_void else "The team has not answered."
        )
        answer = f"Answer of the team: {question.answer}" if question.answered_at else unanswered
        return f"{question.put_as}\n\n{answer}"
    why = question.declined_reason
    return f"{shown.text}\n\n" + (f"Not passed on to the team: {why}" if why else "It was not passed on.")


def _answers(answers: Sequence[Shown]) -> Iterator[Part]:
    for each in answers:
        files = [f"{file.name} ({file.kind}, {file_size(file.size)})" for file in each.files]
        said = each.text or "\n".join((*each.items, *files))
        yield _said(each.question.label, said)


def _heading(text: str, level: int = 2) -> Part:
    return {"kind": "heading", "level": level, "text": text}


def _text(text: str) -> Part:
    return {"kind": "text", "paragraphs": _paragraphs(text)}


def _said(label: str, text: str) -> Part:
    """What somebody said, beneath who or what it answers."""
    return {"kind": "said", "label": label, "paragraphs": _paragraphs(text)}


def _paragraphs(text: str) -> list[str]:
    return re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())


def _list(items: Sequence[str]) -> Part:
    return {"kind": "list", "items": items}


def _rows(rows: Sequence[Mapping[str, Any]]) -> Part:
    return {"kind": "rows", "rows": [[row["key"], str(row["value"])] for row in rows]}


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


@lru_cache(1)
def _queue() -> ThreadPoolExecutor:
    """One after the other, in each process: a PDF takes memory while it is made."""
    return ThreadPoolExecutor(1, "paper")


def _set(content: str) -> bytes:
    # Imported here: it is large, and most processes never need it.
    import typst

    made: Mapping[str, Any] = {"sys_inputs": {"pack": content}, "format": "pdf"}
    template = TEMPLATE.read_bytes()
    try:
        # For screen readers (PDF/UA-1), with the fonts that come with it.
        return bytes(typst.compile(template, pdf_standards=["ua-1"], ignore_system_fonts=True, **made))
    except typst.TypstError:
        # A letter that those fonts lack, which the standard refuses: the machine's may have it.
        try:
            return bytes(typst.compile(template, **made))
        except typst.TypstError:
            log.exception("the decision pack could not be set")
            raise CANNOT_BE_MADE from None
