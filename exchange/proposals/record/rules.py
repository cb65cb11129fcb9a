"""What may be asked of answers: what is missing or too long, who reads what, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exchange.plain_text import count_words
from exchange.proposals.record.campaign import CAMPAIGN_QUESTIONS, sections
from exchange.proposals.record.kinds import AnswerAudience, Answers, Kind, Needed, Question, Section
from exchange.proposals.record.questions import SECTIONS, is_early

SECTION_BY_ID: Mapping[str, Section] = {section.id: section for section in SECTIONS}
QUESTION_BY_ID: Mapping[str, Question] = {
    question.id: question for section in SECTIONS for question in section.questions
}

# Made at each submission, on its own page, and so neither asked in a section nor kept in the answers.
DECLARATION = QUESTION_BY_ID["declaration"]

# What the public reads of an approved proposal whose champion kept it to assessors.
PUBLISHED_WHEN_KEPT_TO_ASSESSORS = frozenset({"title", "summary", "priorities", "lead_theme"})

# What an assigned reviewer reads before declaring their interests.
READ_BEFORE_DECLARING = frozenset({"title", "summary", "supplier", "supplier_name"})

# What the team cannot change while changes are requested: whom it was submitted to. A manager transfers it.
FIXED_WHILE_CHANGES_REQUESTED = frozenset({"lead_theme"})


def questions(*several: Answers) -> Iterator[Question]:
    """Every question that is asked of someone who answered so, in order, without the declaration."""
    for section in sections(*several):
        yield from asked_in(section)


def asked_in(section: Section) -> tuple[Question, ...]:
    return tuple(question for question in section.questions if question is not DECLARATION)


def typed_in(section: Section) -> tuple[Question, ...]:
    """Those that the section's form sends: documents are added and removed one at a time."""
    return tuple(question for question in asked_in(section) if question.kind is not Kind.FILES)


def answered(value: Any) -> bool:
    """Whether this is an answer. £0 and 0 organisations are."""
    return value is not None and value is not False and value not in ("", [])


def is_needed(question: Question, answers: Answers, *, before_approval: bool = False) -> bool:
    if not question.applies(answers):
        return False
    if question.needed is Needed.WHEN_TESTED:
        return before_approval or not is_early(answers)
    return question.needed is Needed.TO_SUBMIT


def mistake(question: Question, answers: Answers) -> str:
    """What is wrong with an answer that is given, in words; empty when nothing is. Choices are the region's
    to check and kinds the form's: a draft holds only what its kind can."""
    value: Any = answers.get(question.id)
    if not answered(value) or not question.applies(answers):
        return ""
    match question.kind:
        case Kind.LINE | Kind.URL if question.limit and len(value) > question.limit:
            return f"{question.label} must be {question.limit:,} characters or fewer. It has {len(value):,}"
        case Kind.TEXT if question.limit and (words := count_words(value)) > question.limit:
            return f"{question.label} must be {question.limit:,} words or fewer. It has {words:,}"
        case Kind.MANY if question.excludes_others in value and len(value) > 1:
            label = next(one.label for one in question.choices if one.value == question.excludes_others)
            return f"Select “{label}” on its own, or the ones that apply"
        case Kind.FILES if question.limit and len(value) > question.limit:
            return f"Remove files until there are {question.limit}"
    return ""


@dataclass(frozen=True)
class Gap:
    """Something to mend before an action: which question, and what to do."""

    section: Section
    question: Question
    message: str


def gaps(answers: Answers, *, before_approval: bool = False) -> list[Gap]:
    """Everything that keeps these answers from being submitted (or approved), in the order of the record."""
    found = []
    for section in sections(answers):
        for question in asked_in(section):
            if message := mistake(question, answers):
                found.append(Gap(section, question, message))
            elif is_needed(question, answers, before_approval=before_approval) and not answered(
                answers.get(question.id)
            ):
                found.append(Gap(section, question, question.missing))
    return found


def mistakes(section: Section, answers: Answers) -> list[Gap]:
    """What was answered in this section and cannot be submitted so, as a text over its limit."""
    asked = ((question, mistake(question, answers)) for question in asked_in(section))
    return [Gap(section, question, message) for question, message in asked if message]


class Progress(StrEnum):
    """The status of a section in the task list."""

    NOT_STARTED = "Not started"
    OPTIONAL = "Optional"
    IN_PROGRESS = "In progress"
    TO_MEND = "Too long"
    COMPLETED = "Completed"


def progress(section: Section, answers: Answers) -> Progress:
    """TO_MEND goes before all: such an answer is saved, but cannot be submitted."""
    if mistakes(section, answers):
        return Progress.TO_MEND
    started = any(
        question.applies(answers) and answered(answers.get(question.id)) for question in asked_in(section)
    )
    if any(gap.section == section for gap in gaps(answers)):
        return Progress.IN_PROGRESS if started else Progress.NOT_STARTED
    return Progress.COMPLETED if started else Progress.OPTIONAL


def readable(answers: Answers, audiences: frozenset[AnswerAudience]) -> dict[str, Any]:
    """The answers that these audiences may read, with what a campaign asked."""
    asked = {key: answers[key] for key in (CAMPAIGN_QUESTIONS,) if key in answers}
    return asked | {
        question.id: answers[question.id]
        for question in questions(answers)
        if question.audience in audiences and question.id in answers and question.applies(answers)
    }


def given(answers: Answers, question: Question) -> Any:
    """The answer, or None for everything that is none."""
    value = answers.get(question.id)
    return value if answered(value) else None


def changed(before: Answers, after: Answers) -> Sequence[Question]:
    """The questions answered differently."""
    return [
        question for question in questions(before, after) if given(before, question) != given(after, question)
    ]


def typed_texts(answers: Answers) -> list[tuple[Question, str]]:
    """What people wrote in these answers, for the text index; choices have filters of their own."""
    return [
        (question, answers[question.id])
        for question in questions(answers)
        if question.kind in {Kind.LINE, Kind.TEXT} and answers.get(question.id)
    ]
