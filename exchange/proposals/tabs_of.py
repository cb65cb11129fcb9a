"""The pages of this feature that a proposal's page links to, for those who may open them."""

from __future__ import annotations

from flask import url_for

from exchange.accounts.models import Person
from exchange.proposals import policy
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import Tab


def tabs_of(seen: Seen, person: Person | None) -> list[Tab]:
    ref = seen.proposal.reference
    if seen.standing.is_on_team:
        return [Tab("Team", url_for("proposals.team", ref=ref))]
    if person is not None and policy.is_manager(person, seen) and not seen.proposal.champion.active:
        return [Tab("New champion", url_for("proposals.appoint_champion", ref=ref))]
    return []
