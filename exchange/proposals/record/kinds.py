"""What a question is: the shape of its answer, when it is needed and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Answers = Mapping[str, Any]


class Kind(StrEnum):
    """The shape of an answer: str for LINE, TEXT, ONE and URL; list of str for MANY; int (whole pounds or a
    number) for MONEY and COUNT; bool for TICK; list of attachment ids for FILES."""

    LINE = "line"
    TEXT = "text"
    ONE = "one"
    MANY = "many"
    MONEY = "money"
    COUNT = "count"
    URL = "url"
    TICK = "tick"
    FILES = "files"


class Needed(StrEnum):
    """When a question must be answered."""

    NEVER = "never"
    TO_SUBMIT = "to-submit"
    WHEN_TESTED = "when-tested"  # to submit, except as idea or prototype; and always before approval


class AnswerAudience(StrEnum):
    """Who reads an answer. NOBODY is for what is kept but never shown."""

    PUBLIC = "public"
    MEMBERS = "members"
    ASSESSORS = "assessors"
    NOBODY = "nobody"


class Source(StrEnum):
    """Choices that belong to the region and not to the code."""

    PRIORITIES = "priorities"
    THEMES = "themes"
    AIMS = "aims"
    ORGANISATIONS = "organisations"
    CAMPAIGNS = "campaigns"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


def _always(answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Question:
    """`limit` is characters for LINE and URL, words for TEXT, the most for MONEY and COUNT, files for FILES.
    `applies` says whether the question is asked at all, given the other answers."""

    id: str
    label: str
    kind: Kind
    needed: Needed = Needed.NEVER
    audience: AnswerAudience = AnswerAudience.PUBLIC
    limit: int | None = None
    hint: str = ""
    missing: str = ""  # what to do when it is needed and not answered
    choices: tuple[Choice, ...] = ()
    source: Source | None = None
    excludes_others: str | None = None  # the one value of a MANY that stands alone
    # The value of this question and the id of the one that it brings up beneath it.
    reveals: Mapping[str, str] = field(default_factory=dict)
    applies: Callable[[Answers], bool] = _always


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    questions: tuple[Question, ...]
