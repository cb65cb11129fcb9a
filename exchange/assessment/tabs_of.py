"""The pages of assessment that a proposal's page links to, for those who may open them."""

from __future__ import annotations

from flask import url_for

from exchange.accounts.models import Person
from exchange.assessment import policy, queries
from exchange.assessment.deliberation.queries import asked_of_team, reads_questions
from exchange.assessment.models import Interest, Round
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import Tab


def tabs_of(seen: Seen, person: Person | None) -> list[Tab]:
    standing = seen.standing
    if person is not None and standing.is_on_team:
        return _questions_to_team(seen)
    takes_part = standing.is_staff or standing.is_reviewer or standing.is_undeclared_reviewer
    if person is None or not takes_part:
        return []
    round_ = queries.current_round(seen.proposal)
    return [] if round_ is None else _of_round(seen, person, round_)


def _questions_to_team(seen: Seen) -> list[Tab]:
    put, waiting = asked_of_team(seen.proposal)
    return [_questions(seen, f"Questions, {waiting} to answer" if waiting else "Questions")] if put else []


def _questions(seen: Seen, label: str = "Questions") -> Tab:
    return Tab(label, url_for("assessment.questions", ref=seen.proposal.reference))


def _of_round(seen: Seen, person: Person, round_: Round) -> list[Tab]:
    ref = seen.proposal.reference
    tabs = []
    own = queries.assignment_of(person, round_)
    can_declare = policy.can_declare(seen.standing, seen.proposal.stage, is_resting=round_.is_suspended)
    if own is not None and own.removed_at is None and can_declare:
        if own.interest is Interest.NONE:
            tabs.append(Tab("Your review", url_for("assessment.review", ref=ref)))
        elif round_.is_open:
            tabs.append(Tab("Declare", url_for("assessment.declare", ref=ref)))
    if queries.reads_panel(person, seen, round_):
        tabs.append(Tab("Assessment", url_for("assessment.assessment", ref=ref)))
        tabs.append(Tab("Discussion", url_for("assessment.discussion", ref=ref)))
    if reads_questions(seen):
        tabs.append(_questions(seen))
    if policy.manages(person, seen) and (round_.is_open or round_.is_suspended):
        tabs.append(Tab("Reviewers", url_for("assessment.reviewers", ref=ref)))
    return tabs
