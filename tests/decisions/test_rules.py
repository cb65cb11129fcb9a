from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.decisions import rules
from exchange.decisions.rules import DecisionKind
from exchange.proposals.lifecycle import ACTIONS

TODAY = date(2026, 11, 22)
LIMIT = 100_000
COMPLETE: dict[DecisionKind, dict[str, Any]] = {
    DecisionKind.APPROVE_SPREAD: {"statement": "It works.", "adoption_target": 12, "investment": 0},
    DecisionKind.DEVELOP: {
        "must_show": "A second site.",
        "talk_to": "The lab.",
        "due": TODAY + timedelta(days=1),
    },
    DecisionKind.DECLINE: {"reason_code": "evidence", "feedback": "Try again.", "would_change": "Figures."},
}
kinds = st.sampled_from(DecisionKind)


def lacking(kind: DecisionKind, said: dict[str, Any], *, is_against: bool = False) -> dict[str, str]:
    return rules.lacking(kind, said, is_against=is_against, delegated_limit=LIMIT, today=TODAY)


def test_kinds_are_actions_of_the_lifecycle() -> None:
    assert {kind.value for kind in DecisionKind} <= ACTIONS.keys()


@pytest.mark.parametrize(
    ("recommending", "counted", "approving_is_against", "not_approving_is_against"),
    [
        (0, 0, True, False),
        (0, 1, True, False),
        (1, 1, False, True),
        (1, 2, False, True),
        (1, 3, True, False),
        (2, 3, False, True),
        (2, 4, False, True),
        (2, 5, True, False),
        (3, 5, False, True),
    ],
)
def test_against_the_panel_at_the_boundary(
    recommending: int, counted: int, approving_is_against: bool, not_approving_is_against: bool
) -> None:
    found = {
        kind: rules.against_the_panel(kind, recommending=recommending, counted=counted)
        for kind in DecisionKind
    }
    assert found == {
        DecisionKind.APPROVE_SPREAD: approving_is_against,
        DecisionKind.DEVELOP: not_approving_is_against,
        DecisionKind.DECLINE: not_approving_is_against,
    }


@given(counted=st.integers(1, 50), data=st.data())
def test_every_panel_is_gone_against_by_approving_or_by_not_approving(
    counted: int, data: st.DataObject
) -> None:
    recommending = data.draw(st.integers(0, counted))
    approving = rules.against_the_panel(
        DecisionKind.APPROVE_SPREAD, recommending=recommending, counted=counted
    )
    assert approving is (Fraction(recommending, counted) < Fraction(1, 2))
    for kind in (DecisionKind.DEVELOP, DecisionKind.DECLINE):
        assert rules.against_the_panel(kind, recommending=recommending, counted=counted) is not approving


@pytest.mark.parametrize(
    ("investment", "expected"),
    [(None, False), (0, False), (99_999, False), (100_000, False), (100_001, True)],
)
def test_needs_approving_body_above_the_limit_only(investment: int | None, expected: bool) -> None:
    assert rules.needs_approving_body(investment, LIMIT) is expected


@pytest.mark.parametrize("kind", DecisionKind)
def test_complete_decision_lacks_nothing(kind: DecisionKind) -> None:
    assert lacking(kind, COMPLETE[kind]) == {}


@pytest.mark.parametrize("kind", DecisionKind)
def test_empty_decision_lacks_all_that_is_needed(kind: DecisionKind) -> None:
    assert lacking(kind, rules.as_kept(kind, {})) == dict(rules.NEEDED[kind])


@pytest.mark.parametrize("kind", DecisionKind)
def test_decision_against_the_panel_needs_a_reason(kind: DecisionKind) -> None:
    message = {"override_reason": "Enter why you decide against the panel"}
    assert lacking(kind, COMPLETE[kind] | {"override_reason": ""}, is_against=True) == message
    assert lacking(kind, COMPLETE[kind] | {"override_reason": "The trial."}, is_against=True) == {}


def test_investment_over_the_limit_needs_the_body_its_date_and_minute() -> None:
    said = COMPLETE[DecisionKind.APPROVE_SPREAD] | {"investment": LIMIT + 1}
    approval = {"approving_body": "Board", "approved_on": TODAY, "minute_reference": "26/114"}
    assert lacking(DecisionKind.APPROVE_SPREAD, said) == dict(rules.APPROVAL_NEEDED)
    assert lacking(DecisionKind.APPROVE_SPREAD, said | approval) == {}
    for name in approval:
        assert lacking(DecisionKind.APPROVE_SPREAD, said | approval | {name: None}).keys() == {name}


def test_approval_cannot_lie_in_the_future() -> None:
    said = COMPLETE[DecisionKind.APPROVE_SPREAD] | {"approved_on": TODAY + timedelta(days=1)}
    assert lacking(DecisionKind.APPROVE_SPREAD, said).keys() == {"approved_on"}


@pytest.mark.parametrize("days", [-1, 0])
def test_due_must_lie_in_the_future(days: int) -> None:
    said = COMPLETE[DecisionKind.DEVELOP] | {"due": TODAY + timedelta(days=days)}
    assert lacking(DecisionKind.DEVELOP, said).keys() == {"due"}


@given(kind=kinds, said=st.dictionaries(st.text(max_size=20), st.none() | st.text() | st.integers()))
def test_as_kept_and_of_other_kinds_share_out_every_field(kind: DecisionKind, said: dict[str, Any]) -> None:
    own, others = rules.as_kept(kind, said), rules.of_other_kinds(kind)
    every = {name for names in rules.FIELDS.values() for name in names}
    assert own.keys().isdisjoint(others)
    assert own.keys() | others.keys() == every
    assert all(own[name] == said[name] for name in own.keys() & said.keys() if said[name] is not None)


@given(kind=kinds, is_against=st.booleans(), investment=st.none() | st.integers(0, 10_000_000))
def test_every_message_belongs_to_a_field_of_the_kind(
    kind: DecisionKind, is_against: bool, investment: int | None
) -> None:
    said = rules.as_kept(
        kind, {"investment": investment, "due": TODAY, "approved_on": TODAY + timedelta(days=9)}
    )
    found = lacking(kind, said, is_against=is_against)
    assert found.keys() <= set(rules.FIELDS[kind])
    assert all(message.startswith(("Enter ", "Select ")) for message in found.values())
