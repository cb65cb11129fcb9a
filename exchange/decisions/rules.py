"""The rules of deciding: what a decision must say before it is released, and when it needs a reason or an
approving body.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any


class DecisionKind(StrEnum):
    """The values are the names of the actions in the lifecycle."""

    APPROVE_SPREAD = "approve_spread"
    DEVELOP = "develop"
    DECLINE = "decline"


# What each kind says. `override_reason` is every kind's, where it goes against the panel.
FIELDS: Mapping[DecisionKind, tuple[str, ...]] = {
    DecisionKind.APPROVE_SPREAD: (
        "statement",
        "adoption_target",
        "investment",
        "conditions",
        "approving_body",
        "approved_on",
        "minute_reference",
        "override_reason",
    ),
    DecisionKind.DEVELOP: ("must_show", "talk_to", "due", "override_reason"),
    DecisionKind.DECLINE: ("reason_code", "feedback", "would_change", "override_reason"),
}

# What a decision keeps where nothing was said; the rest keep an empty text.
UNSAID: Mapping[str, Any] = {
    "adoption_target": None,
    "investment": None,
    "conditions": [],
    "approved_on": None,
    "due": None,
}

# What to do about each that is always needed and not there.
NEEDED: Mapping[DecisionKind, Mapping[str, str]] = {
    DecisionKind.APPROVE_SPREAD: {
        "statement": "Enter why you approve it",
        "adoption_target": "Enter the adoption target, like 12",
        "investment": "Enter the investment, like 45,000, or 0",
    },
    DecisionKind.DEVELOP: {
        "must_show": "Enter what must be shown",
        "talk_to": "Enter whom to talk to",
        "due": "Enter the date by which to submit it again",
    },
    DecisionKind.DECLINE: {
        "reason_code": "Select a reason",
        "feedback": "Enter feedback for the champion",
        "would_change": "Enter what would change this decision",
    },
}

APPROVAL_NEEDED: Mapping[str, str] = {
    "approving_body": "Enter the body that approved the investment",
    "approved_on": "Enter the date on which it was approved",
    "minute_reference": "Enter the minute reference",
}


def against_the_panel(kind: DecisionKind, *, recommending: int, counted: int) -> bool:
    """Whether it is approving when fewer than half of the counted reviews recommend spread, or not approving
    when at least half do. Where no review counts any more nothing recommends it, so approving goes against it.
    """
    if counted == 0:
        return kind is DecisionKind.APPROVE_SPREAD
    half_recommend = 2 * recommending >= counted
    return half_recommend is not (kind is DecisionKind.APPROVE_SPREAD)


def needs_approving_body(investment: int | None, delegated_limit: int) -> bool:
    """Whether it is more than a director may approve alone."""
    return investment is not None and investment > delegated_limit


def as_kept(kind: DecisionKind, said: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of this kind with what was said, or what stands for nothing."""
    kept = {name: said.get(name) for name in FIELDS[kind]}
    return {name: UNSAID.get(name, "") if value is None else value for name, value in kept.items()}


def of_other_kinds(kind: DecisionKind) -> dict[str, Any]:
    """Every field that this kind does not have, with what stands for nothing."""
    names = {name for fields in FIELDS.values() for name in fields} - set(FIELDS[kind])
    return {name: UNSAID.get(name, "") for name in sorted(names)}


def lacking(
    kind: DecisionKind, said: Mapping[str, Any], *, is_against: bool, delegated_limit: int, today: date
) -> dict[str, str]:
    """What keeps this from being released: what to do, by the field that it concerns."""
    needed = dict(NEEDED[kind])
    if needs_approving_body(said.get("investment"), delegated_limit):
        needed |= APPROVAL_NEEDED
    if is_against:
        needed["override_reason"] = "Enter why you decide against the panel"
    found = {name: message for name, message in needed.items() if said.get(name) in (None, "")}
    due, approved_on = said.get("due"), said.get("approved_on")
    if due is not None and due <= today:
        found["due"] = "Enter a date after today for submitting it again"
    if approved_on is not None and approved_on > today:
        found["approved_on"] = "Enter a date that has been, for when the investment was approved"
    return found
