"""What the actions of this feature need that their forms cannot supply, as sentences."""

from __future__ import annotations

from exchange.accounts.models import Person
from exchange.proposals import record
from exchange.proposals.models import Proposal


def submit(proposal: Proposal, actor: Person) -> list[str]:
    unmet = []
    if actor.organisation_id is None:
        unmet.append(
            "Your organisation is not settled yet. "
            "You can submit as soon as an administrator has confirmed it."
        )
    elif not actor.is_member:
        unmet.append("Accept the confidentiality terms in your account first.")
    if missing := record.gaps(proposal.answers):
        count = "1 answer is" if len(missing) == 1 else f"{len(missing)} answers are"
        unmet.append(f"{count} still needed: see “Check your answers”.")
    return unmet


def none(proposal: Proposal, actor: Person) -> list[str]:
    return []


NEEDS = {"submit": submit, "request_changes": none}
