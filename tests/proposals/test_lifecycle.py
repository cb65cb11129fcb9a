from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from exchange.proposals import lifecycle
from exchange.proposals.lifecycle import ACTIONS, Part, Refusal, Stage
from exchange.proposals.models import Proposal

# The table of the product, as it stands there: action, from, to, who.
MERGING = (Part.MANAGER, Part.CHAMPION, Part.OTHER_CHAMPION)
TABLE: dict[tuple[str, Stage], tuple[object, Part | tuple[Part, ...]]] = {
    ("submit", Stage.DRAFT): (Stage.SUBMITTED, Part.CHAMPION),
    ("submit", Stage.CHANGES_REQUESTED): (Stage.SUBMITTED, Part.CHAMPION),
    ("recall", Stage.SUBMITTED): (lifecycle.before_submission, Part.CHAMPION),
    ("request_changes", Stage.SUBMITTED): (Stage.CHANGES_REQUESTED, Part.MANAGER),
    ("request_changes", Stage.IN_ASSESSMENT): (Stage.CHANGES_REQUESTED, Part.MANAGER),
    ("transfer", Stage.SUBMITTED): (Stage.SUBMITTED, Part.MANAGER),
    ("start_assessment", Stage.SUBMITTED): (Stage.IN_ASSESSMENT, Part.MANAGER),
    ("close_assessment", Stage.IN_ASSESSMENT): (Stage.ASSESSED, Part.MANAGER),
    ("approve_spread", Stage.ASSESSED): (Stage.SPREAD, Part.DIRECTOR),
    ("develop", Stage.ASSESSED): (Stage.CHANGES_REQUESTED, Part.DIRECTOR),
    ("refer_back", Stage.ASSESSED): (Stage.IN_ASSESSMENT, Part.DIRECTOR),
    ("decline", Stage.SUBMITTED): (Stage.NOT_TAKEN_FORWARD, Part.MANAGER),
    ("decline", Stage.CHANGES_REQUESTED): (Stage.NOT_TAKEN_FORWARD, Part.MANAGER),
    ("decline", Stage.ASSESSED): (Stage.NOT_TAKEN_FORWARD, Part.DIRECTOR),
    ("merge", Stage.SUBMITTED): (Stage.MERGED, MERGING),
    ("merge", Stage.CHANGES_REQUESTED): (Stage.MERGED, MERGING),
    ("undo_merge", Stage.MERGED): (
        lifecycle.before_merging,
        (Part.CHAMPION, Part.OTHER_CHAMPION, Part.MANAGER),
    ),
    ("withdraw", Stage.SUBMITTED): (Stage.WITHDRAWN, Part.CHAMPION),
    ("withdraw", Stage.CHANGES_REQUESTED): (Stage.WITHDRAWN, Part.CHAMPION),
    ("withdraw", Stage.IN_ASSESSMENT): (Stage.WITHDRAWN, Part.CHAMPION),
    ("withdraw", Stage.ASSESSED): (Stage.WITHDRAWN, Part.CHAMPION),
    ("reopen", Stage.NOT_TAKEN_FORWARD): (Stage.CHANGES_REQUESTED, Part.MANAGER),
    ("reopen", Stage.WITHDRAWN): (Stage.CHANGES_REQUESTED, Part.MANAGER),
}
EVERY_PARTS = [
    frozenset(parts) for parts in chain.from_iterable(combinations(Part, size) for size in range(3))
]


@pytest.mark.parametrize(("name", "stage"), list(product(ACTIONS, Stage)))
def test_refusal_of_every_action_at_every_stage_by_everyone(name: str, stage: Stage) -> None:
    action = ACTIONS[name]
    for parts in EVERY_PARTS:
        found = lifecycle.refusal(action, stage, parts)
        if (name, stage) not in TABLE:
            assert found is Refusal.WRONG_STAGE
        else:
            to, by = TABLE[(name, stage)]
            allowed = by if isinstance(by, tuple) else (by,)
            assert action.to is to
            assert action.by[stage] == allowed
            assert found is (None if parts.intersection(allowed) else Refusal.NOT_YOURS)


@pytest.mark.parametrize("stage", list(Stage))
def test_open_to_is_what_is_not_refused(stage: Stage) -> None:
    for parts in EVERY_PARTS:
        expected = [name for name in ACTIONS if lifecycle.refusal(ACTIONS[name], stage, parts) is None]
        assert [action.name for action in lifecycle.open_to(stage, parts)] == expected


@pytest.mark.parametrize("stage", list(Stage))
def test_a_conflict_leaves_the_staff_nothing(stage: Stage) -> None:
    assert lifecycle.open_to(stage, frozenset()) == []


@pytest.mark.parametrize(
    ("stage", "follows"),
    [
        (Stage.SPREAD, []),
        (Stage.NOT_TAKEN_FORWARD, ["reopen"]),
        (Stage.WITHDRAWN, ["reopen"]),
        (Stage.MERGED, ["undo_merge"]),
    ],
)
def test_an_end_is_only_reopened(stage: Stage, follows: list[str]) -> None:
    assert stage in lifecycle.ENDED
    assert [action.name for action in lifecycle.open_to(stage, frozenset(Part))] == follows


@pytest.mark.parametrize("came_from", [None, Stage.DRAFT, Stage.CHANGES_REQUESTED])
def test_recall_leads_to_where_it_came_from(came_from: Stage | None) -> None:
    proposal = Proposal(submitted_from=came_from)
    assert ACTIONS["recall"].leads_to(proposal) is (came_from or Stage.DRAFT)


@pytest.mark.parametrize("came_from", sorted(lifecycle.MERGEABLE))
def test_undoing_a_merge_leads_to_where_it_came_from(came_from: Stage) -> None:
    assert ACTIONS["undo_merge"].leads_to(Proposal(merged_from=came_from)) is came_from


def test_why_refused_says_where_it_stands_and_whose_it_is() -> None:
    submit, decline = ACTIONS["submit"], ACTIONS["decline"]
    assert lifecycle.why_refused(submit, Stage.ASSESSED, frozenset({Part.CHAMPION})) == (
        "The proposal is now at “Assessed”. “Submit” starts from “Draft” or “Changes requested”."
    )
    assert lifecycle.why_refused(decline, Stage.ASSESSED, frozenset({Part.MANAGER})) == (
        "Only the theme director can do this."
    )
    assert lifecycle.why_refused(ACTIONS["undo_merge"], Stage.MERGED, frozenset()) == (
        "Only the champion or the champion of the other proposal or the programme manager can do this."
    )


def test_slugs_are_the_verbs() -> None:
    assert {action.slug for action in ACTIONS.values()} == {
        "submit",
        "recall",
        "request-changes",
        "transfer",
        "start-assessment",
        "close-assessment",
        "approve-spread",
        "develop",
        "refer-back",
        "decline",
        "merge",
        "undo-merge",
        "withdraw",
        "reopen",
    }
