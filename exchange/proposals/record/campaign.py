"""The questions that a campaign adds to the record.

The answers hold them, under `CAMPAIGN_QUESTIONS`, as they were asked: whoever has the answers has the questions too, and a frozen
version keeps both. They are put there when the campaign is chosen, and cannot change once a campaign is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange.proposals.record.kinds import AnswerAudience, Answers, Choice, Kind, Needed, Question, Section
from exchange.proposals.record.questions import COUNT_LIMIT, MONEY_LIMIT, SECTIONS

CAMPAIGN_QUESTIONS = "campaign_questions"
CAMPAIGN_SECTION = "campaign"
MOST_CAMPAIGN_QUESTIONS = 5
# Documents go with the evidence, whatever the proposal answers.
CAMPAIGN_KINDS = tuple(kind for kind in Kind if kind is not Kind.FILES)
CHOOSING = frozenset({Kind.ONE, Kind.MANY})
LIMITS: Mapping[Kind, int] = {
    Kind.LINE: 120,
    Kind.TEXT: 200,
    Kind.MONEY: MONEY_LIMIT,
    Kind.COUNT: COUNT_LIMIT,
    Kind.URL: 500,
}


def asked_by_campaign(
    id_: str,
    label: str,
    kind: Kind,
    *,
    hint: str = "",
    audience: AnswerAudience = AnswerAudience.PUBLIC,
    is_needed: bool = False,
    choices: list[str] | None = None,
) -> dict[str, Any]:
    """One question as it is kept."""
    return {
        "id": id_,
        "label": label,
        "kind": kind.value,
        "hint": hint,
        "audience": audience.value,
        "is_needed": is_needed,
        "choices": choices or [],
    }


def campaign_question(kept: Mapping[str, Any]) -> Question:
    kind, label = Kind(kept["kind"]), kept["label"]
    verb = "Select an answer to" if kind in CHOOSING else "Tick" if kind is Kind.TICK else "Answer"
    return Question(
        kept["id"],
        label,
        kind,
        Needed.TO_SUBMIT if kept["is_needed"] else Needed.NEVER,
        AnswerAudience(kept["audience"]),
        LIMITS.get(kind),
        kept["hint"],
        f"{verb} “{label}”",
        tuple(Choice(one, one) for one in kept["choices"]),
    )


def sections(*several: Answers) -> tuple[Section, ...]:
    """Every section that is asked of someone who answered so, in order. Of several sets of answers, as two versions that are
    compared, the questions of all their campaigns."""
    asked: list[Question] = []
    for answers in several:
        own = map(campaign_question, answers.get(CAMPAIGN_QUESTIONS) or [])
        asked += [question for question in own if question not in asked]
    if not asked:
        return SECTIONS
    after_fit = next(place for place, section in enumerate(SECTIONS, 1) if section.id == "fit")
    own_section = Section(CAMPAIGN_SECTION, "What the campaign asks", tuple(asked))
    return (*SECTIONS[:after_fit], own_section, *SECTIONS[after_fit:])


def section_of(id_: str, answers: Answers) -> Section | None:
    return next((section for section in sections(answers) if section.id == id_), None)
