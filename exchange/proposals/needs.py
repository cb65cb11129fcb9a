"""What the actions of this feature need that their forms cannot supply, as sentences."""

from __future__ import annotations

from exchange.accounts.models import Person
from exchange.proposals import queries, record
from exchange.proposals.lifecycle import ACTIONS
from exchange.proposals.models import Proposal
from exchange.wording import day, joined, moment

# What was undone has left the proposal as it was.
UNDOABLE = frozenset({"merge", "undo_merge"})


def submit(proposal: Proposal, actor: Person) -> list[str]:
    unmet = []
    if actor.organisation_id is None:
        unmet.append(
            "Your organisation is not settled yet. "
            "You can submit as soon as an administrator has confirmed it."
        )
    elif not actor.is_member:
        unmet.append("Accept the confidentiality terms in your account first.")
    if campaign := queries.campaign_missed(proposal):
        unmet.append(
            f"The campaign “{campaign.title}” closed on {moment(campaign.closes_at)}. Your answers are kept: "
            "you can submit the proposal outside the campaign."
        )
    if missing := record.gaps(proposal.answers):
        count = "1 answer is" if len(missing) == 1 else f"{len(missing)} answers are"
        unmet.append(f"{count} still needed: see “Check your answers”.")
    return unmet


def recall(proposal: Proposal, actor: Person) -> list[str]:
    if taken_in := queries.merged_into(proposal):
        return [
            f"{joined([each.reference for each in taken_in])} continues in it. You can still withdraw it."
        ]
    newest = queries.last_event(proposal, *(ACTIONS.keys() - UNDOABLE))
    if newest is None or newest.kind == "submit":
        return []
    who = newest.actor.name if newest.actor else "Someone"
    return [f"{who} has acted on it since you submitted it, on {day(newest.at)}. You can still withdraw it."]


def none(proposal: Proposal, actor: Person) -> list[str]:
    return []


NEEDS = {"submit": submit, "recall": recall, "reopen": none}
