"""Answers as people read them: names in place of ids, money and numbers as written, section by section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exchange.proposals import record
from exchange.proposals.choices import Choices
from exchange.proposals.models import Attachment
from exchange.proposals.record import Answers, Kind, Question, Section
from exchange.wording import money, number


@dataclass(frozen=True)
class Shown:
    """One question with its answer. Exactly one of `text`, `items` and `files` says it, unless it is a
    `link`; all are empty when there is no answer."""

    question: Question
    text: str = ""
    is_prose: bool = False
    is_link: bool = False
    items: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.text or self.items or self.files)


@dataclass(frozen=True)
class Part:
    """Answers that stand together: one text, or several short ones in a row."""

    is_text: bool
    shown: list[Shown]


@dataclass(frozen=True)
class ShownSection:
    section: Section
    shown: list[Shown]

    @property
    def parts(self) -> list[Part]:
        parts: list[Part] = []
        for each in self.shown:
            if each.is_prose or not parts or parts[-1].is_text:
                parts.append(Part(each.is_prose, [each]))
            else:
                parts[-1].shown.append(each)
        return parts


def shown(question: Question, answers: Answers, choices: Choices, files: Sequence[Attachment] = ()) -> Shown:
    value: Any = answers.get(question.id)
    if question.kind is Kind.FILES:
        return Shown(question, files=tuple(files))
    if not record.answered(value):
        return Shown(question)
    match question.kind:
        case Kind.MANY:
            return Shown(question, items=tuple(choices.names_of(question, answers)))
        case Kind.ONE:
            return Shown(question, text=", ".join(choices.names_of(question, answers)))
        case Kind.MONEY:
            return Shown(question, text=money(value))
        case Kind.COUNT:
            return Shown(question, text=number(value))
        case Kind.TICK:
            return Shown(question, text="Yes")
        case Kind.URL:
            return Shown(question, text=value, is_link=True)
    return Shown(question, text=value, is_prose=question.kind is Kind.TEXT)


def answered_sections(
    answers: Answers,
    choices: Choices,
    files: Sequence[Attachment] = (),
    *,
    without: frozenset[str] = frozenset(),
) -> list[ShownSection]:
    """What is answered, for reading: empty questions and empty sections are left out, and those that the page
    shows elsewhere."""
    found = []
    for section in record.sections(answers):
        asked = [question for question in record.asked_in(section) if question.id not in without]
        answered = [
            each for question in asked if (each := shown(question, answers, choices, files)).is_answered
        ]
        if answered:
            found.append(ShownSection(section, answered))
    return found


def asked_sections(answers: Answers, choices: Choices, files: Sequence[Attachment]) -> list[ShownSection]:
    """Everything that is asked of someone who answered so, answered or not."""
    return [
        ShownSection(
            section,
            [
                shown(question, answers, choices, files)
                for question in record.asked_in(section)
                if question.applies(answers) and choices.can_answer(question, answers)
            ],
        )
        for section in record.sections(answers)
    ]
