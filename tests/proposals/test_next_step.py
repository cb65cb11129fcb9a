from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from exchange.proposals.lifecycle import Part, Stage
from exchange.proposals.next_step import Facts, next_step
from exchange.proposals.policy import Standing
from exchange.proposals.readership import who_reads

DUE, BEFORE, AFTER = date(2026, 12, 18), date(2026, 12, 18), date(2026, 12, 19)
FACTS = Facts("Amina Begum", "Safe care", DUE, BEFORE)
LATE = Facts("Amina Begum", "Safe care", DUE, AFTER)
PLAIN = Facts("", "", None, BEFORE)
AGAIN = replace(FACTS, panel_waits=True)


def of(*parts: Part, undeclared: bool = False) -> Standing:
    return Standing(frozenset(parts), True, undeclared)


@pytest.mark.parametrize(
    ("stage", "standing", "facts", "sentence"),
    [
        (
            Stage.DRAFT,
            of(Part.CHAMPION),
            FACTS,
            "Answer the questions, then submit it. Until you do, only your team can read it.",
        ),
        (
            Stage.DRAFT,
            of(Part.CO_AUTHOR),
            FACTS,
            "Answer the questions together. Amina Begum submits it when it is ready.",
        ),
        (Stage.SUBMITTED, of(Part.MANAGER), FACTS, "Read it, then start an assessment or request changes."),
        (
            Stage.SUBMITTED,
            of(Part.MANAGER),
            AGAIN,
            "Read it, then let its panel go on with the assessment or request changes.",
        ),
        (
            Stage.SUBMITTED,
            of(Part.CO_AUTHOR),
            AGAIN,
            "The programme manager of Safe care reads it, then lets its panel go on with the assessment or asks for "
            "changes. You need do nothing now.",
        ),
        (
            Stage.SUBMITTED,
            of(Part.CHAMPION),
            FACTS,
            "The programme manager of Safe care reads it, then starts an assessment or asks for changes. "
            "You need do nothing now.",
        ),
        (
            Stage.SUBMITTED,
            of(),
            PLAIN,
            "The programme manager reads it, then starts an assessment or asks for changes.",
        ),
        (
            Stage.CHANGES_REQUESTED,
            of(Part.CHAMPION),
            FACTS,
            "Make the changes, then submit it again by 18 December 2026.",
        ),
        (Stage.CHANGES_REQUESTED, of(Part.CHAMPION), PLAIN, "Make the changes, then submit it again."),
        (
            Stage.CHANGES_REQUESTED,
            of(Part.CHAMPION),
            LATE,
            "The changes were due on 18 December 2026. Make them and submit it again as soon as you can.",
        ),
        (
            Stage.CHANGES_REQUESTED,
            of(Part.MANAGER),
            LATE,
            "The changes were due on 18 December 2026. Amina Begum can still submit it, or you can close it.",
        ),
        (
            Stage.CHANGES_REQUESTED,
            of(Part.MANAGER),
            FACTS,
            "Amina Begum makes the changes and submits it again by 18 December 2026.",
        ),
        (Stage.CHANGES_REQUESTED, of(), PLAIN, "The champion makes the changes and submits it again."),
        (
            Stage.IN_ASSESSMENT,
            of(undeclared=True),
            FACTS,
            "Declare whether you have an interest in it. If you have none, you then read and review it.",
        ),
        (
            Stage.IN_ASSESSMENT,
            of(),
            FACTS,
            "Reviewers are assessing it. Then the director of Safe care decides whether to spread it.",
        ),
        (Stage.ASSESSED, of(Part.DIRECTOR), FACTS, "It is ready for your decision."),
        (
            Stage.ASSESSED,
            of(),
            FACTS,
            "The assessment is closed. The director of Safe care decides whether to spread it.",
        ),
    ],
)
def test_next_step_says_who_has_to_act(stage: Stage, standing: Standing, facts: Facts, sentence: str) -> None:
    assert next_step(stage, standing, facts) == sentence


@pytest.mark.parametrize(("stage", "part"), list(product(Stage, [None, *Part])))
def test_next_step_is_there_for_everyone(stage: Stage, part: Part | None) -> None:
    standing = of(*([part] if part else []))
    for facts in (FACTS, LATE, PLAIN):
        assert next_step(stage, standing, facts).endswith(".")


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("visibility", ["members", "assessors", None])
def test_who_reads_says_members_exactly_where_they_can(stage: Stage, visibility: str | None) -> None:
    told = " ".join(who_reads(stage, visibility, "Safe care"))
    says_members = "Members of the network can read" in told
    is_open = stage not in {Stage.DRAFT, Stage.NOT_TAKEN_FORWARD, Stage.WITHDRAWN, Stage.MERGED}
    assert says_members == (is_open and visibility == "members")
    assert ("Everyone can read" in told) == (stage is Stage.SPREAD)
    assert ("until you submit it again" in told) == (stage is Stage.CHANGES_REQUESTED)
