"""The pages of decisions that a proposal's page links to, for those who may open them."""

from __future__ import annotations

from flask import url_for

from exchange.accounts.models import Person
from exchange.assessment import queries as assessment
from exchange.decisions import policy, queries
from exchange.proposals.policy import Seen
from exchange.proposals.tabs import Tab


def tabs_of(seen: Seen, person: Person | None) -> list[Tab]:
    ref = seen.proposal.reference
    tabs = []
    if person is not None and seen.standing.is_staff:
        round_ = assessment.current_round(seen.proposal)
        is_closed = round_ is not None and round_.closed_at is not None
        if round_ is not None and is_closed and assessment.reads_panel(person, seen, round_):
            tabs.append(Tab("Decision pack", url_for("decisions.decision_pack", ref=ref)))
    if policy.reads_letters(seen.standing) and queries.has_letter(seen.proposal):
        tabs.append(Tab("Letter", url_for("decisions.letter", ref=ref)))
    return tabs
