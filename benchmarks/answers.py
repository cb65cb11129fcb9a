"""Answers to every question of the record, as somebody with something tested would give them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks import words
from exchange.assessment import rubric
from exchange.proposals import record
from exchange.proposals.record import Kind, Question, Source
from exchange.region import queries

# About 270 words in all; what is not named here has 15.
WORDS = {"summary": 30, "overview": 70, "need": 40, "benefit_patients": 35, "evidence_summary": 35}
UNEVEN = (35, 20, 15, 10, 8, 7, 5)
FOUND_RARELY = 5
QUESTIONS = tuple(record.questions())


@dataclass(frozen=True)
class Lists:
    """What the region offers, by id; the first theme is the busiest. Nobody proposes for the `host`."""

    prefix: str
    host: str
    themes: list[str]
    priorities: list[str]
    aims: list[str]
    organisations: list[str]
    criteria: list[tuple[int, str]]
    rubric_id: int

    @property
    def organisation_weights(self) -> list[float]:
        return [1 / (rank + 2) for rank in range(len(self.organisations))]


def lists() -> Lists:
    region, latest = queries.current(), rubric.latest()
    assert latest is not None
    return Lists(
        region.reference_prefix,
        region.host_id,
        [each.id for each in queries.themes()],
        [each.id for each in queries.priorities()],
        [each.id for each in queries.strategic_aims()],
        [each.id for each in queries.organisations() if each.id != region.host_id],
        [(each.id, each.key) for each in latest.criteria],
        latest.id,
    )


def some_answers(draw: Random, lists: Lists, lead_theme: str) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in QUESTIONS:
        if question.kind is not Kind.FILES and question.applies(answers):
            answers[question.id] = _answer(draw, question, lists, lead_theme)
    return answers


def _answer(draw: Random, question: Question, lists: Lists, lead_theme: str) -> Any:
    match question.id:
        case "lead_theme":
            return lead_theme
        case "stage_of_development":
            return draw.choice(("being-tested", "evaluated", "ready-to-adopt"))
        case "campaign":
            return None
        case "visibility":
            return draw.choices(("members", "assessors"), (85, 15))[0]
        case "supplier":
            return draw.choices((record.SUPPLIER_NONE, record.SUPPLIER_OTHER), (80, 20))[0]
        case "investment_sought" | "saving_yearly":
            return draw.randrange(0, 300_000, 5_000)
    match question.kind:
        case Kind.LINE:
            return words.title(draw)
        case Kind.TEXT:
            return words.text(draw, WORDS.get(question.id, 15))
        case Kind.URL:
            return "https://www.example.org/"
        case Kind.MONEY | Kind.COUNT:
            return draw.randint(0, 500)
        case Kind.ONE:
            return draw.choice(question.choices).value
    if question.source is Source.PRIORITIES:
        return _some(draw, lists.priorities)
    if question.source is Source.THEMES:
        return _some(draw, [theme for theme in lists.themes if theme != lead_theme])
    if question.source is Source.AIMS:
        return _some(draw, lists.aims)
    return _some(draw, [each.value for each in question.choices if each.value != question.excludes_others])


def _some(draw: Random, values: list[str]) -> list[str]:
    """One or two; the first ones more often."""
    weights = [1 / (rank + 1) for rank in range(len(values))]
    return sorted(set(draw.choices(values, weights, k=draw.randint(1, 2))))
