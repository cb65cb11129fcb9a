"""What the actions of this feature need that their forms cannot supply, as sentences."""

from __future__ import annotations

from exchange import clock
from exchange.accounts.models import Person
from exchange.assessment import closing, queries, rubric
from exchange.assessment.closing import cardinal
from exchange.proposals.models import Proposal


def start_assessment(proposal: Proposal, actor: Person) -> list[str]:
    unmet = []
    if rubric.latest() is None:
        unmet.append(rubric.MISSING)
    starting = queries.starting(proposal, actor)
    free = sum(not candidate.conflict for candidate in starting.candidates)
    if free < starting.lacking:
        quorum, free = starting.lacking + len(starting.staying), free + len(starting.staying)
        found = "no reviewer" if free == 0 else f"{cardinal(free)} {'reviewer' if free == 1 else 'reviewers'}"
        unmet.append(
            f"An assessment needs {cardinal(quorum)} reviewers without an interest in it, and its themes "
            f"have {found} like that. Ask an administrator to add reviewers."
        )
    return unmet


def close_assessment(proposal: Proposal, actor: Person) -> list[str]:
    round_ = queries.open_round(proposal)
    if round_ is None:
        return ["There is no open assessment to close."]
    unmet = []
    if queries.has_assessed(actor, proposal):
        unmet.append(
            "You are a reviewer of this proposal, so another programme manager has to close its assessment."
        )
    if sentence := closing.unmet(queries.tally(round_), clock.today()):
        unmet.append(sentence)
    return unmet


def transfer(proposal: Proposal, actor: Person) -> list[str]:
    if queries.resting_round(proposal) is None:
        return []
    return [
        "Its assessment has begun, with reviewers of this theme, so it can no longer be moved. "
        "Go on with the assessment, or request changes again."
    ]


def none(proposal: Proposal, actor: Person) -> list[str]:
    return []


NEEDS = {
    "start_assessment": start_assessment,
    "close_assessment": close_assessment,
    "request_changes": none,
    "transfer": transfer,
    "withdraw": none,
}
